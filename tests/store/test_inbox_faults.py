"""Faults of the inbox while files are taken from it: what vanishes, changes, or lies on a share that is gone."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from colloquy.errors import StoreError
from colloquy.settings import InboxSettings, load_settings
from colloquy.store import inbox, inbox_copies, inbox_take
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.inbox import Intake, admit
from colloquy.store.inbox_copies import copy_verified
from colloquy.store.interviews import read_interviews
from colloquy.store.sources import source_path, verified_source

PATTERN = load_settings().study.interview_pattern
MOVE = InboxSettings(settle_s=0, after_taking="move")


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    study = DataFolder(tmp_path).study("hubs")
    study.inbox.mkdir(parents=True)
    return study


def drop(folder: StudyFolder, name: str, content: bytes) -> Path:
    path = folder.inbox / name
    path.write_bytes(content)
    return path


def take(folder: StudyFolder) -> Intake:
    return admit(folder, PATTERN, MOVE, now_s=time.time)


def copies(folder: StudyFolder) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.stage("sources").iterdir())]


def test_a_file_that_vanishes_before_it_is_copied_holds_up_no_other(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = drop(folder, "P01.wav", b"one")
    drop(folder, "P02.wav", b"two")

    def copy(original: Path, copy: Path, digest: str) -> None:
        gone.unlink(missing_ok=True)
        copy_verified(original, copy, digest)

    monkeypatch.setattr(inbox_take, "copy_verified", copy)
    intake = take(folder)
    assert [interview.interview_id for interview in intake.interviews] == ["P02"]
    assert intake.survey.unavailable_count == 1
    assert copies(folder) == [b"two"]


def test_a_file_that_vanishes_once_it_is_copied_is_taken_all_the_same(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(folder, "P01.wav", b"one")
    may_move = inbox._may_move

    def vanish(one: inbox.Found, known: list[inbox.Interview]) -> bool:
        one.path.unlink()
        return may_move(one, known)

    monkeypatch.setattr(inbox, "_may_move", vanish)
    intake = take(folder)
    assert (len(intake.interviews), intake.unmoved_count) == (1, 1)
    assert copies(folder) == [b"one"]


def test_a_file_that_is_replaced_while_it_is_read_is_never_taken_half_old_half_new(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(folder, "P01.wav", b"old old old ")
    whole = inbox_copies._chunks

    def replaced(original: Path) -> Iterator[bytes]:
        for chunk in whole(original):
            yield chunk[:4]
            original.write_bytes(b"new new new ")
            yield original.read_bytes()[4:]

    monkeypatch.setattr(inbox_copies, "_chunks", replaced)
    assert take(folder).interviews == ()
    assert copies(folder) == []
    monkeypatch.setattr(inbox_copies, "_chunks", whole)
    (interview,) = take(folder).interviews
    assert copies(folder) == [b"new new new "]
    assert not path.exists()
    assert verified_source(folder, interview) == source_path(folder, interview)


def test_a_file_that_is_replaced_once_it_is_copied_stays_and_is_taken_next_time(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(folder, "P01.wav", b"old")

    def copy(original: Path, copy: Path, digest: str) -> None:
        copy_verified(original, copy, digest)
        original.write_bytes(b"another")

    monkeypatch.setattr(inbox_take, "copy_verified", copy)
    assert take(folder).unmoved_count == 1
    assert path.read_bytes() == b"another"
    monkeypatch.setattr(inbox_take, "copy_verified", copy_verified)
    assert len(take(folder).interviews) == 2
    assert sorted(copies(folder)) == [b"another", b"old"]


def test_an_inbox_that_goes_between_looking_and_copying_is_not_made_anew(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(folder, "P01.wav", b"one")
    drop(folder, "P02.xyz", b"held with a note")
    away = folder.inbox.with_name("away")

    def copy(original: Path, copy: Path, digest: str) -> None:
        folder.inbox.rename(away)
        copy_verified(original, copy, digest)

    monkeypatch.setattr(inbox_take, "copy_verified", copy)
    assert take(folder).interviews == ()
    assert not folder.inbox.exists()
    monkeypatch.undo()
    away.rename(folder.inbox)
    assert len(take(folder).interviews) == len(read_interviews(folder)) == 1
    assert copies(folder) == [b"one"]


def test_an_inbox_where_nothing_can_be_written_or_removed_holds_up_no_intake(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = drop(folder, "P02.xyz", b"held with a note")
    take(folder)
    held.unlink()  # its note is to go
    drop(folder, "P01.wav", b"one")
    drop(folder, "P03.xyz", b"held with another")
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.is_relative_to(folder.inbox) and path.exists():
            raise PermissionError(errno.EACCES, "Permission denied")
        unlink(path, missing_ok)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "unlink", refuse)
    monkeypatch.setattr("colloquy.store.inbox_notes.replace_whole", full)
    assert len(take(folder).interviews) == 1


def test_a_share_that_does_not_answer_is_no_damaged_copy(folder: StudyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(folder, "P01.wav", b"one")
    (interview,) = take(folder).interviews
    copy, opened, faults = source_path(folder, interview), Path.open, [errno.ESTALE]

    def open_once_stale(path: Path, mode: str = "r") -> object:
        if path == copy and faults:
            raise OSError(faults.pop(), "Stale file handle")
        return opened(path, mode)

    monkeypatch.setattr(Path, "open", open_once_stale)
    with pytest.raises(OSError, match="Stale"):
        verified_source(folder, interview)
    assert verified_source(folder, interview) == copy


def test_a_copy_that_may_not_be_read_is_refused_with_a_sentence(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(folder, "P01.wav", b"one")
    (interview,) = take(folder).interviews
    opened = Path.open

    def refuse(path: Path, mode: str = "r") -> object:
        if path.name.startswith("P01"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, mode)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(StoreError, match="P01: the copy of its file"):
        verified_source(folder, interview)
