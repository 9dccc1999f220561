"""Plain text notes in the inbox: why a file was not taken, and what to do. For somebody who knows Word and Excel."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from colloquy.store.files import replace_whole
from colloquy.store.inbox_files import IGNORED, NOTE_ENDING, list_files

# File systems allow 255 bytes; the note's own temporary name is a little longer.
LONGEST_STEM_BYTES = 180
LAST_LINE = "This note goes away by itself once the file is taken, renamed or removed."


def write_note(path: Path, advice: str) -> Path | None:
    """Write, or bring up to date, the note for `path`; None where the inbox cannot be written to."""
    note = note_path(path)
    content = f"{path.name}\n\n{advice}\n\n{LAST_LINE}\n".replace("\n", os.linesep).encode("utf-8-sig")
    try:
        # An inbox that was unmounted meanwhile is not made anew: it would hide the real one.
        if note.parent.is_dir() and (not note.is_file() or note.read_bytes() != content):
            replace_whole(note, content)
    except OSError:
        return None
    return note


def note_path(path: Path) -> Path:
    stem = path.name.encode()[:LONGEST_STEM_BYTES].decode(errors="ignore")
    return path.with_name(f"{stem}{NOTE_ENDING}")


def count_held(inbox: Path) -> int:
    """Files that wait for a person: those with a note beside them."""
    return sum(note_path(path).exists() for path in list_files(inbox)[0])


def sweep_notes(inbox: Path, wanted: set[Path]) -> None:
    """Remove the notes whose file is gone or is held no longer."""
    for where, folders, names in os.walk(inbox):
        folders[:] = [name for name in folders if not IGNORED.search(name)]
        for name in names:
            path = Path(where, name)
            if name.endswith(NOTE_ENDING) and path not in wanted and _is_ours(path):
                with contextlib.suppress(OSError):  # a share that lets us change nothing holds up no intake
                    path.unlink(missing_ok=True)


def _is_ours(note: Path) -> bool:
    try:
        return note.read_text(encoding="utf-8-sig").rstrip().endswith(LAST_LINE)
    except (OSError, UnicodeDecodeError):
        return False
