"""One run of a study at a time on a machine: two would give people different placeholders and tear the key."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from colloquy.errors import StoreError, StudyError
from colloquy.store.files import BINARY, PRIVATE_FILE, make_private_folder
from colloquy.store.folders import StudyFolder

FILE = ".lock"
TRIES, MOMENT_S = 4, 0.1
_HELD_ELSEWHERE = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)


@contextmanager
def study_lock(folder: StudyFolder) -> Iterator[None]:
    """Hold the study while the block runs; the system lets go of it when the process dies, however it dies.

    Raises StudyError when another run holds it, StoreError where the disk knows no locks or cannot be written to.
    """
    descriptor = _opened(folder)
    try:
        try:
            _lock_soon(descriptor)
        except OSError as error:
            if error.errno not in _HELD_ELSEWHERE:
                raise _unlockable(folder, error) from None
            raise StudyError(
                f"{folder.study_id}: this study is being run already on this machine. Wait until that run has ended."
            ) from None
        yield
    finally:
        os.close(descriptor)


def is_locked(folder: StudyFolder) -> bool:
    """Whether a run holds the study now; a run that died holds nothing."""
    if not (folder.identifiable / FILE).is_file():
        return False
    descriptor = _opened(folder)
    try:
        _lock(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _opened(folder: StudyFolder) -> int:
    """The file stays when the lock is let go: a file that is deleted could be locked by two at once."""
    try:
        make_private_folder(folder.identifiable)
        return os.open(folder.identifiable / FILE, os.O_RDWR | os.O_CREAT | BINARY, PRIVATE_FILE)
    except OSError as error:
        raise _unlockable(folder, error) from None


def _lock_soon(descriptor: int) -> None:
    """`status` holds a study for the moment in which it looks; that must not turn a run away."""
    for _ in range(TRIES - 1):
        try:
            return _lock(descriptor)
        except OSError as error:
            if error.errno not in _HELD_ELSEWHERE:
                raise
            time.sleep(MOMENT_S)
    return _lock(descriptor)


def _lock(descriptor: int) -> None:
    """Raises OSError at once when another holds it."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _unlockable(folder: StudyFolder, error: OSError) -> StoreError:
    return StoreError(
        f"{folder.study_id}: the study's folder cannot be locked "
        f"({errno.errorcode.get(error.errno or 0, 'unknown error')}), so that two runs could mix. Put the data folder "
        "on a disk of this machine, and look at its rights with `colloquy doctor`."
    )
