"""The morning's digest against its golden texts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from colloquy.domain.digest import night_digest, plain_digest
from colloquy.domain.interview import State
from colloquy.domain.night import Night
from colloquy.domain.record import InterviewState
from colloquy.domain.workload import Estimate

GOLDEN = Path(__file__).parents[1] / "golden" / "digest"
LONDON = ZoneInfo("Europe/London")
BEGAN = datetime(2027, 10, 30, 22, 30, tzinfo=LONDON)
ENDED = datetime(2027, 10, 31, 4, 10, tzinfo=LONDON)
SILENT = "The file was decoded and nobody speaks in it. Listen to it."

STATES = (
    InterviewState("P06", State.FAILED, "prepare", f"P06: {SILENT}"),
    InterviewState("P07", State.FAILED, "prepare", SILENT),
    InterviewState("P08", State.FAILED, "redact", ""),
    InterviewState("P09", State.WAITS, "check", "Not so: every voice\nis named. Say who is who."),
)
NIGHTS = {
    "mixed_night": (
        Night(BEGAN, ENDED, True, tuple(f"R{n:02d}" for n in range(1, 15)), ("P06", "P07", "P08"), ("P09",), ("P10",)),
        Estimate(1, 0, 3_000_000, 12_000, 1, is_measured=True),
    ),
    "quiet_night": (Night(BEGAN, ENDED, True), Estimate(0, 0, 0, 0, 0, is_measured=True)),
    "all_done": (Night(BEGAN, ENDED, False, ("P01",)), None),
    "one_failed_and_interrupted": (
        Night(BEGAN, None, True, failed=("P08",), left=("P10", "P11"), note="Two earlier nights were missed."),
        Estimate(2, 1, 3_000_000, 12_000, 0, is_measured=False),
    ),
    "older_version_to_delete": (Night(BEGAN, ENDED, True, ("P01",), outdated=("v0001",)), None),
    "only_left": (
        Night(BEGAN, ENDED, True, waiting=(), left=("P10", "P11")),
        Estimate(2, 0, 9_000_000, 40_000, 2, is_measured=True),
    ),
}


@pytest.mark.parametrize("name", NIGHTS)
def test_a_digest_is_as_agreed(name: str) -> None:
    night, left = NIGHTS[name]
    assert night_digest("hubs", night, STATES, left) == (GOLDEN / f"{name}.md").read_text(encoding="utf-8")
    assert plain_digest("hubs", night, STATES, left) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_the_length_of_the_night_counts_the_hour_that_came_twice() -> None:
    assert "after 6 h 40 min" in plain_digest("hubs", NIGHTS["quiet_night"][0], (), None)


def test_what_passed_with_warnings_is_told_apart() -> None:
    warned = InterviewState("P02", State.DONE, "check", "Few words a minute.", verdict="passed with warnings")
    passed = InterviewState("P01", State.DONE, "check", verdict="passed")
    text = plain_digest("hubs", Night(BEGAN, ENDED, True, ("P01", "P02")), (passed, warned), None)
    assert "Done, with warnings:\n- P02: Few words a minute.\n" in text
    assert "Done:\n- P01\n" in text
    assert "2 done." in text


def test_one_reason_for_many_is_said_once() -> None:
    ids = tuple(f"P{n:02d}" for n in range(1, 41))
    states = [InterviewState(name, State.FAILED, "transcribe", "There is no model.") for name in ids]
    text = plain_digest("hubs", Night(BEGAN, ENDED, True, failed=ids), states, None)
    assert text.count("There is no model.") == 1
    assert "P12 and 28 more: There is no model." in text
