"""Whole folders or none: written beside their place, synced, and renamed in one step."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from colloquy.errors import StoreError
from colloquy.store.files import make_private_folder, write_whole

READ_ONLY_FILE = 0o400


def write_whole_folder(target: Path, files: Mapping[str, bytes], *, replaces: bool = False) -> bool:
    """Write `files` (by relative name) as the folder `target`, read-only.

    Gives False, and leaves everything as it was, when `target` exists and `replaces` is not set. Raises StoreError when
    the disk is full or cannot be written to, or when a name leads outside the folder.
    """
    for name in files:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or "\\" in name or not name:
            raise StoreError(f"{target.name}: a file's name leads outside the folder. Report this fault.")
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        make_private_folder(temporary)
        for name, content in files.items():
            write_whole(temporary / name, content)
            (temporary / name).chmod(READ_ONLY_FILE)
        for folder in {temporary, *((temporary / name).parent for name in files)}:
            sync_folder(folder)
        return _move(temporary, target, replaces=replaces)
    except OSError as error:
        raise _explained(target, error) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _move(temporary: Path, target: Path, *, replaces: bool) -> bool:
    old = temporary.with_suffix(".old")
    if replaces and target.exists():
        target.rename(old)
    try:
        temporary.rename(target)
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY, errno.EACCES) and target.is_dir():
            return False
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
    sync_folder(target.parent)
    return True


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut. Windows has no such call and keeps them by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _explained(target: Path, error: OSError) -> StoreError:
    where = f"{target.parent.name}/{target.name}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreError(f"{where}: the disk is full, nothing was changed. Free some space, then run the study again.")
    return StoreError(
        f"{where}: the folder could not be written ({errno.errorcode.get(error.errno or 0, 'unknown error')}), nothing "
        "was changed. Look at the rights on the study's folder with `colloquy doctor`, then run the study again."
    )
