"""Dates with day and month as people say them: "the fourth of March nineteen eighty-two"."""

from __future__ import annotations

import re
from functools import lru_cache

from colloquy.domain.redaction import Category, Finding
from colloquy.settings.redaction_language import SpokenRules

SCORE_WITH_YEAR = 0.8
SCORE_WITHOUT_YEAR = 0.4


def find_dates(text: str, pattern: re.Pattern[str]) -> list[Finding]:
    """Day and month, with or without a year. A month alone, a year alone and a weekday stay."""
    findings: list[Finding] = []
    for match in pattern.finditer(text):
        has_year = bool(match["year"] or match["year2"])
        month = match["month"] or match["month2"]
        if has_year or month[0].isupper() or match["of"]:
            score = SCORE_WITH_YEAR if has_year else SCORE_WITHOUT_YEAR
            findings.append(Finding(match.start(), match.end(), Category.DATE, "spoken:date", score))
    return findings


def date_pattern(rules: SpokenRules) -> re.Pattern[str]:
    units = tuple(word for word, digit in rules.digits.items() if digit != "0")
    return _compiled(rules.months, rules.ordinals, units, tuple(rules.teens), tuple(rules.tens))


@lru_cache(maxsize=4)
def _compiled(
    months: tuple[str, ...],
    ordinals: tuple[str, ...],
    units: tuple[str, ...],
    teens: tuple[str, ...],
    tens: tuple[str, ...],
) -> re.Pattern[str]:
    month, unit, teen, ten = ("|".join(words) for words in (months, units, teens, tens))
    ordinal = "|".join(ordinals)
    said_year = rf"(?:eigh|nine)teen[- ](?:hundred|(?:{ten})(?:[- ](?:{unit}))?|(?:{teen})|oh?[- ](?:{unit}))"
    new_year = rf"twenty[- ](?:(?:{ten})(?:[- ](?:{unit}))?|(?:{teen})|oh?[- ](?:{unit}))"
    thousand = rf"two thousand(?:(?: and)?[- ](?:(?:{ten})(?:[- ](?:{unit}))?|(?:{teen})|(?:{unit})))?"
    year = rf"(?:(?:19|20)\d\d|['’]\d\d|{said_year}|{new_year}|{thousand})"
    day = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?|(?:twenty|thirty)[- ](?:{ordinal})|{ordinal})"
    first = rf"(?:the\s+)?\b{day}\s+(?P<of>of\s+)?(?P<month>{month})\b(?:,?\s+(?:in\s+)?(?P<year>{year})\b)?"
    second = rf"\b(?P<month2>{month})\s+(?:the\s+)?{day}\b(?!\s+(?:{month}))(?:,?\s+(?P<year2>{year})\b)?"
    return re.compile(rf"(?:{first}|{second})", re.IGNORECASE)
