"""The measured speed, from what the ledger holds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from colloquy.domain.interview import State
from colloquy.domain.record import InterviewState, StageRecord
from colloquy.domain.stage import RECORDING_STAGES
from colloquy.domain.workload import Speed
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.ledger import forget, save_record, save_state
from colloquy.store.speeds import LAST_COUNT, measured_speed


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    return DataFolder(tmp_path).study("hubs")


def finish(
    folder: StudyFolder, number: int, ratio: float, engine: str = "openai-whisper 1", state: State = State.DONE
) -> str:
    """A recording of ten minutes, the work shared by all stages; its number says when it was transcribed."""
    name = f"P{number:02d}"
    for stage in RECORDING_STAGES:
        seconds = ratio * 600 / len(RECORDING_STAGES)
        save_record(folder, StageRecord(stage, name, "a", "b", seconds, engine if stage == "transcribe" else ""))
    os.utime(folder.stage("ledger") / name / "transcribe.json", (1000 + number, 1000 + number))
    save_state(folder, InterviewState(name, state, "check", duration_ms=600_000))
    return name


def test_nothing_is_measured_in_a_new_study(folder: StudyFolder) -> None:
    assert measured_speed(folder) is None


def test_the_speed_is_the_work_of_all_stages_for_each_second_of_sound(folder: StudyFolder) -> None:
    finish(folder, 1, 2.5)
    found = measured_speed(folder)
    assert found == Speed(pytest.approx(2.5), is_measured=True)


def test_one_odd_recording_changes_little(folder: StudyFolder) -> None:
    for number, ratio in enumerate((2.0, 2.1, 90.0), 1):
        finish(folder, number, ratio)
    found = measured_speed(folder)
    assert found is not None
    assert found.work_ratio == pytest.approx(2.1)


def test_the_recordings_that_were_transcribed_last_count(folder: StudyFolder) -> None:
    for number in range(1, 30):
        finish(folder, number, 8.0 if number <= 29 - (LAST_COUNT // 2 + 1) else 1.0)
    found = measured_speed(folder)
    assert found is not None
    assert found.work_ratio == pytest.approx(1.0)


def test_only_the_same_transcriber_counts_where_it_is_given(folder: StudyFolder) -> None:
    finish(folder, 1, 2.0)
    finish(folder, 2, 9.0, engine="faster-whisper 2")
    speeds = {engine: measured_speed(folder, engine) for engine in ("openai-whisper 1", "faster-whisper 2", "none 3")}
    assert {name: speed and round(speed.work_ratio) for name, speed in speeds.items()} == {
        "openai-whisper 1": 2,
        "faster-whisper 2": 9,
        "none 3": None,
    }


def test_a_recording_that_the_checks_failed_was_worked_on_all_the_same(folder: StudyFolder) -> None:
    finish(folder, 1, 2.0, state=State.FAILED)
    assert measured_speed(folder) is not None


def test_what_was_not_worked_to_its_end_does_not_count(folder: StudyFolder) -> None:
    forget(folder, "diarise", finish(folder, 1, 2.0))
    save_state(folder, InterviewState(finish(folder, 2, 2.0), State.FAILED, "redact", duration_ms=600_000))
    save_state(folder, InterviewState(finish(folder, 3, 2.0), State.DONE, "check", duration_ms=None))
    save_state(folder, InterviewState(finish(folder, 4, 0.0), State.DONE, "check", duration_ms=600_000))
    assert measured_speed(folder) is None
