from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from colloquy.domain.interview import State
from colloquy.domain.record import InterviewState
from colloquy.store.folders import DataFolder
from colloquy.store.inbox_notes import write_note
from colloquy.store.ledger import save_state
from colloquy.store.lock import service_lock, study_lock
from colloquy.store.service import Service, save_service


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
    found = json.loads(call("status", "--json").stdout)
    (hubs,) = found["studies"]
    assert (found["service"], hubs["study_id"], hubs["is_running"]) == (None, "hubs", False)
    assert [(s["interview_id"], s["state"]) for s in hubs["interviews"]] == [("P01", "done"), ("P02", "failed")]
    assert hubs["interviews"][0]["duration_ms"] == 90_000


def test_without_a_study_the_next_step_is_told(call: Callable[..., Any]) -> None:
    assert "colloquy new STUDY" in call("status").stdout
    assert json.loads(call("status", "--json").stdout) == {"service": None, "studies": []}


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
    assert state_of_p01(call) == "interrupted"
    with study_lock(folder):
        assert state_of_p01(call) == "running"


def state_of_p01(call: Callable[..., Any]) -> str:
    found = json.loads(call("status", "hubs", "--json").stdout)
    return str(found["studies"][0]["interviews"][0]["state"])


@pytest.mark.usefixtures("_two_interviews")
def test_nights_and_what_waits_in_the_inbox_are_shown(call: Callable[..., Any], data: Path) -> None:
    configs = data.parent / "configs" / "studies"
    configs.mkdir()
    (configs / "hubs.toml").write_text('[night]\nschedule = "30 22 * * *"\nwindow = "22:00-06:30"\n', encoding="utf-8")
    inbox = data / "inbox" / "hubs"
    inbox.mkdir(parents=True)
    (inbox / "P03.wav").write_bytes(b"sound")
    (inbox / "holiday.jpg").write_bytes(b"picture")
    write_note(inbox / "holiday.jpg", "This is no recording.")
    shown = call("status", "hubs").stdout
    assert "Nights: 30 22 * * * (Europe/London); the next one begins" in shown
    assert "22:30" in shown
    assert "Inbox: 2 file(s), 1 of them wait for you" in shown


def test_a_mistake_in_a_studys_file_is_said_and_hides_nothing_else(call: Callable[..., Any], data: Path) -> None:
    configs = data.parent / "configs" / "studies"
    configs.mkdir()
    (configs / "hubs.toml").write_text("[night]\nschedul = 1\n", encoding="utf-8")
    for study_id in ("hubs", "pilot"):
        save_state(DataFolder(data).study(study_id), InterviewState("P01", State.DONE))
    shown = call("status")
    assert shown.exit_code == 0
    assert 'Did you mean "schedule"' in shown.stderr
    assert shown.stdout.count("P01") == 2


def test_where_prefect_is_up_is_shown(call: Callable[..., Any], data: Path) -> None:
    folder = DataFolder(data)
    assert "Prefect is not up" in call("status").stdout
    save_service(folder, Service(pid=1, address="http://127.0.0.1:4200", view_address="http://127.0.0.1:4201"))
    assert "Prefect is not up" in call("status").stdout, "a note that a killed one left"
    with service_lock(folder):
        assert "Prefect is up: http://127.0.0.1:4200; for looking only: http://127.0.0.1:4201" in call("status").stdout
