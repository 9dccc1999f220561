"""Locks that a dead process does not hold: one run of a study, one `colloquy up`, one user of a GPU at a time.

Two runs of one study would give people different placeholders and tear the key. A lock lies on a file of the data
folder, so that it holds between the machines that share that folder, where the share passes locks on.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from colloquy.errors import StorageAwayError, StoreError, StudyError
from colloquy.store.files import BINARY, PRIVATE_FILE, disk_full, is_disk_full, make_private_folder, may_pass
from colloquy.store.folders import DataFolder, StudyFolder

FILE, KEY_FILE, INTERVIEW_FILE = ".lock", ".key.lock", ".interview.lock"
TRIES, MOMENT_S = 4, 0.1
_HELD_ELSEWHERE = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)


@contextmanager
def study_lock(folder: StudyFolder, patience_s: float = 0.0) -> Iterator[None]:
    """Hold the study while the block runs; the system lets go of it when the process dies, however it dies.

    `patience_s` is how long to wait for it where somebody holds it just to look or to tidy up. Raises StudyError when
    another run holds it, StoreError where the disk knows no locks or cannot be written to.
    """
    with held(folder.identifiable / FILE, folder.study_id, patience_s) as is_ours:
        if not is_ours:
            raise StudyError(
                f"{folder.study_id}: this study is being run already. Wait until that run has ended; `colloquy status` "
                "shows how far it is."
            )
        yield


def refuse_second_run(folder: StudyFolder) -> None:
    """Raises StudyError where a run holds the study now; leaves nothing where there was no run yet."""
    if (folder.identifiable / FILE).is_file():
        with study_lock(folder):
            pass


def is_locked(folder: StudyFolder) -> bool:
    """Whether a run holds the study now; a run that died holds nothing."""
    return is_held(folder.identifiable / FILE, folder.study_id)


@contextmanager
def service_lock(data: DataFolder) -> Iterator[bool]:
    """Held by `colloquy up` for as long as it is up; gives False where another one holds it."""
    with held(_service_path(data), "prefect") as is_ours:
        yield is_ours


def is_service_up(data: DataFolder) -> bool:
    return is_held(_service_path(data), "prefect")


@contextmanager
def waited_for(path: Path, subject: str) -> Iterator[None]:
    """Hold the lock on `path`, however long it takes to come by: for what one may use at a time."""
    descriptor = _opened(path, subject)
    try:
        while True:
            try:
                _lock(descriptor)
                break
            except OSError as error:
                if error.errno not in _HELD_ELSEWHERE:
                    raise _unlockable(subject, error) from None
                time.sleep(MOMENT_S)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def interview_lock(folder: StudyFolder, interview_id: str) -> Iterator[None]:
    """Hold the interview while the block runs: one works on it at a time, and a worker that died is found out."""
    with waited_for(_interview_path(folder, interview_id), interview_id):
        yield


def is_at_work(folder: StudyFolder, interview_id: str) -> bool:
    """Whether somebody holds the interview now, on this machine or on another."""
    return is_held(_interview_path(folder, interview_id), interview_id)


@contextmanager
def key_lock(folder: StudyFolder) -> Iterator[None]:
    """Hold the study's key from reading it to writing it: two who number people at once would tear it."""
    with waited_for(folder.identifiable / KEY_FILE, folder.study_id):
        yield


@contextmanager
def held(path: Path, subject: str, patience_s: float = 0.0) -> Iterator[bool]:
    """Hold the lock on `path` while the block runs; gives False where another one holds it."""
    descriptor = _opened(path, subject)
    try:
        try:
            _lock_soon(descriptor, TRIES + round(patience_s / MOMENT_S))
        except OSError as error:
            if error.errno not in _HELD_ELSEWHERE:
                raise _unlockable(subject, error) from None
            yield False
            return
        yield True
    finally:
        os.close(descriptor)


def is_held(path: Path, subject: str) -> bool:
    """Whether somebody holds the lock on `path` now."""
    if not path.is_file():
        return False
    descriptor = _opened(path, subject)
    try:
        _lock(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _interview_path(folder: StudyFolder, interview_id: str) -> Path:
    return folder.stage("ledger") / interview_id / INTERVIEW_FILE


def _service_path(data: DataFolder) -> Path:
    return data.prefect_home / FILE


def _opened(path: Path, subject: str) -> int:
    """The file stays when the lock is let go: a file that is deleted could be locked by two at once."""
    try:
        make_private_folder(path.parent)
        return os.open(path, os.O_RDWR | os.O_CREAT | BINARY, PRIVATE_FILE)
    except OSError as error:
        raise _unlockable(subject, error) from None


def _lock_soon(descriptor: int, tries: int) -> None:
    """`status` holds a study for the moment in which it looks; that must not turn a run away."""
    for _ in range(tries - 1):
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


def _unlockable(subject: str, error: OSError) -> StoreError:
    if is_disk_full(error):
        return disk_full()
    return (StorageAwayError if may_pass(error) else StoreError)(
        f"{subject}: the data folder cannot be locked ({errno.errorcode.get(error.errno or 0, 'unknown error')}), so "
        "that two runs could mix. Put the data folder on a disk of this machine, and look at its rights with "
        "`colloquy doctor`."
    )
