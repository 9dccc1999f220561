from __future__ import annotations

import os
from pathlib import Path

import pytest

from colloquy.domain.diarisation import Turn
from colloquy.domain.interview import State
from colloquy.domain.record import InterviewState
from colloquy.domain.speaker_decision import SpeakerDecision
from colloquy.errors import StoreError, StudyError
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.ledger import read_state, save_state
from colloquy.store.speaker_decisions import forget_decision, read_decision, save_decision
from tests.speakers import CLEAR, decided, said

DECISION = decided(said(CLEAR)[1].turns, S1="interviewer", S2="P07")


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    return DataFolder(tmp_path).study("hubs")


def test_it_comes_back_as_it_was_and_is_private(folder: StudyFolder) -> None:
    assert read_decision(folder, "P07") is None
    save_decision(folder, DECISION)
    assert read_decision(folder, "P07") == DECISION
    path = folder.identifiable / "speakers" / "P07.json"
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["P07.json"]


def test_one_from_before_files_were_noted_is_read_and_holds_by_its_turns(folder: StudyFolder) -> None:
    path = folder.identifiable / "speakers" / "P07.json"
    path.parent.mkdir(parents=True)
    turns = '[{"start_ms": 0, "end_ms": 900, "speaker": "S1"}]'
    path.write_text(f'{{"interview_id": "P07", "people": [["S1", "P07"]], "turns": {turns}}}', encoding="utf-8")
    assert read_decision(folder, "P07") == SpeakerDecision("P07", (("S1", "P07"),), (Turn(0, 900, "S1"),))
    assert decided((), S1="P07").is_of("a" * 64)
    assert not decided((), "b" * 64, S1="P07").is_of("a" * 64)


def test_until_the_next_run_the_interview_is_not_published(folder: StudyFolder) -> None:
    save_state(folder, InterviewState("P07", State.DONE, "check", duration_ms=9, verdict="passed"))
    save_decision(folder, DECISION)
    state = read_state(folder, "P07")
    assert state is not None
    assert (state.state, state.stage, state.verdict, state.duration_ms) == (State.RUNS_NEXT, "", "", 9)
    assert state.reason == "Who is who was decided; the next run applies it: colloquy run hubs"


def test_it_is_forgotten_once(folder: StudyFolder) -> None:
    save_decision(folder, DECISION)
    forget_decision(folder, "P07")
    assert read_decision(folder, "P07") is None
    with pytest.raises(StudyError, match="nobody has decided"):
        forget_decision(folder, "P07")


def test_a_damaged_one_is_said_and_can_be_taken_back(folder: StudyFolder) -> None:
    save_decision(folder, DECISION)
    (folder.identifiable / "speakers" / "P07.json").write_text("{", encoding="utf-8")
    with pytest.raises(StoreError, match="colloquy speakers hubs P07 --forget"):
        read_decision(folder, "P07")
    forget_decision(folder, "P07")
    assert read_decision(folder, "P07") is None
