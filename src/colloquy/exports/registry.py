"""Format name to exporter. A new format is one file with an `export` function, and one line here."""

from __future__ import annotations

import difflib
from importlib import import_module
from typing import Protocol

from colloquy.domain.dataset import DatasetTables
from colloquy.domain.verbatim import VerbatimLevel
from colloquy.errors import ExportError
from colloquy.settings import Settings

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
    _refuse_unknown("export: the format", name)
    exporter: Exporter = import_module(f"colloquy.exports.{EXPORTERS[name]}").export
    return exporter


def refuse_unknown_formats(settings: Settings) -> None:
    """Before any work, with the file that names them. Raises ExportError."""
    for name in settings.publish.exports:
        _refuse_unknown(f"{settings.file}: publish.exports", name)


def _refuse_unknown(where: str, name: str) -> None:
    if name not in EXPORTERS:
        close = difflib.get_close_matches(name, EXPORTERS, n=1)
        hint = f' Did you mean "{close[0]}"?' if close else ""
        raise ExportError(f'{where} is "{name}"; known: {", ".join(sorted(EXPORTERS))}.{hint}')
