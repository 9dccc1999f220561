"""What the readable level leaves out in one language: the typed form of `configs/verbatim/<language>.toml`."""

from __future__ import annotations

from dataclasses import dataclass

from colloquy.domain.language import language_name
from colloquy.errors import SettingsError
from colloquy.settings.loading import read_named
from colloquy.settings.section import Section
from colloquy.settings.study import Settings, VerbatimSettings
from colloquy.settings.words import Words


class VerbatimLanguage(Section):
    """One language's rules, its code in ISO 639-1; what each list is for stands in the file."""

    language: str
    fillers: Words
    filler_phrases: Words
    no_comma_after: Words
    repeatable: Words
    repeatable_pronouns: Words
    phrase_starts: Words
    clause_starts: Words
    kept_repetitions: Words
    not_stutters: Words
    whole_words: Words


@dataclass(frozen=True, slots=True)
class VerbatimStyle:
    """All that the two levels are made by."""

    settings: VerbatimSettings
    language: VerbatimLanguage


def read_verbatim_style(settings: Settings, language: str) -> VerbatimStyle:
    """For what is spoken in `language`: the redaction rules', in which alone anything is published.

    Raises SettingsError, also where the rules are for another language.
    """
    name = settings.verbatim.language_file
    rules = read_named(VerbatimLanguage, f"{settings.file}: verbatim.language_file", name, "verbatim")
    if rules.language != language:
        ours, others = language_name(rules.language), language_name(language)
        raise SettingsError(
            f'{settings.file}: verbatim.language_file is "{name}", whose rules are for {ours}, and '
            f"redaction.language_file is for {others}. Choose rules for what is spoken, or write some after this "
            "file's example."
        )
    return VerbatimStyle(settings.verbatim, rules)
