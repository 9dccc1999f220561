"""What `colloquy run` refuses before it touches anything, and what it says last of all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from colloquy.cli import running
from colloquy.domain.interview import State
from colloquy.domain.record import InterviewState
from colloquy.store.folders import DataFolder
from colloquy.store.inbox_found import Survey
from colloquy.store.ledger import save_state
from tests.terminal import open_terminal


def test_a_misspelt_study_is_asked_about_before_anything_is_copied(
    call: Callable[..., Any], data: Path, tmp_path: Path
) -> None:
    (data / "inbox" / "hubs").mkdir(parents=True)
    source = tmp_path / "recorder"
    source.mkdir()
    (source / "P01.txt").write_text("It was a good day.", encoding="utf-8")
    result = call("run", "hubbs", "--from", str(source))
    assert result.exit_code == 1
    assert "Did you mean hubs?" in result.stderr
    assert not (data / "inbox" / "hubbs").exists()


def test_an_unlike_study_is_answered_with_the_known_ones(call: Callable[..., Any], data: Path) -> None:
    (data / "inbox" / "hubs").mkdir(parents=True)
    assert "Known: hubs. To begin it: colloquy new wards" in call("run", "wards").stderr


def test_a_missing_model_is_said_before_anything_is_waited_for_and_what_was_taken_is_shown(tmp_path: Path) -> None:
    terminal = open_terminal(tmp_path)
    inbox = terminal.data / "inbox" / "hubs"
    inbox.mkdir(parents=True)
    (inbox / "P08.wav").write_bytes(b"it may still be arriving")
    recorder = tmp_path / "recorder"
    recorder.mkdir()
    (recorder / "P07.wav").write_bytes(b"copied by Colloquy itself, and so whole")
    refused = terminal.run("run", "hubs", "--from", str(recorder))
    assert refused.exit_code == 1
    assert "colloquy models" in refused.output
    assert "waiting" not in refused.output
    assert "1 file(s) in the inbox are still arriving and will be taken next time" in refused.output
    standing = terminal.run("status", "hubs").output
    assert "nothing taken in yet" not in standing
    (line,) = [line for line in standing.splitlines() if line.startswith("P07")]
    assert line.split() == ["P07", "new"]


@pytest.mark.parametrize(("waiting", "sentence"), [(1, "1 interview waits for you"), (3, "3 interviews wait for you")])
def test_what_waits_for_a_person_is_said_last_with_what_to_type(
    data: Path, capsys: pytest.CaptureFixture[str], waiting: int, sentence: str
) -> None:
    folder = DataFolder(data).study("hubs")
    save_state(folder, InterviewState("P01", State.DONE))
    for number in range(waiting):
        save_state(folder, InterviewState(f"P1{number}", State.WAITS))
    running._show_who_waits(folder)
    assert f"{sentence} to say who is who: colloquy speakers hubs" in capsys.readouterr().out


@pytest.mark.parametrize(("state", "count"), [(State.WAITS, 0), (State.DONE, 0), (State.FAILED, 1)])
def test_an_interview_that_only_waits_for_a_person_is_no_failure(data: Path, state: State, count: int) -> None:
    folder = DataFolder(data).study("hubs")
    folder.inbox.mkdir(parents=True)
    save_state(folder, InterviewState("P01", state))
    assert running._show(folder, "", Survey((), 0)) == count


def test_nothing_is_said_of_waiting_where_nothing_waits(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_state(DataFolder(data).study("hubs"), InterviewState("P01", State.FAILED))
    running._show_who_waits(DataFolder(data).study("hubs"))
    assert capsys.readouterr().out == ""


def test_the_help_says_what_the_exit_codes_mean(call: Callable[..., Any]) -> None:
    shown = " ".join(call("run", "--help").stdout.split())
    assert "Exit code 0" in shown
    assert "only wait for a person" in shown
