from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from colloquy.domain.interview import Interview, SourceFile, SourceKind, State
from colloquy.domain.record import InterviewState
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.interviews import read_interviews, save_interviews
from colloquy.store.ledger import save_state
from colloquy.store.lock import study_lock
from flows.work import StudyWork


@pytest.fixture
def folder(data: Path) -> StudyFolder:
    study = DataFolder(data).study("hubs")
    ids = ("P01", "P03")
    files = [SourceFile(str(number) * 64, ".wav", f"{name} Novak.wav") for number, name in enumerate(ids)]
    save_interviews(
        study, [Interview("hubs", n, SourceKind.RECORDING, (n,), (f,)) for n, f in zip(ids, files, strict=True)]
    )
    save_state(study, InterviewState("P01", State.DONE, "check"))
    save_state(study, InterviewState("P03", State.FAILED, "prepare", "Nobody speaks.", error="AudioSilentError"))
    return study


def states(call: Callable[..., Any]) -> dict[str, str]:
    (hubs,) = json.loads(call("status", "--json").stdout)["studies"]
    return {one["interview_id"]: one["state"] for one in hubs["interviews"]}


def test_a_failed_interview_is_left_out_and_taken_up_again(folder: StudyFolder, call: Callable[..., Any]) -> None:
    result = call("set-aside", "hubs", "p03")
    assert (result.exit_code, "nothing was deleted" in result.stdout, "publishes" in result.stdout) == (0, True, False)
    assert states(call) == {"P01": "done", "P03": "set aside"}
    assert "colloquy set-aside hubs P03 --undo" in call("status", "hubs").stdout
    assert list(StudyWork(DataFolder(folder.root), "hubs").interviews) == ["P01"]
    assert len(read_interviews(folder)) == 2
    assert call("set-aside", "hubs", "P03", "--undo").exit_code == 0
    assert states(call) == {"P01": "done", "P03": "new"}
    assert list(StudyWork(DataFolder(folder.root), "hubs").interviews) == ["P01", "P03"]


@pytest.mark.usefixtures("folder")
def test_of_a_published_one_it_says_what_stays(call: Callable[..., Any]) -> None:
    assert "versions that hold it stay as they are" in call("set-aside", "hubs", "P01").stdout


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("hubs", "P02"), "there is no interview P02; known: P01, P03"),
        (("hubs", "P03", "--undo"), "P03: it is not set aside"),
        (("hobs", "P03"), "there is no such study here; known: hubs"),
    ],
)
def test_what_cannot_be_set_aside_is_said(call: Callable[..., Any], arguments: tuple[str, ...], reason: str) -> None:
    result = call("set-aside", *arguments)
    assert result.exit_code == 1
    assert reason in result.stderr
    assert "Novak" not in result.output


@pytest.mark.usefixtures("folder")
def test_twice_is_said_too(call: Callable[..., Any]) -> None:
    call("set-aside", "hubs", "P03")
    assert "set aside already" in call("set-aside", "hubs", "P03").stderr


def test_not_while_the_study_is_being_run(folder: StudyFolder, call: Callable[..., Any]) -> None:
    with study_lock(folder):
        assert call("set-aside", "hubs", "P03").exit_code == 1
    assert states(call)["P03"] == "failed"
