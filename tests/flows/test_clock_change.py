"""A plan whose night holds a change of the clocks: what counts is the time that is truly left."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from colloquy.domain.interview import FileRole, Interview, SourceFile, SourceKind
from colloquy.settings import configs_folder
from colloquy.store.folders import DataFolder
from colloquy.store.interviews import save_interviews
from flows.night import Plan
from flows.work import StudyWork

LONDON = ZoneInfo("Europe/London")
STUDY = '[night]\nwindow = "22:00-06:30"\nassumed_speed_ratio = 4.0\n'
# At four seconds of work for each of sound 4 h 24 min, with the reserve that a plan keeps 5 h 30 min.
LENGTH_MS = 66 * 60_000


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudyWork:
    """A text, which is done in no time, and two recordings of equal length."""
    shutil.copytree(configs_folder(), tmp_path / "configs")
    (tmp_path / "configs" / "studies" / "hubs.toml").write_text(STUDY, encoding="utf-8")
    monkeypatch.setenv("COLLOQUY_CONFIGS", str(tmp_path / "configs"))
    made = StudyWork(DataFolder(tmp_path / "data"), "hubs")
    kinds = {"P01": SourceKind.DOCUMENT, "P02": SourceKind.RECORDING, "P03": SourceKind.RECORDING}
    interviews = [
        Interview("hubs", name, kind, (name,), (SourceFile(name[-1] * 64, ".any", name, FileRole.PIECE),))
        for name, kind in kinds.items()
    ]
    save_interviews(made.folder, interviews)
    lengths = {SourceKind.DOCUMENT: 0, SourceKind.RECORDING: LENGTH_MS}
    monkeypatch.setattr("flows.night.length_ms", lambda _, interview: lengths[interview.kind])
    return made


def begun(work: StudyWork, *moments: datetime) -> list[str | None]:
    """What is given out when the clock shows each of these moments in turn."""
    clock = iter(moments)
    plan = Plan(work, is_night=True, now=lambda: next(clock))
    return [plan.next() for _ in moments]


def test_an_ordinary_night_has_no_room_for_what_would_end_too_late(work: StudyWork) -> None:
    early, late = (datetime(2027, 10, 20, hour, 30, tzinfo=LONDON) for hour in (0, 1))
    assert begun(work, early, early, late) == ["P01", "P02", None]


def test_the_hour_that_comes_twice_is_time_to_work(work: StudyWork) -> None:
    """At 01:30 before the clocks go back, 6 hours are left; by the clock on the wall 5."""
    first, second = (datetime(2027, 10, 31, 1, 30, tzinfo=LONDON, fold=fold) for fold in (0, 1))
    assert begun(work, first, first, second) == ["P01", "P02", None]


def test_the_hour_that_is_skipped_is_no_time_to_work(work: StudyWork) -> None:
    """At 00:30 before the clocks go forward, 5 hours are left; by the clock on the wall 6."""
    moment = datetime(2027, 3, 28, 0, 30, tzinfo=LONDON)
    assert begun(work, moment, moment) == ["P01", None]


@pytest.mark.parametrize("day", [datetime(2027, 10, 31), datetime(2027, 3, 28)])
def test_the_window_closes_by_the_clock_on_the_wall_after_the_change(work: StudyWork, day: datetime) -> None:
    before, after = (day.replace(hour=6, minute=minute, tzinfo=LONDON) for minute in (29, 30))
    assert begun(work, before, after) == ["P01", None]
    assert begun(work, after) == [None]
