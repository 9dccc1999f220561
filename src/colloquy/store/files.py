"""Whole files or none: everything the store writes is written beside its place, synced, and renamed."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


def make_private_folder(folder: Path) -> Path:
    """Create `folder` and its missing parents, readable by their owner alone."""
    missing = [folder, *folder.parents]
    for path in reversed([p for p in missing if not p.exists()]):
        path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    return folder


def write_whole(path: Path, content: bytes, *, is_private: bool = True) -> None:
    """Replace `path` by `content` so that a power cut leaves either the old file or the new one."""
    if is_private:
        make_private_folder(path.parent)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    mode = PRIVATE_FILE if is_private else 0o644
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
