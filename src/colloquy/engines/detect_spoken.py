"""Identifiers as people say them: digits, postcodes, addresses, spelled names and dates in words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from colloquy.domain.engine import EngineIdentity
from colloquy.domain.redaction import Finding
from colloquy.domain.text_span import find_words
from colloquy.engines.spoken_addresses import find_addresses, find_spelled_names
from colloquy.engines.spoken_dates import date_pattern, find_dates
from colloquy.engines.spoken_numbers import (
    NumberReader,
    find_numbers,
    find_pieces,
    find_postcode_pieces,
    find_postcodes,
)
from colloquy.settings import RedactionSettings
from colloquy.settings.redaction_language import DetectionContext, SpokenRules

RULES_VERSION = "2"


@dataclass(frozen=True, slots=True)
class SpokenDetector:
    """`PersonalDataDetector` that reads words as digits and letters; offsets are those of the words as written."""

    identity: EngineIdentity
    _rules: SpokenRules = field(repr=False)
    _kept: frozenset[str] = field(repr=False)
    _dates: re.Pattern[str] = field(repr=False)

    def detect(self, text: str) -> tuple[Finding, ...]:
        """Findings of every spoken form; they may overlap."""
        reader = NumberReader(self._rules, text, find_words(text))
        return (
            *find_numbers(reader),
            *find_pieces(reader),
            *find_postcodes(reader),
            *find_postcode_pieces(reader),
            *find_addresses(reader),
            *find_spelled_names(reader, self._kept),
            *find_dates(text, self._dates),
        )


def make(settings: RedactionSettings, context: DetectionContext) -> SpokenDetector:  # noqa: ARG001 - one form for all
    """A detector for the language of the study."""
    identity = EngineIdentity("spoken", RULES_VERSION, model_digest=context.language_digest)
    kept = frozenset(word.casefold() for word in context.language.words.kept)
    rules = context.language.spoken
    return SpokenDetector(identity, rules, kept, date_pattern(rules))
