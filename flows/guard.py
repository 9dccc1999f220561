"""The last door before Prefect: no exception passes whose text could quote speech, a name or a file."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from colloquy.errors import ColloquyError
from colloquy.store.folders import DataFolder
from colloquy.store.private_log import write_private

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class Caught:
    """Why something failed: a class name and a sentence that are fit for the Prefect UI."""

    error: str
    reason: str


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
        return Caught("Unexpected", f"Something went wrong that Colloquy did not foresee; {where}.")
