from __future__ import annotations

from pathlib import Path

import pytest

from colloquy.domain.interview import SourceKind
from colloquy.settings import load_settings
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.inbox import admit, copy_in, look, read_interviews, source_path

PATTERN = load_settings().study.interview_pattern


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    study = DataFolder(tmp_path).study("hubs")
    study.inbox.mkdir(parents=True)
    return study


def drop(folder: StudyFolder, name: str, content: bytes = b"") -> Path:
    path = folder.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content or name.encode())
    return path


@pytest.mark.parametrize(
    ("name", "interview_id", "participants"),
    [
        ("P07.m4a", "P07", ("P07",)),
        ("P07_2.m4a", "P07-2", ("P07",)),
        ("p07 follow-up.wav", "P07", ("P07",)),
        ("P06+P07 group.mp3", "P06-P07", ("P06", "P07")),
        ("P03 Anna Novak.M4A", "P03", ("P03",)),
        ("Anna Novak.mp3", "R01", ()),
        ("2026-05-01 meeting.mp3", "R01", ()),
        ("Zoë 🎙 Müller.wav", "R01", ()),
    ],
)
def test_the_interview_follows_from_the_code_in_the_name_and_never_from_a_persons_name(
    folder: StudyFolder, name: str, interview_id: str, participants: tuple[str, ...]
) -> None:
    drop(folder, name)
    (interview,) = admit(folder, PATTERN).interviews
    assert (interview.interview_id, interview.participant_ids) == (interview_id, participants)


def test_the_original_stays_and_the_copy_is_the_same_and_private(folder: StudyFolder) -> None:
    original = drop(folder, "P01.wav", b"sound")
    (interview,) = admit(folder, PATTERN).interviews
    copy = source_path(folder, interview)
    assert original.read_bytes() == copy.read_bytes() == b"sound"
    assert copy.stat().st_mode & 0o077 == 0
    assert folder.identifiable.stat().st_mode & 0o077 == 0


def test_the_same_content_under_a_new_name_is_known(folder: StudyFolder) -> None:
    drop(folder, "P01.wav", b"sound")
    admit(folder, PATTERN)
    drop(folder, "P02 again.wav", b"sound")
    intake = admit(folder, PATTERN)
    assert (len(intake.interviews), intake.new_count) == (1, 0)


def test_another_recording_under_an_old_name_is_a_new_interview(folder: StudyFolder) -> None:
    drop(folder, "P01.wav", b"first")
    admit(folder, PATTERN)
    drop(folder, "P01.wav", b"second")
    assert [i.interview_id for i in admit(folder, PATTERN).interviews] == ["P01", "P01-2"]
    assert [i.interview_id for i in read_interviews(folder)] == ["P01", "P01-2"]


@pytest.mark.parametrize("name", [".hidden.wav", "~$P01.docx", "_taken/P01.wav", "P01.wav.part", "README.txt"])
def test_temporary_and_hidden_files_are_left_alone(folder: StudyFolder, name: str) -> None:
    drop(folder, name)
    assert look(folder).new_count == 0
    assert admit(folder, PATTERN).interviews == ()


def test_files_that_no_stage_reads_are_counted_and_left(folder: StudyFolder) -> None:
    path = drop(folder, "holiday.jpg")
    intake = admit(folder, PATTERN)
    assert (intake.interviews, intake.unreadable_count) == ((), 1)
    assert path.exists()


def test_kinds_follow_from_the_ending_in_any_case_and_in_any_folder(folder: StudyFolder) -> None:
    for name in ("P01.WAV", "site a/P02.Docx", "P03.vtt"):
        drop(folder, name)
    kinds = {i.interview_id: i.kind for i in admit(folder, PATTERN).interviews}
    assert kinds == {"P01": SourceKind.RECORDING, "P02": SourceKind.DOCUMENT, "P03": SourceKind.TRANSCRIPT}


def test_an_original_name_never_shows_in_the_representation(folder: StudyFolder) -> None:
    drop(folder, "P03 Anna Novak.m4a")
    assert "Novak" not in repr(admit(folder, PATTERN))


def test_a_folder_is_copied_in_and_left_as_it_was(folder: StudyFolder, tmp_path: Path) -> None:
    source = tmp_path / "recorder"
    (source / "day 1").mkdir(parents=True)
    (source / "day 1" / "P01.wav").write_bytes(b"new")
    (source / "P02.wav").write_bytes(b"other")
    drop(folder, "P02.wav", b"first")
    assert copy_in(source, folder) == 2
    assert (folder.inbox / "P02.wav").read_bytes() == b"first"
    assert (folder.inbox / "P02 (2).wav").read_bytes() == b"other"
    assert (source / "day 1" / "P01.wav").read_bytes() == (folder.inbox / "day 1" / "P01.wav").read_bytes() == b"new"
    assert copy_in(source, folder) == 0
