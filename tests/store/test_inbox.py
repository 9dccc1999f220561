from __future__ import annotations

import errno
import os
import time
from pathlib import Path
from typing import Any

import pytest

from colloquy.domain.interview import SourceKind
from colloquy.errors import StoreError
from colloquy.settings import InboxSettings, load_settings
from colloquy.store import sightings
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.inbox import Intake, admit, copy_in, survey
from colloquy.store.inbox_found import Survey
from colloquy.store.interviews import read_interviews
from colloquy.store.sources import source_path, verified_source

PATTERN = load_settings().study.interview_pattern
LEAVE, MOVE = (InboxSettings(settle_s=0, after_taking=after) for after in ("leave", "move"))
WAIT = InboxSettings(settle_s=20, after_taking="move")


def take(folder: StudyFolder, settings: InboxSettings = LEAVE, at_s: float | None = None) -> Intake:
    return admit(folder, PATTERN, settings, now_s=time.time if at_s is None else lambda: at_s)


def look_at(folder: StudyFolder, settings: InboxSettings = LEAVE, at_s: float | None = None) -> Survey:
    return survey(folder, PATTERN, settings, now_s=time.time if at_s is None else lambda: at_s)


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
        ("P7.m4a", "P7", ("P7",)),
        ("Sam1.m4a", "R01", ()),
        ("Amy07.m4a", "R01", ()),
        ("P06+Amy07.m4a", "R01", ()),
    ],
)
def test_the_interview_follows_from_the_code_in_the_name_and_never_from_a_persons_name(
    folder: StudyFolder, name: str, interview_id: str, participants: tuple[str, ...]
) -> None:
    drop(folder, name)
    (interview,) = take(folder).interviews
    assert (interview.interview_id, interview.participant_ids) == (interview_id, participants)


def test_the_original_may_stay_and_the_copy_is_the_same_and_private(folder: StudyFolder) -> None:
    original = drop(folder, "P01.wav", b"sound")
    (interview,) = take(folder).interviews
    copy = source_path(folder, interview)
    assert original.read_bytes() == copy.read_bytes() == b"sound"
    assert copy.stat().st_mode & 0o077 == 0
    assert folder.identifiable.stat().st_mode & 0o077 == 0


def test_the_same_content_under_a_new_name_is_known(folder: StudyFolder) -> None:
    drop(folder, "P01.wav", b"sound")
    take(folder)
    drop(folder, "P02 again.wav", b"sound")
    intake = take(folder)
    assert (len(intake.interviews), intake.new_count) == (1, 0)


def test_another_recording_under_an_old_name_is_a_new_interview(folder: StudyFolder) -> None:
    drop(folder, "P01.wav", b"first")
    take(folder)
    drop(folder, "P01.wav", b"second")
    assert [i.interview_id for i in take(folder).interviews] == ["P01", "P01-2"]
    assert [i.interview_id for i in read_interviews(folder)] == ["P01", "P01-2"]


@pytest.mark.parametrize("name", [".hidden.wav", "~$P01.docx", "_taken/P01.wav", "P01.wav.part", "README.txt"])
def test_temporary_and_hidden_files_are_left_alone(folder: StudyFolder, name: str) -> None:
    drop(folder, name)
    assert look_at(folder).new_count == 0
    assert take(folder).interviews == ()


def test_files_that_no_stage_reads_are_counted_and_left(folder: StudyFolder) -> None:
    path = drop(folder, "holiday.jpg")
    intake = take(folder)
    assert (intake.interviews, intake.survey.wrong_kind_count) == ((), 1)
    assert path.exists()


def test_kinds_follow_from_the_ending_in_any_case_and_in_any_folder(folder: StudyFolder) -> None:
    for name in ("P01.WAV", "site a/P02.Docx", "P03.vtt"):
        drop(folder, name)
    kinds = {i.interview_id: i.kind for i in take(folder).interviews}
    assert kinds == {"P01": SourceKind.RECORDING, "P02": SourceKind.DOCUMENT, "P03": SourceKind.TRANSCRIPT}


def test_an_original_name_never_shows_in_the_representation(folder: StudyFolder) -> None:
    drop(folder, "P03 Anna Novak.m4a")
    assert "Novak" not in repr(take(folder))


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
    ],
)
def test_where_codes_are_listed_no_other_counts(
    folder: StudyFolder, name: str, interview_id: str, participants: tuple[str, ...]
) -> None:
    list_participants(folder, "P07,Niamh Byrne", "p08,", "Amy12,")
    drop(folder, name)
    (interview,) = take(folder).interviews
    assert (interview.interview_id, interview.participant_ids) == (interview_id, participants)


def test_a_list_without_lines_lets_codes_count(folder: StudyFolder) -> None:
    list_participants(folder)
    drop(folder, "P07.m4a")
    assert take(folder).interviews[0].interview_id == "P07"


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
        waiting, intake = look_at(folder), take(folder)
    assert (waiting.new_count, waiting.has_recording, waiting.unavailable_count) == (2, True, 1)
    assert ([i.interview_id for i in intake.interviews], intake.new_count) == (["P02", "P03"], 2)
    assert intake.survey.unavailable_count == 1
    later = take(folder)
    assert ([i.interview_id for i in later.interviews][2:], later.survey.unavailable_count) == (["P01"], 0)


def test_a_file_that_is_still_being_written_is_left_for_the_next_run(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing = drop(folder, "P01.wav", b"first half")
    drop(folder, "P02.wav")
    stat = growing.stat()
    look_at(folder)
    growing.write_bytes(b"other half")
    os.utime(growing, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    intake = take(folder)
    assert ([i.interview_id for i in intake.interviews], intake.survey.unavailable_count) == (["P02"], 1)
    assert sorted(path.name for path in folder.stage("sources").iterdir()) == ["P02.wav"]
    assert take(folder).new_count == 1


def test_a_full_disk_is_said_and_leaves_no_half_copy(folder: StudyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(folder, "P01 Anna Novak.wav")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="disk is full") as caught:
        take(folder)
    assert "Novak" not in str(caught.value)
    assert list(folder.stage("sources").iterdir()) == []


def test_a_file_of_the_inbox_is_hashed_once(folder: StudyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    original = drop(folder, "P01.wav")
    hashed: list[Path] = []
    digest_of = sightings.digest_of
    monkeypatch.setattr(sightings, "digest_of", lambda path: (hashed.append(path), digest_of(path))[1])
    look_at(folder)
    take(folder)
    look_at(folder)
    assert hashed.count(original) == 1


def test_a_copy_that_is_whole_is_used_without_the_inbox(folder: StudyFolder) -> None:
    original = drop(folder, "P01.wav", b"sound")
    (interview,) = take(folder).interviews
    original.unlink()
    assert verified_source(folder, interview) == source_path(folder, interview)


@pytest.mark.parametrize("is_missing", [True, False], ids=["missing", "damaged"])
def test_a_lost_copy_is_made_anew_from_the_inbox_under_any_name(folder: StudyFolder, is_missing: bool) -> None:
    original = drop(folder, "P01.wav", b"sound")
    (interview,) = take(folder).interviews
    copy = source_path(folder, interview)
    copy.unlink() if is_missing else copy.write_bytes(b"s0und")
    original.rename(folder.inbox / "other.wav")
    assert verified_source(folder, interview).read_bytes() == b"sound"


def test_a_damaged_copy_that_nothing_replaces_is_refused_without_the_original_name(folder: StudyFolder) -> None:
    original = drop(folder, "P01 Anna Novak.wav", b"sound")
    (interview,) = take(folder).interviews
    source_path(folder, interview).write_bytes(b"s0und")
    original.write_bytes(b"another")
    with pytest.raises(StoreError, match=r"^P01: .*damaged.*Drop the file into the inbox again") as caught:
        verified_source(folder, interview)
    assert "Novak" not in str(caught.value)


def test_a_damaged_list_of_interviews_is_refused_without_quoting_it(folder: StudyFolder) -> None:
    drop(folder, "P01 Anna Novak.wav")
    take(folder)
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


NOTE = " - please read.txt"


def notes(folder: StudyFolder) -> dict[str, str]:
    return {
        path.name.removesuffix(NOTE): path.read_text(encoding="utf-8-sig")
        for path in folder.inbox.rglob(f"*{NOTE}")
        if "_taken" not in path.parts
    }


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("P7.m4a", "There is no participant P7 in participants.csv. Did you mean P07?"),
        ("P70.m4a", "There is no participant P70 in participants.csv. Did you mean P07?"),
        ("Kzm99.m4a", "There is no participant Kzm99 in participants.csv. Rename the file, or add the participant."),
        ("P07+P99.m4a", "There is no participant"),
        ("Anna 🎙 Müller.m4a", "Its name holds no participant's code. Rename it, as in P07.m4a"),
    ],
)
def test_a_file_that_cannot_be_placed_is_held_with_a_note_that_says_what_to_do(
    folder: StudyFolder, name: str, advice: str
) -> None:
    list_participants(folder, "P07,Niamh Byrne", "P12,")
    held = drop(folder, f"site a/{name}")
    intake = take(folder, MOVE)
    assert (intake.interviews, intake.survey.held_count) == ((), 1)
    assert held.is_file()
    assert advice in notes(folder)[name]
    assert "Müller" not in repr(intake)


def test_a_note_goes_when_its_file_is_renamed_and_nothing_else_of_that_name_does(folder: StudyFolder) -> None:
    list_participants(folder, "P07,Niamh Byrne")
    held, own = drop(folder, "P7.m4a"), drop(folder, f"diary{NOTE}", b"my own words")
    take(folder, MOVE)
    held.rename(folder.inbox / "P07.m4a")
    assert [i.interview_id for i in take(folder, MOVE).interviews] == ["P07"]
    assert list(notes(folder)) == ["diary"]
    assert own.read_bytes() == b"my own words"


def test_a_file_may_be_named_in_the_list_of_participants(folder: StudyFolder) -> None:
    folder.identifiable.mkdir(parents=True)
    (folder.identifiable / "participants.csv").write_text(
        "participant_id,name,file\nP07,Niamh Byrne,Zoom 3 Müller.m4a; extra\nP08,Eve Bell,EXTRA.wav\n", encoding="utf-8"
    )
    drop(folder, "Zoom 3 Mu\u0308ller.m4a")
    drop(folder, "extra.wav")
    ids = {i.interview_id: i.participant_ids for i in take(folder, MOVE).interviews}
    assert ids == {"P07": ("P07",), "P07-P08": ("P07", "P08")}


def test_a_wrong_kind_is_left_with_a_note(folder: StudyFolder) -> None:
    drop(folder, "holiday.jpg")
    assert take(folder, MOVE).survey.wrong_kind_count == 1
    assert "export it in one of these formats" in notes(folder)["holiday.jpg"]


def test_what_was_taken_is_moved_in_its_folder_and_nothing_is_overwritten(folder: StudyFolder) -> None:
    drop(folder, "site a/P01.wav", b"first")
    take(folder, MOVE)
    drop(folder, "site a/P01.wav", b"second")
    intake = take(folder, MOVE)
    assert [i.interview_id for i in intake.interviews] == ["P01", "P01-2"]
    taken = folder.inbox / "_taken" / "site a"
    assert {p.name: p.read_bytes() for p in taken.iterdir()} == {"P01.wav": b"first", "P01 (2).wav": b"second"}
    assert take(folder, MOVE).new_count == 0


def test_the_same_content_under_a_new_name_is_said_so_and_stays(folder: StudyFolder) -> None:
    drop(folder, "P01.wav", b"sound")
    take(folder, MOVE)
    again = drop(folder, "P02.wav", b"sound")
    assert take(folder, MOVE).new_count == 0
    assert "it is interview P01" in notes(folder)["P02.wav"]
    assert again.read_bytes() == b"sound"


def test_a_move_that_was_interrupted_is_made_up_for(folder: StudyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    original = drop(folder, "P01.wav", b"sound")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(OSError(errno.EROFS, "read-only")))
        intake = take(folder, MOVE)
    assert (intake.new_count, intake.unmoved_count, original.is_file()) == (1, 1, True)
    assert take(folder, MOVE).unmoved_count == 0
    assert (folder.inbox / "_taken" / "P01.wav").read_bytes() == b"sound"
    assert notes(folder) == {}


def test_a_moved_original_still_replaces_a_damaged_copy(folder: StudyFolder) -> None:
    drop(folder, "P01.wav", b"sound")
    (interview,) = take(folder, MOVE).interviews
    source_path(folder, interview).unlink()
    assert verified_source(folder, interview).read_bytes() == b"sound"


def test_a_file_is_taken_only_when_it_has_not_changed_for_a_while(folder: StudyFolder) -> None:
    path = drop(folder, "P01.wav", b"begin")
    start = path.stat().st_mtime
    assert look_at(folder, WAIT, start + 1).settling_count == 1
    path.write_bytes(b"begin and more")
    assert take(folder, WAIT, start + 22).survey.settling_count == 1
    assert take(folder, WAIT, start + 41).new_count == 0
    assert take(folder, WAIT, start + 43).new_count == 1


def test_a_copy_that_has_its_size_and_its_originals_time_from_the_start_waits_too(folder: StudyFolder) -> None:
    path = drop(folder, "P01.wav", b"\0" * 100)
    os.utime(path, (1_000_000_000, 1_000_000_000))
    assert take(folder, WAIT, path.stat().st_ctime + 5).new_count == 0


def test_a_clock_that_is_put_back_costs_a_wait_and_no_more(folder: StudyFolder) -> None:
    path = drop(folder, "P01.wav")
    start = path.stat().st_mtime
    look_at(folder, WAIT, start + 10)
    assert take(folder, WAIT, start - 3600).new_count == 0
    assert take(folder, WAIT, start - 3579).new_count == 1


def test_what_colloquy_copied_in_itself_need_not_settle(folder: StudyFolder, tmp_path: Path) -> None:
    source = tmp_path / "recorder"
    source.mkdir()
    (source / "P01.wav").write_bytes(b"sound")
    assert copy_in(source, folder) == 1
    assert take(folder, WAIT).new_count == 1
    assert copy_in(source, folder) == 0


def test_a_damaged_note_of_what_was_seen_costs_a_wait_and_no_more(folder: StudyFolder) -> None:
    drop(folder, "P01.wav")
    look_at(folder)
    (folder.identifiable / "inbox_seen.json").write_text("{")
    assert take(folder).new_count == 1
