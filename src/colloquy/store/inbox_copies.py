"""Copies that are whole or not there: written beside their place, compared with the original's digest, renamed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from colloquy.store.files import BINARY, PRIVATE_FILE, disk_full, is_disk_full, make_private_folder
from colloquy.store.sightings import UnavailableError, digest_of

CHUNK = 1 << 20


def copy_verified(original: Path, copy: Path, digest: str) -> None:
    """Raises StoreError when the disk is full, UnavailableError when the file is not what it was."""
    temporary = copy.with_name(f".{copy.name}.part")
    try:
        make_private_folder(copy.parent)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | BINARY, PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as target:
            for chunk in _chunks(original):
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        if digest_of(temporary) != digest:
            raise UnavailableError
        temporary.replace(copy)
    except OSError as error:
        if is_disk_full(error):
            raise disk_full() from None
        raise
    finally:
        temporary.unlink(missing_ok=True)


def _chunks(original: Path) -> Iterator[bytes]:
    try:
        file: BinaryIO
        with original.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except OSError:
        raise UnavailableError from None
