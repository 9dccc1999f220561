"""SHA-256 sums beside the files that they are of, in the format of `sha256sum`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from colloquy.errors import StoreError

MANIFEST = "MANIFEST.sha256"


def manifest_of(files: Mapping[str, bytes]) -> bytes:
    """One line a file, sorted by name; `sha256sum --check` reads it."""
    lines = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    return "".join(lines).encode()


def read_checked(folder: Path, shown: str) -> dict[str, bytes]:
    """Every file that the folder's manifest lists, by name. Raises StoreError when one is missing or changed."""
    files: dict[str, bytes] = {}
    try:
        for line in (folder / MANIFEST).read_text(encoding="utf-8").splitlines():
            expected, _, name = line.partition("  ")
            files[name] = (folder / name).read_bytes()
            if hashlib.sha256(files[name]).hexdigest() != expected:
                raise StoreError(
                    f"{shown}: {name} is not as it was written, expected the content that {MANIFEST} names. "
                    "Restore this folder from a backup, or delete it and run the study again."
                )
    except (OSError, UnicodeDecodeError):
        raise StoreError(
            f"{shown}: a file is missing or cannot be read, expected all that {MANIFEST} lists. "
            "Restore this folder from a backup, or delete it and run the study again."
        ) from None
    return files
