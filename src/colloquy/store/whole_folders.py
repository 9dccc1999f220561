"""Whole folders or none: written beside their place, synced, and renamed in one step."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from colloquy.errors import StorageAwayError, StoreError
from colloquy.store.files import is_disk_full, make_private_folder, may_pass, write_whole
from colloquy.store.folders import StudyFolder

READ_ONLY_FILE = 0o400
# What this module and `files` write beside a place before they rename it; `.old` is a folder that is being replaced.
_LEFTOVER = re.compile(r"\.(?P<name>.+)\.(?:part|old)")
_OLD = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{8}\.old")


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
            shutil.rmtree(old, ignore_errors=True)
            return False
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
    sync_folder(target.parent)
    return True


def sweep_leftovers(folder: StudyFolder) -> int:
    """Remove what killed runs left half-written in the study's folders; gives the number of files and folders.

    Call it under the study's lock, before anything is written. A whole folder that was moved aside and never replaced
    goes back to its place. Raises StoreError when something cannot be removed: it may be a copy of a recording.
    """
    swept = 0
    for root in (folder.identifiable, folder.shareable):
        for where, folders, files in os.walk(root):
            left = [name for name in (*folders, *files) if _LEFTOVER.fullmatch(name)]
            folders[:] = [name for name in folders if name not in left]
            for name in left:
                _sweep(Path(where, name), folder.study_id)
            swept += len(left)
    return swept


def _sweep(leftover: Path, study_id: str) -> None:
    try:
        moved = _OLD.fullmatch(leftover.name)
        if moved and not (target := leftover.with_name(moved["name"])).exists():
            leftover.rename(target)
        elif leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()
    except OSError as error:
        raise StoreError(
            f"{study_id}: what an earlier run left half-written cannot be removed "
            f"({errno.errorcode.get(error.errno or 0, 'unknown error')}). Look at the rights on the study's folders "
            "with `colloquy doctor`, then run the study again."
        ) from None


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
    if is_disk_full(error):
        return StoreError(f"{where}: the disk is full, nothing was changed. Free some space, then run the study again.")
    return (StorageAwayError if may_pass(error) else StoreError)(
        f"{where}: the folder could not be written ({errno.errorcode.get(error.errno or 0, 'unknown error')}), nothing "
        "was changed. Look at the rights on the study's folder with `colloquy doctor`, then run the study again."
    )
