"""Where words begin and end."""

from __future__ import annotations

import pytest

from colloquy.domain.text_span import find_words, fit_to_words, starts_sentence


def test_words_are_without_punctuation_and_possessive() -> None:
    words = find_words("Sarah's M-A; O'Brien’s, Thomas' don't 5919.")
    assert [word.text for word in words] == ["Sarah", "M", "A", "O'Brien", "Thomas", "don't", "5919"]


@pytest.mark.parametrize(
    ("text", "span", "expected", "reason"),
    [
        ("so Whitfield came", (6, 8), "Whitfield", "within a word"),
        ("so  Leeds. ", (2, 11), "Leeds", "outer blanks and punctuation"),
        ("Sarah's mum", (0, 7), "Sarah", "a possessive"),
        ("Sarah's mum", (0, 2), "Sarah", "a possessive after a part"),
        ("O'Brien's mum", (0, 1), "O'Brien", "an apostrophe within a name"),
        ("O'Brien", (2, 7), "O'Brien", "from behind an apostrophe"),
        ("O'Sullivan came", (0, 1), "O'Sullivan", "a capital S after the apostrophe"),
        ("Leeds-based", (0, 5), "Leeds", "a hyphen ends a word"),
        ("so ... on", (3, 6), "", "no word at all"),
    ],
)
def test_spans_fit_to_words(text: str, span: tuple[int, int], expected: str, reason: str) -> None:
    start, end = fit_to_words(text, *span)
    assert text[start:end] == expected, reason


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [("Will", 0, True), ("So. Will", 4, True), ("so “Will", 4, False), ("a\nWill", 2, True)],
)
def test_sentence_starts(text: str, start: int, expected: bool) -> None:
    assert starts_sentence(text, start) is expected
