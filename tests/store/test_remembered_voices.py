from __future__ import annotations

import os
from pathlib import Path

import pytest

from colloquy.domain.engine import EngineIdentity
from colloquy.domain.voice_print import VoiceNote
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.remembered_voices import forget_all_but, forget_voices, read_voices, remembered, save_voices
from colloquy.store.speaker_decisions import save_decision
from tests.speakers import CLEAR, decided, said
from tests.voices import ANN, BEN, taught

NOTE = VoiceNote("P07", EngineIdentity("scripted", "1"), (taught(ANN),), heard_from=(("P01", "0" * 64),))


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    return DataFolder(tmp_path).study("hubs")


def test_a_note_comes_back_as_it_was_and_is_private(folder: StudyFolder) -> None:
    assert (read_voices(folder, "P07"), remembered(folder)) == (None, ())
    save_voices(folder, NOTE)
    assert read_voices(folder, "P07") == NOTE
    path = folder.identifiable / "voices" / "P07.json"
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["P07.json"]


def test_what_it_taught_changes_with_the_voices_and_not_with_their_numbers() -> None:
    same = VoiceNote("P08", NOTE.engine, (taught(ANN, 2, is_decided=True, is_numbered=True),))
    other = VoiceNote("P08", NOTE.engine, (taught(BEN),))
    assert NOTE.taught_sha256 == same.taught_sha256 != other.taught_sha256


def test_a_note_is_forgotten_with_its_interview_or_with_all_others(folder: StudyFolder) -> None:
    save_voices(folder, NOTE)
    save_voices(folder, VoiceNote("P08", NOTE.engine))
    assert forget_all_but(folder, {"P07"}) == 1
    assert remembered(folder) == ("P07",)
    forget_voices(folder, "P07")
    forget_voices(folder, "P07")
    assert remembered(folder) == ()


def test_a_decision_forgets_the_voice_at_once(folder: StudyFolder) -> None:
    save_voices(folder, NOTE)
    save_decision(folder, decided(said(CLEAR)[1].turns, S1="P07", S2="interviewer"))
    assert read_voices(folder, "P07") is None


def test_a_vector_is_in_no_repr() -> None:
    assert "1.0" not in repr(NOTE)
    assert "vector" not in repr(taught(ANN))
