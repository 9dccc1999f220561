from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from colloquy.domain.interview import State
from colloquy.domain.record import InterviewState
from colloquy.store.folders import DataFolder
from colloquy.store.ledger import save_state
from colloquy.store.lock import study_lock


@pytest.fixture
def _two_interviews(data: Path) -> None:
    folder = DataFolder(data).study("hubs")
    save_state(folder, InterviewState("P01", State.DONE, "publish", "", 90_000, 2, 210, 4, 12, 12, "passed"))
    save_state(folder, InterviewState("P02", State.FAILED, "prepare", "The file is empty [0 bytes]."))


@pytest.mark.usefixtures("_two_interviews")
def test_the_table_shows_each_interview_its_state_and_why(call: Callable[..., Any]) -> None:
    shown = call("status", "hubs").stdout
    (done,) = [line for line in shown.splitlines() if "P01" in line]
    assert [part for part in done.split() if part] == ["P01", "done", "publish", "1.5", "2", "210", "4", "12/12"]
    assert "The file is empty [0 bytes]." in shown


@pytest.mark.usefixtures("_two_interviews")
def test_json_holds_every_interview_of_every_study_and_nothing_else(call: Callable[..., Any]) -> None:
    states = json.loads(call("status", "--json").stdout)
    assert [(s["study_id"], s["interview_id"], s["state"]) for s in states] == [
        ("hubs", "P01", "done"),
        ("hubs", "P02", "failed"),
    ]
    assert states[0]["duration_ms"] == 90_000


def test_without_a_study_the_next_step_is_told(call: Callable[..., Any]) -> None:
    assert "colloquy new STUDY" in call("status").stdout
    assert json.loads(call("status", "--json").stdout) == []


def test_a_study_with_nothing_taken_in_says_where_to_begin(call: Callable[..., Any], data: Path) -> None:
    (data / "inbox" / "hubs").mkdir(parents=True)
    assert "colloquy run hubs" in call("status", "hubs").stdout


@pytest.mark.usefixtures("_two_interviews")
def test_an_unknown_study_is_answered_with_the_known_ones(call: Callable[..., Any]) -> None:
    result = call("status", "hobs")
    assert result.exit_code == 1
    assert "known: hubs" in result.stderr


def test_a_run_that_died_is_not_shown_as_running(call: Callable[..., Any], data: Path) -> None:
    folder = DataFolder(data).study("hubs")
    save_state(folder, InterviewState("P01", State.RUNNING, "transcribe"))
    assert json.loads(call("status", "hubs", "--json").stdout)[0]["state"] == "interrupted"
    with study_lock(folder):
        assert json.loads(call("status", "hubs", "--json").stdout)[0]["state"] == "running"
