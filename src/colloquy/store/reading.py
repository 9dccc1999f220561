"""How far the transcription of an interview is: noted by the process at work, read by whoever wants to show it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from colloquy.domain.workload import plain_length
from colloquy.protocols import BeginReading, Heard
from colloquy.store.files import write_whole
from colloquy.store.folders import StudyFolder
from colloquy.store.results import to_json

NOTE = ".reading.json"
NOTE_EVERY_S = 2.0
# Before that, what is left cannot be told from what was done.
TELLING_S = 20.0


@dataclass(frozen=True, slots=True)
class Reading:
    """Sound in milliseconds, read in `seconds` of work until now; `total_ms` is what there is to read.

    `is_again`: it is what the first reading left too poor or suspect, which is read a second time.
    """

    done_ms: int
    total_ms: int
    seconds: float
    is_again: bool = False

    @property
    def share(self) -> float:
        """From 0 to 1; what was read twice for want of memory adds nothing."""
        return min(1.0, self.done_ms / self.total_ms) if self.total_ms else 0.0

    @property
    def plain(self) -> str:
        """`1,548 of 3,600 s, 12 min left`: of sound. `second reading: 20 of 90 s` where it is one."""
        done = f"{min(self.done_ms, self.total_ms) // 1000:,} of {self.total_ms // 1000:,} s"
        done = f"second reading: {done}" if self.is_again else done
        if self.seconds < TELLING_S or not 0 < self.share < 1:
            return done
        return f"{done}, {plain_length(self.seconds * (1 - self.share) / self.share)} left"


_READING: TypeAdapter[Reading] = TypeAdapter(Reading)


@contextmanager
def noted_reading(folder: StudyFolder, interview_id: str) -> Iterator[BeginReading]:
    """Gives what is to be told of each reading that begins; the note is there for as long as the block runs."""
    path = _path(folder, interview_id)
    count = 0

    def begin(total_ms: int) -> Heard:
        nonlocal count
        count += 1
        is_again = count > 1
        began_s, last_s, done_ms = time.monotonic(), 0.0, 0

        def heard(read_ms: int) -> None:
            nonlocal last_s, done_ms
            done_ms += read_ms
            now_s = time.monotonic()
            if now_s - last_s >= NOTE_EVERY_S:
                last_s = now_s
                with suppress(OSError):  # the note is no part of the work
                    write_whole(path, to_json(Reading(done_ms, total_ms, now_s - began_s, is_again)))

        heard(0)
        return heard

    try:
        yield begin
    finally:
        path.unlink(missing_ok=True)


def read_reading(folder: StudyFolder, interview_id: str) -> Reading | None:
    """None where none is going on. A note that a killed process left behind tells how far it had come."""
    try:
        return _READING.validate_json(_path(folder, interview_id).read_bytes())
    except (OSError, ValidationError):
        return None


def _path(folder: StudyFolder, interview_id: str) -> Path:
    return folder.stage("ledger") / interview_id / NOTE
