"""Tables for Excel and for everything that reads CSV.

With a byte order mark, because Excel takes a CSV file without one for the machine's old code page and garbles “–” and
“é”; pandas reads it with encoding="utf-8-sig".
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import fields

from colloquy.domain.dataset import TABLES, DatasetTables, Row
from colloquy.domain.verbatim import VerbatimLevel

# Excel runs a cell that begins so as a formula, also one that somebody merely said.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def export(
    tables: DatasetTables,
    study_title: str,  # noqa: ARG001  # tables have no title
    version: str,  # noqa: ARG001
    level: VerbatimLevel = VerbatimLevel.FULL,  # noqa: ARG001  # both are there
) -> dict[str, bytes]:
    """One file a table; lists are joined by "; ", and an apostrophe stands before what Excel would run."""
    return {f"{table}.csv": _table(table, getattr(tables, table)) for table in TABLES}


def _table(table: str, rows: tuple[Row, ...]) -> bytes:
    names = tuple(column.name for column in fields(TABLES[table]))
    return csv_bytes(names, (tuple(getattr(row, name) for name in names) for row in rows))


def csv_bytes(columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> bytes:
    """As Excel reads it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(map(_cell, row) for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, tuple):
        value = "; ".join(map(str, value))
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
