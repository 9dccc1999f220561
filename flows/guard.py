"""The last door before Prefect: no exception passes whose text could quote speech, a name or a file."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from colloquy.errors import ColloquyError
from colloquy.store.folders import DataFolder
from colloquy.store.private_log import write_private

Given = TypeVar("Given")
# A network share that is gone or a disk that is busy says one of these; `getattr` because no system has them all.
_PASSING = (
    *("EIO", "ESTALE", "EBUSY", "EAGAIN", "EINTR", "ETIMEDOUT", "ECONNRESET", "ECONNABORTED", "ENOTCONN", "ENOTSOCK"),
    *("EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH", "EREMOTEIO", "ENOLINK", "ENOLCK", "EPIPE", "ENOMEM"),
)
PASSING_ERRNOS = frozenset(getattr(errno, name) for name in _PASSING if hasattr(errno, name))
# Windows: the path or name on the network is gone, and the like.
PASSING_WINDOWS = frozenset((53, 54, 59, 64, 67, 121, 1231))


@dataclass(frozen=True, slots=True)
class Caught:
    """Why something failed: a class name and a sentence that are fit for the Prefect UI.

    `may_pass`: the same may go well a little later, so it is worth another try.
    """

    error: str
    reason: str
    may_pass: bool = False


def guarded(data: DataFolder, work: Callable[[], Given]) -> Given | Caught:
    """What `work` gives, or why it failed.

    Our own errors are written for the screen and hold no speech and no names. All others go whole to a private file.
    """
    try:
        return work()
    except ColloquyError as error:
        return Caught(type(error).__name__, str(error))
    except Exception as error:  # noqa: BLE001 - any library's message may quote speech; it must not reach Prefect
        try:
            where = f"private log, ticket {write_private(''.join(traceback.format_exception(error)), data).stem}"
        except OSError:
            where = "the private log could not be written: is the disk full?"
        return _explained(error, where)


def _explained(error: Exception, where: str) -> Caught:
    if isinstance(error, OSError) and (
        error.errno in PASSING_ERRNOS or getattr(error, "winerror", None) in PASSING_WINDOWS
    ):
        return Caught(
            "StorageUnavailable",
            f"The disk or network share of the data folder did not answer. See that it is there; {where}.",
            may_pass=True,
        )
    # PyTorch's own class of that name, known by it so that PyTorch need not be loaded here.
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return Caught(
            "OutOfMemory", f"Memory ran out. End other programs, or take a smaller model; {where}.", may_pass=True
        )
    return Caught("Unexpected", f"Something went wrong that Colloquy did not foresee; {where}.")
