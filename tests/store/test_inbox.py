from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from colloquy.domain.interview import SourceKind
from colloquy.errors import StoreError
from colloquy.settings import load_settings
from colloquy.store import inbox
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.inbox import admit, copy_in, look, read_interviews, source_path, verified_source

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
        ("Sam1.m4a", "R01", ()),
        ("Amy07.m4a", "R01", ()),
        ("P06+Amy07.m4a", "R01", ()),
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


def list_participants(folder: StudyFolder, *lines: str) -> None:
    folder.identifiable.mkdir(parents=True)
    (folder.identifiable / "participants.csv").write_text("participant_id,name\n" + "\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("name", "interview_id", "participants"),
    [
        ("P07_2.m4a", "P07-2", ("P07",)),
        ("p08.m4a", "P08", ("P08",)),
        ("Amy12.m4a", "AMY12", ("AMY12",)),
        ("Kzm99.m4a", "R01", ()),
        ("P07+P99.m4a", "R01", ()),
    ],
)
def test_where_codes_are_listed_no_other_counts(
    folder: StudyFolder, name: str, interview_id: str, participants: tuple[str, ...]
) -> None:
    list_participants(folder, "P07,Niamh Byrne", "p08,", "Amy12,")
    drop(folder, name)
    (interview,) = admit(folder, PATTERN).interviews
    assert (interview.interview_id, interview.participant_ids) == (interview_id, participants)


def test_a_list_without_lines_lets_codes_count(folder: StudyFolder) -> None:
    list_participants(folder)
    drop(folder, "P07.m4a")
    assert admit(folder, PATTERN).interviews[0].interview_id == "P07"


def close_file(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """As if another program held it; rights alone would not stop a test that runs as root."""
    open_path = Path.open

    def refuse(path: Path, *args: Any, **kwargs: Any) -> Any:
        if path.name == name:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return open_path(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refuse)


def test_a_file_that_cannot_be_opened_is_counted_and_does_not_stop_the_others(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("P01.wav", "P02.wav", "P03.docx"):
        drop(folder, name)
    with monkeypatch.context() as patch:
        close_file(patch, "P01.wav")
        waiting, intake = look(folder), admit(folder, PATTERN)
    assert (waiting.new_count, waiting.has_recording, waiting.unavailable_count) == (2, True, 1)
    assert ([i.interview_id for i in intake.interviews], intake.new_count) == (["P02", "P03"], 2)
    assert intake.unavailable_count == 1
    later = admit(folder, PATTERN)
    assert ([i.interview_id for i in later.interviews][2:], later.unavailable_count) == (["P01"], 0)


def test_a_file_that_is_still_being_written_is_left_for_the_next_run(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing = drop(folder, "P01.wav", b"first half")
    drop(folder, "P02.wav")
    stat = growing.stat()
    look(folder)
    growing.write_bytes(b"other half")
    os.utime(growing, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    intake = admit(folder, PATTERN)
    assert ([i.interview_id for i in intake.interviews], intake.unavailable_count) == (["P02"], 1)
    assert sorted(path.name for path in folder.stage("sources").iterdir()) == ["P02.wav"]
    assert admit(folder, PATTERN).new_count == 1


def test_a_full_disk_is_said_and_leaves_no_half_copy(folder: StudyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(folder, "P01 Anna Novak.wav")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="disk is full") as caught:
        admit(folder, PATTERN)
    assert "Novak" not in str(caught.value)
    assert list(folder.stage("sources").iterdir()) == []


def test_a_run_hashes_a_file_of_the_inbox_once(folder: StudyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    original = drop(folder, "P01.wav")
    hashed: list[Path] = []
    digest_of = inbox.digest_of
    monkeypatch.setattr(inbox, "digest_of", lambda path: (hashed.append(path), digest_of(path))[1])
    look(folder)
    admit(folder, PATTERN)
    look(folder)
    assert hashed.count(original) == 1


def test_a_copy_that_is_whole_is_used_without_the_inbox(folder: StudyFolder) -> None:
    original = drop(folder, "P01.wav", b"sound")
    (interview,) = admit(folder, PATTERN).interviews
    original.unlink()
    assert verified_source(folder, interview) == source_path(folder, interview)


@pytest.mark.parametrize("is_missing", [True, False], ids=["missing", "damaged"])
def test_a_lost_copy_is_made_anew_from_the_inbox_under_any_name(folder: StudyFolder, is_missing: bool) -> None:
    original = drop(folder, "P01.wav", b"sound")
    (interview,) = admit(folder, PATTERN).interviews
    copy = source_path(folder, interview)
    copy.unlink() if is_missing else copy.write_bytes(b"s0und")
    original.rename(folder.inbox / "other.wav")
    assert verified_source(folder, interview).read_bytes() == b"sound"


def test_a_damaged_copy_that_nothing_replaces_is_refused_without_the_original_name(folder: StudyFolder) -> None:
    original = drop(folder, "P01 Anna Novak.wav", b"sound")
    (interview,) = admit(folder, PATTERN).interviews
    source_path(folder, interview).write_bytes(b"s0und")
    original.write_bytes(b"another")
    with pytest.raises(StoreError, match=r"^P01: .*damaged.*Drop the file into the inbox again") as caught:
        verified_source(folder, interview)
    assert "Novak" not in str(caught.value)


def test_a_damaged_list_of_interviews_is_refused_without_quoting_it(folder: StudyFolder) -> None:
    drop(folder, "P01 Anna Novak.wav")
    admit(folder, PATTERN)
    path = folder.identifiable / "interviews.json"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(StoreError, match="damaged") as caught:
        read_interviews(folder)
    assert caught.value.__suppress_context__
    assert "Novak" not in str(caught.value)


def test_what_cannot_be_copied_in_is_counted_after_the_others_are_copied(
    folder: StudyFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "recorder"
    source.mkdir()
    for name in ("P01.wav", "P02.wav"):
        (source / name).write_text(name)
    close_file(monkeypatch, "P01.wav")
    with pytest.raises(StoreError, match=r"1 file.*; 1 were copied"):
        copy_in(source, folder)
    assert [path.name for path in folder.inbox.iterdir()] == ["P02.wav"]
