"""Which interview a file is meant for: its number counts, and what is published changes only where a person says so."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest

from colloquy.domain.interview import SourceKind, State
from colloquy.domain.record import InterviewState
from colloquy.settings import InboxSettings, load_settings
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.inbox import Intake, admit
from colloquy.store.inbox_found import Insight
from colloquy.store.interviews import list_of_files, read_interviews
from colloquy.store.ledger import save_state
from tests.store.test_inbox_gather import drop

PATTERN = load_settings().study.interview_pattern
MOVE, LEAVE = (InboxSettings(settle_s=0, after_taking=after) for after in ("move", "leave"))
NOTE = " - please read.txt"
INSIGHT = Insight("INT", lambda path: b"00:01" in path.read_bytes(), lambda _: 60_000)


def take(folder: StudyFolder, settings: InboxSettings = MOVE) -> Intake:
    return admit(folder, PATTERN, settings, insight=INSIGHT, now_s=time.time)


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    study = DataFolder(tmp_path).study("hubs")
    study.inbox.mkdir(parents=True)
    return study


def publish(folder: StudyFolder, *ids: str) -> None:
    for interview_id in ids:
        save_state(folder, InterviewState(interview_id, State.DONE, "check"))


def taken(folder: StudyFolder) -> dict[str, list[str]]:
    return {
        one.interview_id: [file.original_name for file in (*one.own_files, *one.companions)]
        for one in read_interviews(folder)
    }


def notes(folder: StudyFolder) -> dict[str, str]:
    return {
        path.relative_to(folder.inbox).as_posix().removesuffix(NOTE): path.read_text(encoding="utf-8-sig")
        for path in folder.inbox.rglob(f"*{NOTE}")
    }


# a transcript that was taken before its recording


def two_texts(folder: StudyFolder) -> None:
    drop(folder, "P08.txt", content="It was a good year.")
    drop(folder, "P08 follow up.vtt")
    take(folder)
    assert taken(folder) == {"P08": ["P08 follow up.vtt"], "P08-2": ["P08.txt"]}


@pytest.mark.parametrize("names", [("P08 part 1.wav", "P08 part 2.wav"), ("P08 follow up.wav",), ("P08/REC1.wav",)])
def test_a_published_transcript_is_never_replaced_in_silence(folder: StudyFolder, names: tuple[str, ...]) -> None:
    two_texts(folder)
    publish(folder, "P08", "P08-2")
    before = read_interviews(folder)
    drop(folder, *names)
    assert take(folder).survey.held_count == len(names)
    assert read_interviews(folder) == before
    for note in notes(folder).values():
        assert "Interview P08 came as a transcript and is done" in note
        assert "as in P08 joins P08.wav" in note
        assert "name it as in P08_3.wav" in note


def test_without_a_plain_name_a_recording_asks_whether_it_is_the_transcripts(folder: StudyFolder) -> None:
    two_texts(folder)
    drop(folder, "P08 part 1.wav")
    take(folder)
    assert len(read_interviews(folder)) == 2
    assert "the names do not say whether" in notes(folder)["P08 part 1.wav"]


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("P08.vtt", "P08.wav"),
        ("P08 follow up.vtt", "p08 FOLLOW up part 1.wav"),
        ("week 1/P08 Teams.vtt", "week 1/P08.wav"),
        ("P08_2 Teams.vtt", "P08_2 Zoom.wav"),
        ("P08.vtt", "P08/REC0001.wav"),
    ],
)
def test_before_it_is_published_the_same_name_number_or_folder_will_do(
    folder: StudyFolder, text: str, sound: str
) -> None:
    drop(folder, text)
    take(folder)
    drop(folder, sound)
    (interview,) = take(folder).interviews
    assert (interview.kind, len(interview.companions), notes(folder)) == (SourceKind.RECORDING, 1, {})


@pytest.mark.parametrize(
    "names",
    [
        ("P08 joins P08.wav",),
        ("P08 joins p08 part 1.wav", "P08 part 2 joins P08.wav"),
        ("P08 joins P08/INT.wav", "P08 joins P08/P08.wav"),
        ("P08_3 joins P08.wav",),
    ],
)
def test_a_person_may_say_that_a_recording_joins_a_published_transcript(
    folder: StudyFolder, names: tuple[str, ...]
) -> None:
    two_texts(folder)
    publish(folder, "P08", "P08-2")
    drop(folder, *names)
    take(folder)
    assert taken(folder) == {"P08": [*names, "P08 follow up.vtt"], "P08-2": ["P08.txt"]}
    assert notes(folder) == {}


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("P08 joins P09.wav", "no interview P09 of P08"),
        ("P08 joins P08_7.wav", "no interview P08-7 of P08"),
        ("P07 joins P08.wav", "no interview P08 of P07"),
        ("P06 joins P06.wav", "which has a recording already"),
    ],
)
def test_a_name_that_joins_what_cannot_be_joined_is_held(folder: StudyFolder, name: str, advice: str) -> None:
    two_texts(folder)
    drop(folder, "P06.wav")
    take(folder)
    drop(folder, name)
    take(folder)
    assert len(read_interviews(folder)) == 3
    assert advice in notes(folder)[name]


# numbers in names


def test_a_number_in_a_name_counts_and_the_unnumbered_file_takes_the_next_that_is_free(folder: StudyFolder) -> None:
    drop(folder, "P07.txt", content="first")
    take(folder)
    drop(folder, "P07.txt", content="another")
    drop(folder, "P07_2.txt", content="numbered")
    take(folder)
    ids = {one.interview_id: (one.original_name, one.occasion) for one in read_interviews(folder)}
    assert ids == {"P07": ("P07.txt", None), "P07-3": ("P07.txt", None), "P07-2": ("P07_2.txt", 2)}


@pytest.mark.parametrize("name", ["P07_2.wav", "P07_2 notes.txt", "P07_2 part 1.wav"])
def test_a_number_that_is_taken_is_not_changed_in_silence(folder: StudyFolder, name: str) -> None:
    drop(folder, "a/P07.wav", "b/P07.wav")
    take(folder)
    drop(folder, name, content="other")
    take(folder)
    assert list(taken(folder)) == ["P07", "P07-2"]
    assert notes(folder)[name]
    if "part" not in name:
        assert "The study has an interview P07-2 already" in notes(folder)[name]
        assert "as in P07_3." in notes(folder)[name]


def test_of_two_files_with_one_number_the_recording_has_it_or_both_wait(folder: StudyFolder) -> None:
    drop(folder, "P07_2 diary.txt", content="a diary")
    drop(folder, "P07_2.wav", "a/P08_2.wav", "b/P08_2.wav")
    take(folder)
    assert taken(folder) == {"P07-2": ["P07_2.wav"]}
    assert set(notes(folder)) == {"P07_2 diary.txt", "a/P08_2.wav", "b/P08_2.wav"}
    assert "more than one file for P08_2" in notes(folder)["a/P08_2.wav"]


# folders


def test_pieces_with_different_endings_follow_by_their_numbers(folder: StudyFolder) -> None:
    drop(folder, "P10/REC0002.flac", "P10/REC0001.wav", "P10/REC0010.MP3")
    take(folder)
    assert taken(folder) == {"P10": ["P10/REC0001.wav", "P10/REC0002.flac", "P10/REC0010.MP3"]}
    drop(folder, "P10/REC0003.3gp")
    take(folder)
    assert taken(folder)["P10"][2] == "P10/REC0003.3gp"
    drop(folder, "P11/REC1.wav", "P11/REC1.flac")
    take(folder)
    assert "do not say in which order" in notes(folder)["P11/REC1.wav"]


def test_folders_that_were_emptied_go_and_no_others(folder: StudyFolder) -> None:
    drop(folder, "Woche 1/P10/REC0001.wav", "Woche 2/P11.wav", "Woche 2/P12.xyz", "P13.wav")
    (folder.inbox / "Woche 3").mkdir()
    take(folder)
    left = {path.name for path in folder.inbox.iterdir()}
    assert left == {"Woche 2", "Woche 3", "_taken"}
    assert (folder.inbox / "_taken" / "Woche 1" / "P10" / "REC0001.wav").is_file()


def test_the_inbox_itself_stays_and_where_originals_stay_their_folders_do(folder: StudyFolder) -> None:
    drop(folder, "Woche 1/P10.wav")
    take(folder, LEAVE)
    assert (folder.inbox / "Woche 1" / "P10.wav").is_file()
    take(folder, MOVE)
    assert [path.name for path in folder.inbox.iterdir()] == ["_taken"]


def test_the_teams_list_shows_the_folder_and_is_in_the_order_of_ids(folder: StudyFolder) -> None:
    drop(folder, "P10.wav", "Woche 1/P09.DOCX", "Woche 1/P9/REC1.wav")
    take(folder)
    rows = list(csv.reader(list_of_files(folder).read_text(encoding="utf-8-sig").splitlines()))[1:]
    assert [row[:2] for row in rows] == [
        ["P09", "Woche 1/P09.DOCX"],
        ["P9", "Woche 1/P9/REC1.wav"],
        ["P10", "P10.wav"],
    ]
    assert "Woche" not in repr(read_interviews(folder))
