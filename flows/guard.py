"""The last door before Prefect: no exception passes whose text could quote speech, a name or a file."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from colloquy.errors import ColloquyError, DeviceBusyError, MemoryShortError, ServerLostError, StorageAwayError
from colloquy.store.files import disk_full, has_room, is_disk_full, may_pass
from colloquy.store.folders import DataFolder
from colloquy.store.private_log import write_private

Given = TypeVar("Given")
# What Prefect's client meets or passes on, known by its modules, so that they need not be loaded here.
CLIENT = ("httpx", "httpcore", "websockets")
# A GPU that is broken stays so: another try would find none, and take the processor where the study forbids it.
MAY_PASS = (StorageAwayError, DeviceBusyError, MemoryShortError)
SERVER_LOST = ServerLostError.__name__


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
        if error.__cause__ is not None:
            with suppress(OSError):
                write_private("".join(traceback.format_exception(error)), data)
        return Caught(type(error).__name__, str(error), may_pass=isinstance(error, MAY_PASS))
    except Exception as error:  # noqa: BLE001 - any library's message may quote speech; it must not reach Prefect
        if _is_full(error, data):
            return Caught("StoreError", str(disk_full()))
        try:
            where = f"private log, ticket {write_private(''.join(traceback.format_exception(error)), data).stem}"
        except OSError:
            where = "the private log could not be written: is the disk full?"
        return _explained(error, where)


def _is_full(error: Exception, data: DataFolder) -> bool:
    """Said by the system, or by Prefect's server, whose database lies on the same disk."""
    if _is_of_client(error):
        return not has_room(data.root)
    return isinstance(error, OSError) and is_disk_full(error)


def _is_of_client(error: BaseException | None) -> bool:
    """Prefect wraps what its client met in errors of its own."""
    while error is not None:
        if any(kind.__module__.partition(".")[0] in CLIENT for kind in type(error).__mro__):
            return True
        error = error.__cause__ or error.__context__
    return False


def _explained(error: Exception, where: str) -> Caught:
    if isinstance(error, OSError) and may_pass(error):
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
    if _is_of_client(error):
        return Caught(
            SERVER_LOST,
            "Prefect's server on this machine stopped answering. Nothing is lost: the next run goes on where this one "
            f"was; {where}.",
        )
    return Caught("Unexpected", f"Something went wrong that Colloquy did not foresee; {where}.")
