"""Whose turn it is on this machine, where several studies are due at once.

Models fill the memory, so one study works at a time; none may have to wait until another's backlog is done.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from colloquy.errors import StudyError
from colloquy.store.files import write_whole
from colloquy.store.folders import DataFolder
from colloquy.store.lock import held, is_held, waited_for

FOLDER, TURN, WAITS, PLACE = "turns", "turn.lock", ".waits", ".place"
LOOK_EVERY_S = 0.5


class _Place(NamedTuple):
    """In the queue, which is in this order: what a person has asked for, then who has waited longest."""

    is_patient: bool
    since_ns: int
    study_id: str


class Turn:
    """One study's place in the queue. Not for several threads at once; a run that dies leaves the queue."""

    def __init__(self, data: DataFolder, study_id: str, *, is_urgent: bool) -> None:
        self._folder = data.prefect_home / FOLDER
        self._study_id = study_id
        self._is_urgent = is_urgent
        self._held = ExitStack()
        self._since_s = 0.0
        self._is_called_off = False

    def is_free(self) -> bool:
        """Whether nobody has the turn; it may be taken by another in the next moment."""
        return not is_held(self._folder / TURN, self._study_id)

    def take(self) -> None:
        """Wait for this study's turn, however long.

        Raises StoreError where nothing can be locked or written, StudyError when called off.
        """
        with waited_for(self._folder / f"{self._study_id}{WAITS}", self._study_id):
            mine = _Place(not self._is_urgent, time.time_ns(), self._study_id)
            # Not in the locked file, which another process could not read on Windows.
            said = f"{int(mine.is_patient)} {mine.since_ns}".encode()
            write_whole(self._folder / f"{self._study_id}{PLACE}", said)
            while any(other < mine for other in self._others()) or not self._took():
                if self._is_called_off:
                    raise StudyError(f"{self._study_id}: the run was stopped while it waited for its turn.")
                time.sleep(LOOK_EVERY_S)

    def call_off(self) -> None:
        """From another thread: wait no longer."""
        self._is_called_off = True

    def give_back(self) -> None:
        self._held.close()

    def give_way(self) -> None:
        """As `give_back`; whatever a person asked for has had its time then, and waits like the others."""
        self._is_urgent = False
        self.give_back()

    def is_wanted(self, least_s: float) -> bool:
        """Whether to give way now: to what a person has asked for at once, to another night after `least_s` seconds."""
        has_had_its_time = time.monotonic() - self._since_s >= least_s
        is_night = not self._is_urgent
        return any(has_had_its_time or (is_night and not other.is_patient) for other in self._others())

    def _took(self) -> bool:
        with ExitStack() as trying:
            if trying.enter_context(held(self._folder / TURN, self._study_id)):
                self._held = trying.pop_all()
                self._since_s = time.monotonic()
                return True
        return False

    def _others(self) -> list[_Place]:
        studies = (path.stem for path in self._folder.glob(f"*{WAITS}") if is_held(path, self._study_id))
        return [_place(self._folder, study_id) for study_id in studies if study_id != self._study_id]


def _place(folder: Path, study_id: str) -> _Place:
    """Last, where it has only just begun to wait."""
    try:
        urgency, since = (folder / f"{study_id}{PLACE}").read_text(encoding="ascii").split()
    except (FileNotFoundError, ValueError):
        return _Place(True, time.time_ns(), study_id)
    return _Place(urgency == "1", int(since), study_id)
