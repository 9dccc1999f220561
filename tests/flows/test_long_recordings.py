"""Memory does not grow with the recording: each stage in a process of its own, on the demo's sound over and over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.long_recordings import STAGES, STATUS, grown

pytestmark = pytest.mark.skipif(not STATUS.is_file(), reason="peak memory is read from /proc, which Linux alone has")

SHORTER_MIN, LONGER_MIN, THREE_HOURS_MIN = 4.0, 14.0, 180.0
# One more copy of the sound as float32 would be 38 MB for the 10 minutes between them. Telling voices apart by signal
# processing keeps 12 numbers for each 10 ms, and 32 while it works them out.
MOST_MB = {"admit": 10.0, "prepare": 30.0, "transcribe": 30.0, "diarise": 60.0}
MOST_IN_ALL_MB = 1024.0


@pytest.mark.slow
def test_a_longer_recording_takes_hardly_more_memory(tmp_path: Path) -> None:
    shorter = dict(grown(tmp_path / "shorter", ".wav", SHORTER_MIN, 1))
    longer = dict(grown(tmp_path / "longer", ".wav", LONGER_MIN, 1))
    more = {stage: longer[stage] - shorter[stage] for stage in STAGES}
    assert {stage: mb for stage, mb in more.items() if mb > MOST_MB[stage]} == {}
    steps = (THREE_HOURS_MIN - LONGER_MIN) / (LONGER_MIN - SHORTER_MIN)
    three_hours = {stage: longer[stage] + steps * max(more[stage], 0) for stage in STAGES}
    assert {stage: mb for stage, mb in three_hours.items() if mb > MOST_IN_ALL_MB} == {}
