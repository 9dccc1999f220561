"""How a run is getting on: a table that changes; where there is no terminal, lines from time to time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.table import Table
from rich.text import Text

from colloquy.cli.screen import make_table, show_note
from colloquy.domain.stage import RECORDING_STAGES
from colloquy.domain.workload import plain_length
from colloquy.store.folders import StudyFolder
from colloquy.store.reading import read_reading

MARKS = {"began": ("…", "yellow"), "done": ("✓", "green"), "current": ("=", "dim"), "failed": ("✗", "bold red")}
COLUMN_OF = {"read_document": "prepare"}
# Without a terminal: what is done in less time is told once it is done, what takes longer also before.
LOOK_EVERY_S = 60.0
TELL_EVERY_S = 300.0


class Progress:
    """Implements the flows' Listener: which stage of which interview began, is done, was current or failed."""

    def __init__(self, folder: StudyFolder, *, is_live: bool) -> None:
        """Not `is_live`: a line for each finished stage, where the output is no terminal."""
        self._folder = folder
        self._is_live = is_live
        self._marks: dict[str, dict[str, str]] = {}
        self._began_s: dict[str, dict[str, float]] = {}
        self._told_s: dict[str, float] = {}

    def heard(self, interview_id: str, stage: str, outcome: str) -> None:
        self._marks.setdefault(interview_id, {})[COLUMN_OF.get(stage, stage)] = str(outcome)
        going_on = self._began_s.setdefault(interview_id, {})
        if outcome == "began":
            going_on[stage] = time.monotonic()
            return
        going_on.pop(stage, None)
        if not self._is_live and outcome != "current":
            show_note(f"{interview_id}: {stage.replace('_', ' ')} {outcome}")

    def noted(self, sentence: str) -> None:
        show_note(sentence)

    def table(self) -> Table:
        table = make_table("interview", *RECORDING_STAGES)
        for interview_id, marks in list(self._marks.items()):
            cells = [Text(*MARKS[marks[stage]]) if stage in marks else Text("") for stage in RECORDING_STAGES]
            if marks.get("transcribe") == "began" and (reading := read_reading(self._folder, interview_id)):
                cells[RECORDING_STAGES.index("transcribe")] = Text(reading.plain, "yellow")
            table.add_row(interview_id, *cells)
        return table

    @contextmanager
    def told_from_time_to_time(self) -> Iterator[None]:
        """Where the output is no terminal, somebody who reads it sees that the work goes on, and how far it is."""
        if self._is_live:
            yield
            return
        is_over = threading.Event()

        def watch() -> None:
            while not is_over.wait(LOOK_EVERY_S):
                for line in self.due_lines(time.monotonic()):
                    show_note(line)

        thread = threading.Thread(target=watch, name="progress", daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    def due_lines(self, now_s: float) -> list[str]:
        """A line for each interview whose stages have been going on since the last look, or for long since it was told.

        `now_s` is of the clock that `time.monotonic` reads.
        """
        lines = []
        for interview_id, stages in list(self._began_s.items()):
            began_s = dict(stages)
            if not began_s or now_s - min(began_s.values()) < LOOK_EVERY_S:
                continue
            if now_s - self._told_s.get(interview_id, -TELL_EVERY_S) < TELL_EVERY_S:
                continue
            self._told_s[interview_id] = now_s
            lines.append(f"{interview_id}: {self._going_on(interview_id, began_s, now_s)}")
        return lines

    def _going_on(self, interview_id: str, began_s: dict[str, float], now_s: float) -> str:
        """`transcribe 1,548 of 3,600 s, 12 min left; diarise for 6 min`; a stage may be waiting for its turn."""
        parts = [f"{stage.replace('_', ' ')} for {plain_length(now_s - since)}" for stage, since in began_s.items()]
        if reading := read_reading(self._folder, interview_id):
            # What is worked on elsewhere is heard of by its first stage alone; what is read was prepared.
            rest = [part for part in parts if not part.startswith(("prepare ", "transcribe "))]
            parts = [f"transcribe {reading.plain}", *rest]
        return "; ".join(parts)
