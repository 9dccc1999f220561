"""How fast this study's recordings were worked on, from the ledger.

A StageRecord does not say on which machine, device or model it was made. Results made elsewhere count until newer ones
outnumber them; a new model does the work again, and so measures again.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median

from colloquy.domain.record import InterviewState
from colloquy.domain.stage import RECORDING_STAGES
from colloquy.domain.workload import Speed
from colloquy.store.folders import StudyFolder
from colloquy.store.ledger import read_record, read_states

LAST_COUNT = 9  # odd, and few enough that five recordings on a new machine decide


def measured_speed(folder: StudyFolder, engine: str = "") -> Speed | None:
    """The median over the recordings that were finished last; None where nothing was measured.

    With `engine` (the transcriber and its version, as in the ledger) only what it transcribed counts. Raises StoreError
    when an interview's state is damaged.
    """
    measured = [found for state in read_states(folder) if (found := _measured(folder, state, engine)) is not None]
    last = sorted(measured)[-LAST_COUNT:]
    return Speed(median(ratio for _, ratio in last), is_measured=True) if last else None


def _measured(folder: StudyFolder, state: InterviewState, engine: str) -> tuple[int, float] | None:
    """When it was transcribed, and seconds of work for a second of sound; None where it was not worked to its end."""
    if not state.duration_ms or state.stage != RECORDING_STAGES[-1]:
        return None
    records = [read_record(folder, stage, state.interview_id) for stage in RECORDING_STAGES]
    found = {record.stage: record for record in records if record is not None}
    if len(found) < len(RECORDING_STAGES) or (engine and found["transcribe"].engine != engine):
        return None
    ratio = sum(record.seconds for record in found.values()) / (state.duration_ms / 1000)
    return (_written_at(folder.stage("ledger") / state.interview_id / "transcribe.json"), ratio) if ratio > 0 else None


def _written_at(path: Path) -> int:
    """The ledger keeps no times; its files do. Gone in between: the oldest."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
