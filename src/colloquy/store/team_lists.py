"""Lists that the team keeps in Excel: commas or semicolons, UTF-8 or Windows-1252, as the computer's region has it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from colloquy.errors import StoreError


def read_rows(path: Path, needed: tuple[str, ...]) -> list[dict[str, str]]:
    """Each line by column, the columns in small letters; empty where there is no file.

    Raises StoreError when one of the `needed` columns is missing.
    """
    if not path.is_file():
        return []
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    header = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if header.count(";") > header.count(",") else ",")
    columns = tuple((name or "").strip().lower() for name in reader.fieldnames or ())
    missing = [name for name in needed if name not in columns]
    if missing:
        raise StoreError(
            f"{path.name}: the column {', '.join(missing)} is missing; the first line must name the columns "
            f"{', '.join(needed)}. Add it."
        )
    reader.fieldnames = columns
    return [{key: value or "" for key, value in row.items() if key and isinstance(value, str | None)} for row in reader]
