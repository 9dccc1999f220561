"""What the readable level leaves out in one language: the typed form of `configs/verbatim/<language>.toml`."""

from __future__ import annotations

from dataclasses import dataclass

from colloquy.errors import SettingsError
from colloquy.settings.loading import configs_folder, read_toml
from colloquy.settings.section import Section
from colloquy.settings.study import Settings, VerbatimSettings
from colloquy.settings.words import Words


class VerbatimLanguage(Section):
    """One language's rules; what each list is for stands in the file."""

    fillers: Words
    filler_phrases: Words
    no_comma_after: Words
    repeatable: Words
    phrase_starts: Words
    clause_starts: Words
    kept_repetitions: Words
    not_stutters: Words


@dataclass(frozen=True, slots=True)
class VerbatimStyle:
    """All that the two levels are made by."""

    settings: VerbatimSettings
    language: VerbatimLanguage


def read_verbatim_style(settings: Settings) -> VerbatimStyle:
    """Raises SettingsError, also where the rules are for another language than the study's."""
    name, spoken = settings.verbatim.language_file, settings.study.language
    if name.split("-")[0] != spoken:
        raise SettingsError(
            f'settings: study.language is "{spoken}" and verbatim.language_file is "{name}". '
            f"Choose rules for the language that is spoken, or write configs/verbatim/{spoken}.toml after the other's "
            "example."
        )
    language = read_toml(VerbatimLanguage, configs_folder() / "verbatim" / f"{name}.toml")
    return VerbatimStyle(settings.verbatim, language)
