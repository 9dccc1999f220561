"""Counts of identifiers that survive redaction."""

from __future__ import annotations

import pytest

from colloquy.inspect.redaction_recall import (
    CategoryCount,
    RedactionRecall,
    ReferenceIdentifier,
    measure_redaction_recall,
)

SPOKEN = ("I", "met", "Sarah", "Whitfield", "in", "Leeds", "on", "Monday.")
IDENTIFIERS = (ReferenceIdentifier("person", 2, 4), ReferenceIdentifier("place", 5, 6))


@pytest.mark.parametrize(
    ("redacted", "surviving", "alarms", "reason"),
    [
        ("I met [Person 1]| in [Place 1]| on Monday.", [], 0, "both are gone"),
        ("I met [Person 1]| in Leeds on Monday.", ["place"], 0, "the place is left"),
        ("I met [Person 1]| Whitfield in [Place 1]| on Monday.", ["person"], 0, "the surname is left"),
        ("I met [Person 1]| witfeld in [Place 1]| on Monday.", ["person"], 0, "a misspelling is left"),
        ("I met [Person 1]|'s in [Place 1]|. on Monday.", [], 0, "punctuation at a placeholder"),
        ("I met in on Monday.", [], 0, "what was never transcribed does not survive"),
        ("I met [Person 1]| in [Place 1]| on [date]|.", [], 1, "a placeholder for nothing"),
        ("I [Person 2]| met [Person 1]| in [Place 1]| on Monday.", [], 1, "a placeholder too many"),
        ("I meet [Person 1]| and [Place 1]| on Monday.", [], 0, "errors of the transcriber next to placeholders"),
    ],
)
def test_survivors_and_false_alarms(redacted: str, surviving: list[str], alarms: int, reason: str) -> None:
    words = tuple(
        word.replace("~", " ")
        for word in redacted.replace(" 1]|", "~1]").replace(" 2]|", "~2]").replace("|", "").split()
    )
    result = measure_redaction_recall(SPOKEN, IDENTIFIERS, words)
    assert [one.category for one in result.surviving] == surviving, reason
    assert result.false_alarm_count == alarms, reason


def test_empty_words_of_an_identifier_do_not_survive() -> None:
    spoken = ("the", "University", "of", "Leeds", "now")
    result = measure_redaction_recall(
        spoken, (ReferenceIdentifier("organisation", 0, 4),), ("the", "[Organisation 1]", "now")
    )
    assert result.recall == 1


def test_a_digit_of_a_number_survives() -> None:
    spoken = ("it", "is", "nine", "four", "three")
    result = measure_redaction_recall(
        spoken, (ReferenceIdentifier("phone", 2, 5),), ("it", "is", "[phone number]", "three")
    )
    assert result.recall == 0


def test_counts_add_up_from_zero() -> None:
    left = measure_redaction_recall(SPOKEN, IDENTIFIERS, SPOKEN)
    right = measure_redaction_recall(
        SPOKEN, IDENTIFIERS, ("I", "met", "[Person 1]", "in", "[Place 1]", "on", "Monday.")
    )
    total = RedactionRecall.zero() + left + right
    assert total.categories == (CategoryCount("person", 2, 1), CategoryCount("place", 2, 1))
    assert (total.recall, total.precision, total.placeholder_count) == (0.5, 1.0, 2)


def test_nothing_to_count_has_no_recall() -> None:
    assert RedactionRecall.zero().recall is None
    assert RedactionRecall.zero().precision is None
