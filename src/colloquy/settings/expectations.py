"""Limits that an interview must meet. Values and their reasons stand in `configs/expectations.toml`, not here."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import Field

from colloquy.settings.section import Section

Ratio = Field(ge=0, le=1)


class CoverageLimits(Section):
    warning_below: float = Ratio
    critical_below: float = Ratio


class ReadingLimits(Section):
    warning_below: float = Ratio


class SuspectPassageLimits(Section):
    most_words: int = Field(ge=0)


class PaceLimits(Section):
    slowest_words_per_minute: float = Field(ge=0)
    fastest_words_per_minute: float = Field(gt=0)


class ConfidenceLimits(Section):
    warning_below: float = Ratio


class OverlapLimits(Section):
    warning_above: float = Ratio


class ClippingLimits(Section):
    warning_above: float = Ratio


class LoopLimits(Section):
    longest_phrase_words: int = Field(ge=1, le=50)
    most_repeats: int = Field(ge=1)
    most_word_repeats: int = Field(ge=1)


class LeakLimits(Section):
    most_single_digits: int = Field(ge=1)
    most_digits: int = Field(ge=1)
    everyday_names: tuple[str, ...]


class Expectations(Section):
    """The file that `checks.expectations_file` names."""

    coverage: CoverageLimits
    reading: ReadingLimits
    suspect_passages: SuspectPassageLimits
    pace: PaceLimits
    confidence: ConfidenceLimits
    overlap: OverlapLimits
    clipping: ClippingLimits
    loops: LoopLimits
    leaks: LeakLimits


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What a validator needs besides the tables. `forbidden_terms` are names and other originals: identifiable.

    Each term is looked for as it stands, so a surname that must not stand alone is a term of its own.
    """

    expectations: Expectations
    forbidden_terms: tuple[str, ...] = field(repr=False)
