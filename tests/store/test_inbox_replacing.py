"""Files that come to nothing: empty ones wait, and a good file takes the place of one that failed."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import pytest

from colloquy.domain.interview import FileRole, Interview, SourceFile, SourceKind, State
from colloquy.domain.record import InterviewState, StageRecord
from colloquy.settings import InboxSettings, load_settings
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.inbox import EMPTY_DIGEST, Intake, admit, copy_in
from colloquy.store.inbox_found import Insight
from colloquy.store.interviews import list_of_files, read_interviews, save_interviews
from colloquy.store.ledger import read_state, save_record, save_state
from colloquy.store.set_aside import put_aside, take_up
from colloquy.store.sources import source_path, verified_source, verified_sources

PATTERN = load_settings().study.interview_pattern
MOVE = InboxSettings(settle_s=0, after_taking="move")
NOTE = " - please read.txt"


def has_times(path: Path) -> bool | None:
    content = path.read_bytes()
    return None if content.startswith(b"broken") else b"00:01" in content


def take(folder: StudyFolder) -> Intake:
    return admit(folder, PATTERN, MOVE, insight=Insight("INT", has_times, lambda _: 60_000), now_s=time.time)


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    study = DataFolder(tmp_path).study("hubs")
    study.inbox.mkdir(parents=True)
    return study


def drop(folder: StudyFolder, *names: str, content: str | None = None) -> None:
    for name in names:
        path = folder.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"60 s of {name}, 00:01" if content is None else content)


def fail(folder: StudyFolder, interview_id: str, stage: str = "prepare", error: str = "AudioUnreadableError") -> None:
    save_state(folder, InterviewState(interview_id, State.FAILED, stage, "It cannot be read.", error=error))


def taken(folder: StudyFolder) -> dict[str, list[str]]:
    return {one.interview_id: [file.original_name for file in one.own_files] for one in read_interviews(folder)}


def interview_of(folder: StudyFolder, interview_id: str) -> Interview:
    return {one.interview_id: one for one in read_interviews(folder)}[interview_id]


def state_of(folder: StudyFolder, interview_id: str) -> State | None:
    state = read_state(folder, interview_id)
    return state.state if state else None


def notes(folder: StudyFolder) -> dict[str, str]:
    return {
        path.relative_to(folder.inbox).as_posix().removesuffix(NOTE): path.read_text(encoding="utf-8-sig")
        for path in folder.inbox.rglob(f"*{NOTE}")
    }


# empty files


@pytest.mark.parametrize("name", ["P01.wav", "P01.vtt", "P01.docx", "Anna.txt", "P01/REC0001.wav"])
def test_an_empty_file_is_held_with_a_note_whatever_its_kind(folder: StudyFolder, name: str) -> None:
    drop(folder, name, content="")
    intake = take(folder)
    assert (intake.interviews, intake.survey.held_count) == ((), 1)
    assert "This file is empty. Copy it again from the recorder." in notes(folder)[name]
    drop(folder, name)
    assert (take(folder).new_count, notes(folder)) == (1, {})


def test_two_empty_files_are_not_the_same(folder: StudyFolder) -> None:
    drop(folder, "P01.wav", "P02.wav", "P03.txt", content="")
    assert take(folder).survey.held_count == 3
    assert all("This file is empty" in note for note in notes(folder).values())


def test_an_interview_that_came_from_an_empty_file_swallows_no_other(folder: StudyFolder, tmp_path: Path) -> None:
    empty = SourceFile(EMPTY_DIGEST, ".wav", "P01.wav")
    save_interviews(folder, [Interview("hubs", "P01", SourceKind.RECORDING, ("P01",), (empty,))])
    fail(folder, "P01")
    drop(folder, "P02.wav", content="")
    source = tmp_path / "recorder"
    source.mkdir()
    (source / "P04.wav").touch()
    assert copy_in(source, folder) == 1
    take(folder)
    assert set(notes(folder)) == {"P02.wav", "P04.wav"}
    assert all("This file is empty" in note for note in notes(folder).values())
    drop(folder, "P01.wav", "P02.wav")
    take(folder)
    assert taken(folder) == {"P01": ["P01.wav"], "P02": ["P02.wav"]}


@pytest.mark.parametrize(
    ("empty", "waits"),
    [
        ("P07 part 2.wav", "P07 part 1.wav"),
        ("P07/INT.wav", "P07/P07.wav"),
        ("P07/REC2.wav", "P07/REC1.wav"),
        ("P07.m4a", "P07.vtt"),
    ],
)
def test_what_belongs_to_an_empty_file_waits_for_it(folder: StudyFolder, empty: str, waits: str) -> None:
    drop(folder, empty, content="")
    drop(folder, waits)
    assert take(folder).interviews == ()
    assert "waits for you itself" in notes(folder)[waits]
    drop(folder, empty)
    assert len(take(folder).interviews) == 1


def test_an_empty_file_holds_up_no_recording_of_another_day(folder: StudyFolder) -> None:
    drop(folder, "P07.wav", "P08 part 1.wav", content="")
    drop(folder, "P07 evening.wav", "P08_2.wav")
    take(folder)
    assert taken(folder) == {"P07": ["P07 evening.wav"], "P08-2": ["P08_2.wav"]}


# another file takes the place of one that failed


@pytest.mark.parametrize("name", ["P03.m4a", "P03.wav", "P03 again.wav", "P03 part 1.wav", "P03/REC0001.wav"])
def test_a_good_file_takes_the_place_of_one_that_failed_and_nothing_is_lost(folder: StudyFolder, name: str) -> None:
    drop(folder, "P03.wav", content="garbage")
    (first,) = take(folder).interviews
    fail(folder, "P03")
    drop(folder, name)
    intake = take(folder)
    (later,) = intake.interviews
    assert (intake.new_count, intake.survey.new_count, state_of(folder, "P03")) == (0, 1, State.NEW)
    assert (later.interview_id, [file.original_name for file in later.own_files]) == ("P03", [name])
    assert later.sha256 != first.sha256
    assert source_path(folder, first).read_text() == "garbage"
    assert f"60 s of {name}" in verified_sources(folder, later)[0].read_text()
    assert (folder.inbox / "_taken" / "P03.wav").read_text() == "garbage"
    rows = list(csv.reader(list_of_files(folder).read_text(encoding="utf-8-sig").splitlines()))[1:]
    assert [row[1] for row in rows] == [name, "P03.wav"]
    assert rows[1][3] == "set aside: another file took its place"


def test_it_may_be_replaced_more_than_once(folder: StudyFolder) -> None:
    for content in ("garbage", "more garbage", "60 s of sound"):
        drop(folder, "P03.wav", content=content)
        take(folder)
        fail(folder, "P03")
    interview = interview_of(folder, "P03")
    contents = [verified_source(folder, interview, file).read_text() for file in interview.files]
    assert contents == ["garbage", "more garbage", "60 s of sound"]
    assert [file.role for file in interview.files] == [FileRole.SET_ASIDE, FileRole.SET_ASIDE, FileRole.PIECE]
    drop(folder, "P03.wav", content="garbage")
    take(folder)
    assert "as interview P03, and then another file took its place" in notes(folder)["P03.wav"]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("P05.docx", "P05 better.docx", SourceKind.DOCUMENT),
        ("P05.vtt", "P05.srt", SourceKind.TRANSCRIPT),
        ("P05.vtt", "P05 sound.wav", SourceKind.RECORDING),
        ("P05_2.docx", "P05_2.docx", SourceKind.DOCUMENT),
    ],
)
def test_a_text_that_cannot_be_read_gives_way_too(
    folder: StudyFolder, before: str, after: str, kind: SourceKind
) -> None:
    drop(folder, before, content="broken")
    (first,) = take(folder).interviews
    fail(folder, first.interview_id, "read_document", "DocumentUnreadableError")
    drop(folder, after)
    (later,) = take(folder).interviews
    assert (later.interview_id, later.kind, later.original_name) == (first.interview_id, kind, after)


def test_notes_that_cannot_be_read_do_not_give_way_to_a_recording(folder: StudyFolder) -> None:
    drop(folder, "P05 notes.docx", content="broken")
    take(folder)
    fail(folder, "P05", "read_document", "DocumentUnreadableError")
    drop(folder, "P05.wav")
    take(folder)
    assert taken(folder) == {"P05": ["P05 notes.docx"], "P05-2": ["P05.wav"]}


def test_one_piece_takes_the_place_of_the_piece_of_its_number(folder: StudyFolder) -> None:
    drop(folder, "P03 part 1.wav", "P03 part 2.wav", "P04/REC0001.wav", "P04/REC0002.wav")
    take(folder)
    fail(folder, "P03")
    fail(folder, "P04")
    drop(folder, "P03 part 2.m4a", "P04/REC0001.flac")
    take(folder)
    assert taken(folder) == {
        "P03": ["P03 part 1.wav", "P03 part 2.m4a"],
        "P04": ["P04/REC0001.flac", "P04/REC0002.wav"],
    }
    assert [len(interview_of(folder, name).files) for name in ("P03", "P04")] == [3, 3]
    assert len(verified_sources(folder, interview_of(folder, "P04"))) == 2


def test_a_whole_recording_takes_the_place_of_all_pieces(folder: StudyFolder) -> None:
    drop(folder, "P03 part 1.wav", "P03 part 2.wav")
    take(folder)
    fail(folder, "P03")
    drop(folder, "P03.wav", "P03.vtt")
    take(folder)
    assert taken(folder) == {"P03": ["P03.wav"]}
    assert len(interview_of(folder, "P03").companions) == 1


def test_of_several_the_name_says_which_is_replaced(folder: StudyFolder) -> None:
    drop(folder, "P03.wav", "P03 evening.wav", "P04_2.wav")
    take(folder)
    save_state(folder, InterviewState("P03", State.DONE))  # P03 evening.wav: its name comes first
    for name in ("P03-2", "P04-2"):
        fail(folder, name)
    drop(folder, "P03 third.wav", "P03.m4a", "P04.wav", "P04_2.m4a")
    take(folder)
    assert taken(folder) == {
        "P03": ["P03 evening.wav"],
        "P03-2": ["P03.m4a"],
        "P04-2": ["P04_2.m4a"],
        "P03-3": ["P03 third.wav"],
        "P04": ["P04.wav"],
    }


def test_the_number_that_an_interview_was_given_means_it_too(folder: StudyFolder) -> None:
    drop(folder, "a/P03.wav", "b/P03.wav")
    take(folder)
    fail(folder, "P03-2")
    drop(folder, "P03_2.m4a")
    take(folder)
    assert taken(folder) == {"P03": ["P03.wav"], "P03-2": ["P03_2.m4a"]}


@pytest.mark.parametrize("why", ["done", "elsewhere", "full disk", "published", "checked", "running"])
def test_what_was_ever_published_or_may_yet_go_well_is_never_replaced(folder: StudyFolder, why: str) -> None:
    drop(folder, "P03.wav")
    take(folder)
    fail(folder, "P03", "transcribe" if why == "elsewhere" else "prepare", "StoreError" if why == "full disk" else "")
    if why == "done":
        save_state(folder, InterviewState("P03", State.DONE, "check"))
    if why == "running":
        save_state(folder, InterviewState("P03", State.RUNNING, "prepare"))
    if why == "published":
        (folder.dataset / "v0001").mkdir(parents=True)
        (folder.dataset / "v0001" / "provenance.json").write_text(json.dumps({"interviews": {"P03": {}}}))
    if why == "checked":
        save_record(folder, StageRecord("check", "P03", "1", "2", 0.0, ""))
    drop(folder, "P03.m4a")
    take(folder)
    assert taken(folder) == {"P03": ["P03.wav"], "P03-2": ["P03.m4a"]}
    assert state_of(folder, "P03-2") is None


# set aside by a person


def test_what_was_set_aside_gives_way_to_another_file_unless_it_was_published(folder: StudyFolder) -> None:
    drop(folder, "P03.wav", "P04.wav")
    take(folder)
    (folder.dataset / "v0001").mkdir(parents=True)
    (folder.dataset / "v0001" / "provenance.json").write_text(json.dumps({"interviews": {"P04": {}}}))
    for name in ("P03", "P04"):
        put_aside(folder, name)
    drop(folder, "P03.m4a", "P04.m4a")
    take(folder)
    assert taken(folder) == {"P03": ["P03.m4a"], "P04": ["P04.wav"], "P04-2": ["P04.m4a"]}
    assert [interview_of(folder, name).is_set_aside for name in ("P03", "P04")] == [False, True]
    assert (state_of(folder, "P03"), state_of(folder, "P04")) == (State.NEW, State.SET_ASIDE)


def test_the_file_of_one_that_was_set_aside_stays_known_and_says_how_to_undo_it(folder: StudyFolder) -> None:
    drop(folder, "P03.wav")
    take(folder)
    put_aside(folder, "P03")
    drop(folder, "P03.wav")
    assert take(folder).survey.new_count == 0
    assert "colloquy set-aside hubs P03 --undo" in notes(folder)["P03.wav"]
    rows = list(csv.reader(list_of_files(folder).read_text(encoding="utf-8-sig").splitlines()))
    assert rows[1] == ["P03", "P03.wav", "recording", "the interview is set aside", ""]
    take_up(folder, "P03")
    take(folder)
    assert (interview_of(folder, "P03").is_set_aside, state_of(folder, "P03"), notes(folder)) == (False, State.NEW, {})
