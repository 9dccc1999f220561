"""Details of unforeseen faults. They may quote speech, so they lie among the identifiable material."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path

from colloquy.store.files import replace_whole
from colloquy.store.folders import DataFolder, find_data_folder


def write_private(text: str, data: DataFolder | None = None) -> Path:
    """Write `text` to a file of its own that only its owner can read (mode 0600). Raises OSError."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    path = (data or find_data_folder()).logs / f"{moment}-{secrets.token_hex(3)}.txt"
    replace_whole(path, text.encode("utf-8", errors="backslashreplace"))
    return path
