"""Which files of an inbox may be sources, and of what kind."""

from __future__ import annotations

import os
import re
from pathlib import Path

from colloquy.domain.interview import SourceKind

RECORDING_SUFFIXES = frozenset(
    f".{ending}"
    for ending in (
        *("wav", "mp3", "m4a", "m4b", "mp4", "flac", "ogg", "oga", "opus", "aac", "wma", "amr", "aiff", "aif"),
        *("mov", "mkv", "webm", "3gp", "mpga", "mpeg"),
    )
)
TRANSCRIPT_SUFFIXES = frozenset((".vtt", ".srt"))
DOCUMENT_SUFFIXES = frozenset((".docx", ".doc", ".txt", ".md"))
TAKEN = "_taken"
# Colloquy's own notes to the team lie beside the files that they speak of.
NOTE_ENDING = " - please read.txt"
IGNORED = re.compile(
    r"^[.~_]|\.(?:part|partial|tmp|temp|crdownload|download|filepart)$"
    rf"|^(?:desktop\.ini|thumbs\.db|README\.txt)$|{re.escape(NOTE_ENDING)}$",
    re.IGNORECASE,
)


def list_files(inbox: Path) -> tuple[list[Path], int]:
    """The files that may be sources, sorted, in folders within folders too; and how many things cannot be looked at.

    Hidden and temporary names, and folders that begin with an underscore, are passed over.
    """
    closed: list[OSError] = []
    found: list[Path] = []
    for where, folders, names in os.walk(inbox, onerror=closed.append) if inbox.is_dir() else ():
        folders[:] = [name for name in folders if not IGNORED.search(name)]
        for name in names:
            path = Path(where, name)
            try:
                if not IGNORED.search(name) and path.is_file():
                    found.append(path)
            except OSError as error:
                closed.append(error)
    return sorted(found), len(closed)


def kind_of(path: Path) -> SourceKind | None:
    """By the file's ending, in any case; None for what no stage reads."""
    suffix = path.suffix.lower()
    if suffix in RECORDING_SUFFIXES:
        return SourceKind.RECORDING
    if suffix in TRANSCRIPT_SUFFIXES:
        return SourceKind.TRANSCRIPT
    return SourceKind.DOCUMENT if suffix in DOCUMENT_SUFFIXES else None
