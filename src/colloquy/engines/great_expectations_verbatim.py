"""Measures of the two verbatim levels, written apart from the rules that made them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from colloquy.domain.dataset import DatasetTables, UtteranceRow

MARK = re.compile(r"\(\d+\.\d\)(?!\S)|\[overlap\]|\[inaudible \d\d:\d\d:\d\d\][.?!,]?")


def full_adds_marks_alone(tables: DatasetTables) -> list[bool]:
    """Whether the full level has every word of the text, but for those that are said to be inaudible."""
    return [
        _is_left_of(row.text_full, row.text)
        and len(_keys(row.text)) - len(_keys(row.text_full)) <= row.inaudible_word_count
        for row in tables.utterances
    ]


def intelligent_leaves_out_alone(tables: DatasetTables) -> list[bool]:
    """Whether the intelligent level has no word that is not in the text, none in another place, and not nothing."""
    return [
        _is_left_of(row.text_intelligent, row.text) and bool(row.text_intelligent) == bool(row.text)
        for row in tables.utterances
    ]


def readable_texts(tables: DatasetTables) -> list[str]:
    """The intelligent level with what the log calls a placeholder, and inaudible passages, blanked.

    Leaving words out brings others together, so that a number or a name may be there that the text does not hold.
    """
    placeholders: dict[str, set[str]] = {}
    for row in tables.redactions:
        placeholders.setdefault(row.utterance_id, set()).add(row.placeholder)
    return [_blanked(row, placeholders.get(row.utterance_id, ())) for row in tables.utterances]


def _blanked(row: UtteranceRow, placeholders: Iterable[str]) -> str:
    text = MARK.sub("[_]", row.text_intelligent)
    for placeholder in placeholders:
        if placeholder.startswith("[") and placeholder.endswith("]"):
            text = text.replace(placeholder, "[_]")
    return text


def _is_left_of(shorter: str, text: str) -> bool:
    """Whether the words of `shorter` stand in `text` in the same order; of a stutter the word's whole form."""
    waiting = iter(_keys(text))
    return all(any(_is_same(said, word) for said in waiting) for word in _keys(shorter))


def _is_same(said: str, word: str) -> bool:
    return said == word or said.endswith(f"-{word}")


def _keys(text: str) -> list[str]:
    plain = (re.sub(r"^\W+|\W+$", "", word).casefold() for word in MARK.sub(" ", text).split())
    return [word for word in plain if word]
