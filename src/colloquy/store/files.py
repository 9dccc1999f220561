"""Whole files or none: everything the store writes is written beside its place, synced, and renamed."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from colloquy.errors import StoreError

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600
# A network share that is gone or a disk that is busy says one of these; `getattr` because no system has them all.
_PASSING = (
    *("EIO", "ESTALE", "EBUSY", "EAGAIN", "EINTR", "ETIMEDOUT", "ECONNRESET", "ECONNABORTED", "ENOTCONN", "ENOTSOCK"),
    *("EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH", "EREMOTEIO", "ENOLINK", "ENOLCK", "EPIPE", "ENOMEM"),
)
PASSING_ERRNOS = frozenset(getattr(errno, name) for name in _PASSING if hasattr(errno, name))
# Windows: the path or name on the network is gone, and the like.
PASSING_WINDOWS = frozenset((53, 54, 59, 64, 67, 121, 1231))
LEAST_ROOM = 1_000_000  # bytes; with less Prefect's database cannot be written either
BINARY = getattr(os, "O_BINARY", 0)  # Windows would write every line's end as two bytes without it


def make_private_folder(folder: Path) -> Path:
    """Create `folder` and its missing parents, readable by their owner alone."""
    missing = [folder, *folder.parents]
    for path in reversed([p for p in missing if not p.exists()]):
        path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    return folder


def write_whole(path: Path, content: bytes | Iterable[bytes], *, is_private: bool = True) -> None:
    """Replace `path` by `content` so that a power cut leaves either the old file or the new one.

    `content` may come in pieces. Raises StoreError when the disk is full, OSError when the file cannot be written for
    another reason.
    """
    try:
        replace_whole(path, content, is_private=is_private)
    except OSError as error:
        if is_disk_full(error):
            raise disk_full() from None
        raise


def replace_whole(path: Path, content: bytes | Iterable[bytes], *, is_private: bool = True) -> None:
    """As `write_whole`, with OSError for a full disk too: for the log, which must not fail in a way of its own."""
    if is_private:
        make_private_folder(path.parent)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    mode = PRIVATE_FILE if is_private else 0o644
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines((content,) if isinstance(content, bytes) else content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """So that the new name outlives a power cut before anything else is removed; Windows does that by itself."""
    if os.name == "nt":
        return
    with suppress(OSError):  # some network shares refuse it
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def is_disk_full(error: OSError) -> bool:
    """No space left, or none left of what this user may have."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def may_pass(error: OSError) -> bool:
    """Whether the same may go well a little later: the disk or the share did not answer."""
    return error.errno in PASSING_ERRNOS or getattr(error, "winerror", None) in PASSING_WINDOWS


def has_room(folder: Path) -> bool:
    """False where the disk under `folder` is full to the last megabyte; True where that cannot be told."""
    try:
        return shutil.disk_usage(folder).free >= LEAST_ROOM
    except OSError:
        return True


def disk_full() -> StoreError:
    return StoreError("The disk is full: what was being written was not saved. Free some space, then run again.")
