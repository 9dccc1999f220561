"""The key as a table for Excel. It names people: never part of what is shared."""

from __future__ import annotations

from collections.abc import Iterable

from colloquy.domain.redaction import KeyEntry
from colloquy.exports.csv_tables import csv_bytes

COLUMNS = ("placeholder", "category", "originals", "guesses")


def key_table(key: Iterable[KeyEntry]) -> bytes:
    """One line a placeholder; spellings are joined by "; ". `guesses` are those that only weak signs took for names."""
    return csv_bytes(COLUMNS, ((one.placeholder, str(one.category), one.originals, one.guesses) for one in key))
