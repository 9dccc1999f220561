"""What counts as an identifier in one language: the typed form of `configs/redaction/<language>.toml`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from colloquy.domain.language import AUTO, language_name
from colloquy.domain.redaction import Category, RosterEntry
from colloquy.errors import RedactionError
from colloquy.settings.loading import read_named
from colloquy.settings.section import Section
from colloquy.settings.study import Settings
from colloquy.settings.words import Words


class WordRules(Section):
    kept: Words
    function_words: Words
    abbreviations: Words


class PeopleRules(Section):
    first_names: Words
    names_that_are_words: Words
    surnames: Words
    titles: Words
    sure_titles: Words
    introductions: Words
    relations: Words
    verbs: Words
    not_surnames: Words
    particles: Words


class PlaceRules(Section):
    towns: Words
    world: Words
    prepositions: Words
    endings: Words
    sure_endings: Words
    ward_prepositions: Words


class OrganisationRules(Section):
    """Not every language names hospitals after saints; a file without `saints` stays readable."""

    sure_endings: Words
    endings: Words
    beginnings: Words
    workplaces: Words
    saints: Words = ()
    feasts: Words = ()


class SpokenRules(Section):
    digits: dict[str, str]
    teens: dict[str, str]
    tens: dict[str, str]
    repeats: dict[str, int]
    magnitudes: Words
    fillers: Words
    nhs_cues: Words
    phone_cues: Words
    postcode_cues: Words
    number_cues: Words
    spelling_cues: Words
    months: Annotated[Words, Field(min_length=12, max_length=12)]
    ordinals: Words
    top_level_domains: Words
    dot_words: Words
    joining_words: Words
    short_words: Words
    at_words: Words


class PatternRule(Section):
    """`least` is presidio's own score below which its hit is not taken."""

    category: Category
    score: float = Field(gt=0, le=1)
    least: float = Field(default=0, ge=0, le=1)


class RedactionLanguage(Section):
    """One language's rules; every list is used by exactly one detector, `words` by all of them.

    `language` is the ISO 639-1 code of what the rules are for.
    """

    language: str
    words: WordRules
    people: PeopleRules
    places: PlaceRules
    organisations: OrganisationRules
    spoken: SpokenRules
    patterns: dict[str, PatternRule] = Field(min_length=1)

    @property
    def kept_words(self) -> frozenset[str]:
        """Without case."""
        return frozenset(word.casefold() for word in self.words.kept)


def read_language(settings: Settings) -> RedactionLanguage:
    """Raises RedactionError where the rules are for another language than the study's: names would survive.

    With "auto" the study's language is known for each interview only: see `refuse_unfit_rules`.
    """
    name, spoken = settings.redaction.language_file, settings.study.language
    rules = read_named(RedactionLanguage, f"{settings.file}: redaction.language_file", name, "redaction")
    if spoken not in (AUTO, rules.language):
        raise RedactionError(
            f'{settings.file}: study.language is "{spoken}" and redaction.language_file is "{name}", whose rules are '
            f"for {language_name(rules.language)}. "
            "Choose rules for the language that is spoken; without them nothing can be redacted for certain."
        )
    return rules


def text_language(settings: Settings) -> str:
    """Of sources without sound. Raises RedactionError where nobody has said it."""
    language = settings.study.text_language or settings.study.language
    if language == AUTO:
        raise RedactionError(
            f'{settings.file}: study.language is "auto", which finds the language from the sound, and a written text '
            "or ready-made transcript has none. Nothing of it is published. Say what the study's texts are written in: "
            'study.text_language = "en".'
        )
    return language


def refuse_unfit_rules(rules: RedactionLanguage, languages: tuple[str, ...]) -> None:
    """Raises RedactionError where an interview is in other languages than the rules, if only in part."""
    unfit = [language_name(language) for language in languages if language != rules.language]
    if unfit:
        ours = language_name(rules.language)
        raise RedactionError(
            f"redaction: this interview is, at least in part, in {' and '.join(unfit)}; the rules of "
            f"redaction.language_file are for {ours}. Nothing of it is published, since names could be left in it. "
            f'If all of it is in {ours}, set study.language = "{rules.language}" (study.text_language for texts); else '
            "keep such interviews in a study of their own with rules for their language, or leave this one out "
            "(colloquy set-aside)."
        )


@dataclass(frozen=True, slots=True)
class DetectionContext:
    """What the detectors of one study share: the language's rules and the study's own knowledge (identifiable)."""

    language: RedactionLanguage
    roster: tuple[RosterEntry, ...] = field(default=(), repr=False)

    @property
    def language_digest(self) -> str:
        """SHA-256 of the language's rules, for a detector's identity."""
        return hashlib.sha256(self.language.model_dump_json().encode()).hexdigest()

    @property
    def roster_digest(self) -> str:
        """SHA-256 of the roster. A short roster could be guessed from it: keep it with the identifiable files."""
        lines = "\n".join("\t".join((entry.category, *entry.spellings)) for entry in self.roster)
        return hashlib.sha256(lines.encode()).hexdigest()
