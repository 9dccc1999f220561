"""Replacement in a text that is no interview."""

from __future__ import annotations

from colloquy.stages.redact_text import redact_text
from tests.redaction import NO_NAMES, SETTINGS, real_detectors


def test_plain_text_gives_spans_of_the_input() -> None:
    text = (
        "P04: I'm Tom Kelly, nine four three,\nINT: mm\nP04: four seven six five nine one nine. \U0001f600 Tom's fine."
    )
    result = redact_text(text, real_detectors(), NO_NAMES, SETTINGS)
    assert result.text == (
        "P04: I'm [Person 1], [NHS number],\nINT: mm\nP04: [NHS number]. \U0001f600 [Person 1]'s fine."
    )
    assert [(text[one.start : one.end], one.placeholder) for one in result.spans] == [
        ("Tom Kelly", "[Person 1]"),
        ("nine four three", "[NHS number]"),
        ("four seven six five nine one nine", "[NHS number]"),
        ("Tom", "[Person 1]"),
    ]


def test_plain_text_without_identifiers_is_unchanged() -> None:
    text = "We had two days.\n\n  It was, er, quite short.\t"
    assert redact_text(text, real_detectors(), NO_NAMES, SETTINGS).text == text
