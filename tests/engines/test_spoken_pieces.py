"""Numbers that the recogniser did not write down whole."""

from __future__ import annotations

import pytest

from colloquy.stages.redact_text import redact_text
from tests.redaction import NO_NAMES, SETTINGS, real_detectors


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The postcode is and one three nine PL. She left.", "The postcode is and [postcode]. She left."),
        ("the postcode is M one free nine P L", "the postcode is [postcode] free [postcode]"),
        (
            "The NHS number is nine four free, four seven sick, five nine one nine. And then",
            "The NHS number is [NHS number] free, [NHS number] sick, [NHS number]. And then",
        ),
        (
            "My number was oh seven seven, but oh nine the double oh",
            "My number was [identity number], but [identity number] the [identity number]",
        ),
    ],
)
def test_the_pieces_of_a_number_with_misheard_words_in_it_go(text: str, expected: str) -> None:
    assert redact_text(text, real_detectors(), NO_NAMES, SETTINGS).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "Her number is two, I think",
        "The number is one, two, three, four",
        "I called three nurses and two doctors",
        "We had nine nine nine calls on the phone list",
        "I have three two year olds on my phone",
        "The number of sessions was six seven or eight",
        "between four five and six weeks the number of calls",
        "I asked for the postcode. I was there at two.",
    ],
)
def test_counts_near_such_words_stay(text: str) -> None:
    assert redact_text(text, real_detectors(), NO_NAMES, SETTINGS).text == text
