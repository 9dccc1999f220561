"""Format name to exporter. A new format is one file with an `export` function, and one line here."""

from __future__ import annotations

import difflib
from importlib import import_module
from typing import Protocol

from colloquy.domain.dataset import DatasetTables
from colloquy.domain.verbatim import VerbatimLevel
from colloquy.errors import ExportError

EXPORTERS = {"csv": "csv_tables", "docx": "docx", "txt": "txt"}
# Tables hold both verbatim levels; these show one.
WITH_LEVEL = ("docx", "txt")


class Exporter(Protocol):
    """Makes a format's files; writes nothing."""

    def __call__(
        self, tables: DatasetTables, study_title: str, version: str, level: VerbatimLevel = VerbatimLevel.FULL
    ) -> dict[str, bytes]:
        """Content by relative file name; equal tables give equal bytes."""
        ...


def make_exporter(name: str) -> Exporter:
    """The exporter called `name` in `publish.exports` and after `colloquy export --to`. Raises ExportError."""
    if name not in EXPORTERS:
        close = difflib.get_close_matches(name, EXPORTERS, n=1)
        hint = f' Did you mean "{close[0]}"?' if close else ""
        raise ExportError(f'export: the format is "{name}"; known: {", ".join(sorted(EXPORTERS))}.{hint}')
    exporter: Exporter = import_module(f"colloquy.exports.{EXPORTERS[name]}").export
    return exporter
