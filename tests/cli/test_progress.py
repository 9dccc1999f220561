"""How a run is getting on where its output is no terminal: a cron mail, a log."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from colloquy.cli import progress
from colloquy.cli.progress import LOOK_EVERY_S, TELL_EVERY_S, Progress
from colloquy.store import reading
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.reading import noted_reading


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    return DataFolder(tmp_path).study("hubs")


def test_a_long_reading_is_told_once_in_a_while_with_how_far_it_is(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "NOTE_EVERY_S", 0.0)
    told = Progress(folder, is_live=False)
    told.heard("P07", "transcribe", "began")
    told.heard("P07", "diarise", "began")
    now_s = time.monotonic()
    with noted_reading(folder, "P07") as begin:
        heard = begin(3_600_000)
        heard(1_548_000)
        assert told.due_lines(now_s + LOOK_EVERY_S / 2) == []
        (line,) = told.due_lines(now_s + LOOK_EVERY_S + 1)
        assert line == "P07: transcribe 1,548 of 3,600 s; diarise for 2 min"
        assert told.due_lines(now_s + LOOK_EVERY_S + TELL_EVERY_S - 1) == []
        told.heard("P07", "diarise", "done")
        heard(452_000)
        assert told.due_lines(now_s + LOOK_EVERY_S + TELL_EVERY_S + 1) == ["P07: transcribe 2,000 of 3,600 s"]


def test_a_stage_that_tells_nothing_of_itself_is_said_to_go_on_until_it_has_ended(folder: StudyFolder) -> None:
    told = Progress(folder, is_live=False)
    told.heard("P07", "read_document", "began")
    told.heard("P08", "prepare", "began")
    told.heard("P08", "prepare", "failed")
    assert told.due_lines(time.monotonic() + 235) == ["P07: read document for 4 min"]
    told.heard("P07", "read_document", "done")
    assert told.due_lines(time.monotonic() + 10 * TELL_EVERY_S) == []


@pytest.mark.parametrize("is_live", [True, False])
def test_the_lines_come_while_the_run_lasts_and_only_without_a_terminal(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_live: bool
) -> None:
    monkeypatch.setattr(progress, "LOOK_EVERY_S", 0.01)
    told = Progress(folder, is_live=is_live)
    told.heard("P07", "diarise", "began")
    shown = ""
    with told.told_from_time_to_time():
        deadline = time.monotonic() + (0.3 if is_live else 20)
        while not shown and time.monotonic() < deadline:
            time.sleep(0.02)
            shown += capsys.readouterr().err
    assert ("P07: diarise for 1 min" in shown) is not is_live
    told.heard("P08", "diarise", "began")
    time.sleep(0.1)
    assert "P08" not in capsys.readouterr().err
