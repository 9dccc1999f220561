"""Several files for one interview: what belongs together is taken together, and in doubt a person is asked."""

from __future__ import annotations

import csv
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from colloquy.domain.interview import FileRole, Interview, SourceKind
from colloquy.errors import StoreError
from colloquy.settings import InboxSettings, load_settings
from colloquy.store import inbox_take
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.inbox import Intake, admit, survey
from colloquy.store.inbox_found import Insight, Survey
from colloquy.store.interviews import list_of_files, read_interviews
from colloquy.store.sightings import UnavailableError
from colloquy.store.sources import source_path, verified_source, verified_sources

PATTERN = load_settings().study.interview_pattern
MOVE, LEAVE = (InboxSettings(settle_s=0, after_taking=after) for after in ("move", "leave"))
WAIT = InboxSettings(settle_s=20, after_taking="move")
NOTE = " - please read.txt"


def has_times(path: Path) -> bool | None:
    """As the readers would say, by what the test wrote."""
    content = path.read_bytes()
    return None if content.startswith(b"broken") else b"00:01" in content


def duration_ms(path: Path) -> int | None:
    """A recording of the test is as long as its content says: `12.5 s`."""
    seconds = re.match(r"[\d.]+(?= s)", path.read_text())
    return round(1000 * float(seconds[0])) if seconds else None


INSIGHT = Insight("INT", has_times, duration_ms)


def take(folder: StudyFolder, settings: InboxSettings = MOVE, at_s: float | None = None) -> Intake:
    return admit(folder, PATTERN, settings, insight=INSIGHT, now_s=time.time if at_s is None else lambda: at_s)


def look_at(folder: StudyFolder, settings: InboxSettings = MOVE, at_s: float | None = None) -> Survey:
    return survey(folder, PATTERN, settings, insight=INSIGHT, now_s=time.time if at_s is None else lambda: at_s)


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    study = DataFolder(tmp_path).study("hubs")
    study.inbox.mkdir(parents=True)
    return study


def drop(folder: StudyFolder, *names: str, content: str = "") -> None:
    for name in names:
        path = folder.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content or f"60 s of {name}, 00:01")


def taken(folder: StudyFolder) -> dict[str, list[str]]:
    """The interviews and the files that each is made of, in order; companions last."""
    return {
        interview.interview_id: [file.original_name for file in (*interview.own_files, *interview.companions)]
        for interview in read_interviews(folder)
    }


def interview_of(folder: StudyFolder, interview_id: str) -> Interview:
    return {interview.interview_id: interview for interview in read_interviews(folder)}[interview_id]


def notes(folder: StudyFolder) -> dict[str, str]:
    return {
        path.relative_to(folder.inbox).as_posix().removesuffix(NOTE): path.read_text(encoding="utf-8-sig")
        for path in folder.inbox.rglob(f"*{NOTE}")
    }


def list_participants(folder: StudyFolder, *lines: str) -> None:
    folder.identifiable.mkdir(parents=True)
    (folder.identifiable / "participants.csv").write_text("participant_id,name,role,file\n" + "\n".join(lines) + "\n")


# pieces


def test_pieces_of_a_recording_are_one_interview_in_order_of_their_numbers(folder: StudyFolder) -> None:
    drop(folder, "P07 pt 10.wav", *(f"P07 part {number}.wav" for number in range(1, 10)), "P08.wav")
    intake = take(folder)
    assert intake.new_count == 2
    assert taken(folder)["P07"] == [*(f"P07 part {number}.wav" for number in range(1, 10)), "P07 pt 10.wav"]
    assert taken(folder)["P08"] == ["P08.wav"]


@pytest.mark.parametrize(
    "names",
    [
        ("P07_part1.wav", "P07_part2.wav"),
        ("P07 (1 of 2).wav", "P07 (2 of 2).wav"),
        ("P07 1of2.MP3", "p07 2of2.mp3"),
        ("day 1/P07 part 1 Müller 🎙.WAV", "day 2/P07 part 2 Zoe\u0308.wav"),
    ],
)
def test_pieces_are_known_in_many_spellings_and_folders(folder: StudyFolder, names: tuple[str, str]) -> None:
    drop(folder, *names)
    assert len(take(folder).interviews) == 1
    assert taken(folder) == {"P07": [Path(name).name for name in names]}
    assert sorted(
        p.relative_to(folder.inbox / "_taken").as_posix() for p in folder.inbox.rglob("*") if p.is_file()
    ) == (sorted(names))


def test_pieces_of_a_second_interview_are_its_own(folder: StudyFolder) -> None:
    drop(folder, "P07.m4a", "P07_2 part 1.wav", "P07_2 part 2.wav", "P07_3.m4a")
    take(folder)
    assert taken(folder) == {
        "P07": ["P07.m4a"],
        "P07-2": ["P07_2 part 1.wav", "P07_2 part 2.wav"],
        "P07-3": ["P07_3.m4a"],
    }


def test_pieces_may_be_named_in_the_list_of_participants(folder: StudyFolder) -> None:
    list_participants(folder, "P07,Niamh Byrne,,Recording 14 part 1.m4a; Recording 14 part 2")
    drop(folder, "Recording 14 part 1.m4a", "Recording 14 part 2.m4a")
    take(folder)
    assert taken(folder) == {"P07": ["Recording 14 part 1.m4a", "Recording 14 part 2.m4a"]}


def test_each_piece_has_a_copy_of_its_own_that_is_made_whole_again_from_the_inbox(folder: StudyFolder) -> None:
    drop(folder, "P07 part 1.wav", "P07 part 2.wav")
    take(folder)
    interview = interview_of(folder, "P07")
    copies = verified_sources(folder, interview)
    assert [copy.read_text()[:23] for copy in copies] == ["60 s of P07 part 1.wav,", "60 s of P07 part 2.wav,"]
    assert all(copy.name.startswith("P07.") and "part" not in copy.name for copy in copies)
    assert all(copy.stat().st_mode & 0o077 == 0 for copy in copies)
    copies[0].unlink()
    copies[1].write_text("damaged")
    assert verified_sources(folder, interview) == copies
    assert "part 2" in copies[1].read_text()


def test_the_teams_list_names_every_file_of_an_interview(folder: StudyFolder) -> None:
    drop(folder, "P07 part 1.wav", "P07 part 2.wav", "P07.vtt")
    take(folder)
    rows = list(csv.reader(list_of_files(folder).read_text(encoding="utf-8-sig").splitlines()))
    assert [row[:2] for row in rows[1:]] == [["P07", "P07 part 1.wav"], ["P07", "P07 part 2.wav"], ["P07", "P07.vtt"]]


def test_pieces_are_taken_once_all_of_them_have_settled(folder: StudyFolder) -> None:
    drop(folder, "P07 part 1.wav", "P07 part 2.wav", "P08.wav")
    start = time.time()
    look_at(folder, WAIT, start)
    (folder.inbox / "P07 part 2.wav").write_text("60 s longer")
    intake = take(folder, WAIT, start + 25)
    assert (list(taken(folder)), intake.survey.settling_count, notes(folder)) == (["P08"], 2, {})
    assert take(folder, WAIT, start + 50).new_count == 1
    assert list(taken(folder)) == ["P08", "P07"]


def test_a_piece_that_cannot_be_read_holds_up_its_interview_and_no_other(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(folder, "P07 part 1.wav", "P07 part 2.wav", "P08.wav")
    open_path = Path.open

    def refuse(path: Path, *args: Any, **kwargs: Any) -> Any:
        if path.name == "P07 part 2.wav":
            raise PermissionError
        return open_path(path, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        intake = take(folder)
    assert (list(taken(folder)), intake.survey.unavailable_count, notes(folder)) == (["P08"], 1, {})
    take(folder)
    assert len(taken(folder)["P07"]) == 2


def interrupt_after(copies: int, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_verified: Callable[..., None] = inbox_take.copy_verified
    made = iter(range(copies))

    def copy(*args: Any) -> None:
        if next(made, None) is None:
            raise error
        copy_verified(*args)

    monkeypatch.setattr(inbox_take, "copy_verified", copy)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), StoreError("The disk is full")], ids=["killed", "full"])
def test_a_run_that_ends_between_two_copies_is_made_up_for_without_doubling(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    drop(folder, "P07 part 1.wav", "P07 part 2.wav")
    with monkeypatch.context() as patch:
        interrupt_after(1, error, patch)
        with pytest.raises(type(error)):
            take(folder)
    assert (taken(folder), len(list(folder.inbox.glob("P07*")))) == ({}, 2)
    take(folder)
    assert taken(folder) == {"P07": ["P07 part 1.wav", "P07 part 2.wav"]}
    assert len(list(folder.stage("sources").iterdir())) == 2


def test_a_piece_that_changes_while_it_is_copied_leaves_no_copy_of_the_others(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(folder, "P07 part 1.wav", "P07 part 2.wav")
    with monkeypatch.context() as patch:
        interrupt_after(1, UnavailableError(), patch)
        survey_after = take(folder).survey
    assert (survey_after.unavailable_count, survey_after.settling_count, survey_after.new_count) == (1, 1, 0)
    assert (taken(folder), list(folder.stage("sources").iterdir())) == ({}, [])
    assert take(folder).new_count == 1


def test_a_move_that_was_interrupted_between_pieces_is_made_up_for(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(folder, "P07/REC1.wav", "P07/REC2.wav")
    rename = Path.rename
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", lambda path, to: rename(path, to) if path.name == "REC1.wav" else fail())
        assert take(folder).unmoved_count == 1
    intake = take(folder)
    assert (intake.new_count, intake.unmoved_count, len(taken(folder)["P07"])) == (0, 0, 2)
    assert sorted(path.name for path in (folder.inbox / "_taken" / "P07").iterdir()) == ["REC1.wav", "REC2.wav"]
    assert notes(folder) == {}


def fail() -> None:
    raise OSError


def test_a_piece_that_arrives_later_joins_its_interview_and_changes_its_digest(folder: StudyFolder) -> None:
    drop(folder, "P07 part 1.wav")
    (first,) = take(folder).interviews
    assert first.sha256 == first.files[0].sha256
    drop(folder, "P07 part 2.wav")
    intake = take(folder)
    (later,) = intake.interviews
    assert (intake.new_count, intake.survey.new_count) == (0, 1)
    assert taken(folder) == {"P07": ["P07 part 1.wav", "P07 part 2.wav"]}
    assert later.sha256 != first.sha256
    assert source_path(folder, later, later.own_files[0]) == source_path(folder, first)
    assert notes(folder) == {}


def test_a_piece_that_was_taken_is_known_under_another_name(folder: StudyFolder) -> None:
    drop(folder, "P07 part 1.wav", "P07 part 2.wav")
    take(folder)
    drop(folder, "P08.wav", content="60 s of P07 part 2.wav, 00:01")
    assert take(folder).new_count == 0
    assert "it is interview P07" in notes(folder)["P08.wav"]


def test_what_lies_in_the_inbox_after_taking_joins_nothing_a_second_time(folder: StudyFolder) -> None:
    drop(folder, "P07/REC1.wav", "P07/REC2.wav", "P08 part 1.wav", "P08.vtt")
    take(folder, LEAVE)
    before = read_interviews(folder)
    assert take(folder, LEAVE).survey.new_count == 0
    drop(folder, "P07/REC3.wav", "P08 part 2.wav")
    take(folder, LEAVE)
    assert taken(folder)["P07"] == ["P07/REC1.wav", "P07/REC2.wav", "P07/REC3.wav"]
    assert taken(folder)["P08"] == ["P08 part 1.wav", "P08 part 2.wav", "P08.vtt"]
    assert len(before) == len(read_interviews(folder)) == 2


# what is held


@pytest.mark.parametrize(
    ("names", "advice"),
    [
        (("P07 part 1.wav", "P07 part 3.wav"), "Part 2 of P07 is missing. Drop it here too"),
        (("P07 part 2.wav",), "Part 1 of P07 is missing"),
        (("P07_2 part 2.wav", "P07_2 part 4.wav"), "Part 1, 3 of P07_2 is missing"),
        (("P07 (1 of 3).wav", "P07 (2 of 3).wav"), "Part 3 of P07 is missing"),
        (("P07 part 1.wav", "site a/P07 part 1.wav"), "two different files for part 1 of P07"),
        (("P07.wav", "P07 part 2.wav"), "Name all pieces of one recording as in P07 part 1.wav and P07 part 2.wav"),
        (("P07/P07 part 1.wav", "P07/REC1.wav"), "a recording of another day as in P07_2.wav"),
        (("P07/garden.wav", "P07/kitchen.wav"), "do not say in which order"),
        (("P07/P07.wav", "P07/kitchen.wav"), "do not say in which order"),
        (("P07/REC1.wav", "P07/DS2.wav"), "do not say in which order"),
        (("P07/INT.wav",), "one speaker's own file of P07"),
        (("P07/INT.wav", "P07/P07.wav", "P07/REC1.wav"), "Name all pieces"),
        (("a/P07/INT.wav", "a/P07/P07.wav", "b/P07/INT.wav", "b/P07/P07.wav"), "two different files for INT of P07"),
    ],
)
def test_what_does_not_fit_together_is_held_with_a_note_that_says_what_to_do(
    folder: StudyFolder, names: tuple[str, ...], advice: str
) -> None:
    drop(folder, *names)
    intake = take(folder)
    assert (intake.interviews, intake.survey.held_count) == ((), len(names))
    assert set(notes(folder)) == set(names)
    assert all(advice in note for note in notes(folder).values())
    assert all((folder.inbox / name).is_file() for name in names)


def test_a_held_piece_goes_on_once_the_missing_one_is_there(folder: StudyFolder) -> None:
    drop(folder, "P07 part 1.wav", "P07 part 3.wav")
    take(folder)
    drop(folder, "P07 part 2.wav")
    take(folder)
    assert (len(taken(folder)["P07"]), notes(folder)) == (3, {})


def test_a_later_piece_that_leaves_a_gap_waits_and_the_interview_stays(folder: StudyFolder) -> None:
    drop(folder, "P07 part 1.wav")
    take(folder)
    drop(folder, "P07 part 3.wav")
    take(folder)
    assert taken(folder) == {"P07": ["P07 part 1.wav"]}
    assert "Part 2 of P07 is missing" in notes(folder)["P07 part 3.wav"]


def test_another_file_for_a_piece_that_was_taken_is_held(folder: StudyFolder) -> None:
    drop(folder, "P07 part 1.wav", "P07 part 2.wav")
    take(folder)
    drop(folder, "P07 part 2.wav", content="another")
    take(folder)
    assert taken(folder) == {"P07": ["P07 part 1.wav", "P07 part 2.wav"]}
    assert "Part 2 of P07 was taken before" in notes(folder)["P07 part 2.wav"]


def test_two_pieces_with_the_same_content_are_held(folder: StudyFolder) -> None:
    drop(folder, "P07 part 1.wav", "P07 part 2.wav", content="60 s the same")
    assert take(folder).interviews == ()
    assert "the same content" in notes(folder)["P07 part 2.wav"]


def test_the_same_piece_in_two_folders_is_taken_once(folder: StudyFolder) -> None:
    drop(folder, "P07 part 2.wav")
    drop(folder, "a/P07 part 1.wav", "b/P07 part 1.wav", content="60 s the same")
    take(folder)
    assert taken(folder) == {"P07": ["P07 part 1.wav", "P07 part 2.wav"]}


@pytest.mark.parametrize(
    ("before", "later"),
    [
        (["P07.wav"], "P07 part 2.wav"),
        (["P07.wav"], "P07/INT.wav"),
        (["P07.wav"], "P07/REC2.wav"),
        (["P07.wav"], "P07/kitchen.wav"),
        (["P07 part 1.wav", "P07 part 2.wav"], "P07.wav"),
        (["P07/INT.wav", "P07/P07.wav"], "P07 part 1.wav"),
        (["P07/INT.wav", "P07/P07.wav"], "P07/INT2.wav"),
    ],
)
def test_what_would_change_an_interview_that_was_taken_as_a_whole_is_held(
    folder: StudyFolder, before: list[str], later: str
) -> None:
    drop(folder, *before)
    take(folder)
    drop(folder, later)
    intake = take(folder)
    assert (len(intake.interviews), intake.survey.held_count) == (1, 1)
    (note,) = notes(folder).values()
    assert "Interview P07 was taken before without this file" in note
    assert "If this is a recording of another day, name it as in P07_2.wav" in note


def test_another_whole_recording_of_the_same_name_is_another_interview_as_ever(folder: StudyFolder) -> None:
    drop(folder, "site a/P07.wav", "site b/P07.wav")
    take(folder)
    assert list(taken(folder)) == ["P07", "P07-2"]


# folders


def test_a_folder_named_by_a_code_holds_pieces_in_the_order_of_the_recorders_numbers(folder: StudyFolder) -> None:
    drop(folder, "P07/REC0010.wav", "P07/REC0009.wav", "site a/P08_2/240115_1030.mp3", "site a/P08_2/240115_1130.mp3")
    take(folder)
    assert taken(folder) == {
        "P07": ["P07/REC0009.wav", "P07/REC0010.wav"],
        "P08-2": ["P08_2/240115_1030.mp3", "P08_2/240115_1130.mp3"],
    }
    assert interview_of(folder, "P07").participant_ids == ("P07",)


def test_a_recorders_piece_that_arrives_later_takes_its_place_in_the_order(folder: StudyFolder) -> None:
    drop(folder, "P07/REC0002.wav")
    take(folder)
    first = source_path(folder, interview_of(folder, "P07"))
    drop(folder, "P07/REC0010.wav", "P07/REC0001.wav")
    take(folder)
    assert taken(folder) == {"P07": ["P07/REC0001.wav", "P07/REC0002.wav", "P07/REC0010.wav"]}
    assert verified_sources(folder, interview_of(folder, "P07"))[1] == first


def test_with_a_list_only_codes_that_it_holds_make_a_folder_an_interview(folder: StudyFolder) -> None:
    list_participants(folder, "P07,Niamh Byrne,,", "P08,Eve Bell,,")
    drop(folder, "P07/REC0001.wav", "P07/REC0002.wav", "S1/REC0001.wav", "P07/P7.wav", "P08 Eve/DS330012.wav")
    take(folder)
    assert taken(folder) == {"P07": ["P07/REC0001.wav", "P07/REC0002.wav"], "P08": ["P08 Eve/DS330012.wav"]}
    assert set(notes(folder)) == {"S1/REC0001.wav", "P07/P7.wav"}
    assert "Did you mean P07?" in notes(folder)["P07/P7.wav"]


def test_codes_in_the_names_count_more_than_a_folder_that_looks_like_a_code(folder: StudyFolder) -> None:
    drop(folder, "S1/P01.wav", "S1/P02.wav", "day 1/P03.wav", "W2 pilot/Zoom.wav")
    take(folder)
    assert taken(folder) == {"P01": ["P01.wav"], "P02": ["P02.wav"], "P03": ["P03.wav"], "R01": ["Zoom.wav"]}


def test_the_list_of_participants_counts_more_than_a_folder(folder: StudyFolder) -> None:
    list_participants(folder, "P07,Niamh Byrne,,Recording 14", "P08,Eve Bell,,")
    drop(folder, "P08/Recording 14.m4a", "P08/Recording 15.m4a")
    take(folder)
    assert taken(folder) == {"P07": ["Recording 14.m4a"], "P08": ["P08/Recording 15.m4a"]}


def test_a_text_without_times_in_a_participants_folder_stays_what_it_is(folder: StudyFolder) -> None:
    list_participants(folder, "P07,Niamh Byrne,,")
    drop(folder, "P07/recording.m4a")
    drop(folder, "P07/consent form.docx", content="I agree.")
    take(folder)
    assert taken(folder) == {"P07": ["P07/recording.m4a"]}
    assert list(notes(folder)) == ["P07/consent form.docx"]


def test_one_file_a_speaker_becomes_one_interview_of_voices(folder: StudyFolder) -> None:
    drop(folder, "P07/INT.m4a", content="3600.0 s INT")
    drop(folder, "P07/P07.m4a", content="3602.4 s P07")
    take(folder)
    interview = interview_of(folder, "P07")
    assert taken(folder) == {"P07": ["P07/INT.m4a", "P07/P07.m4a"]}
    assert {file.role for file in interview.files} == {FileRole.VOICE}
    assert (interview.kind, interview.has_voices, interview.has_pieces) == (SourceKind.RECORDING, True, False)


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        (("P06+P07/INT.wav", "P06+P07/P06.wav", "P06+P07/p07.wav"), ("P06", "P07")),
        (("P07_2/Interviewer.wav", "P07_2/P07.wav"), ("P07",)),
        (("P07/INT 1.wav", "P07/INT2.wav", "P07/P07.wav"), ("P07",)),
        (("P07/KB.wav", "P07/P07.wav"), ("P07",)),
    ],
)
def test_speakers_are_the_folders_codes_and_interviewers(
    folder: StudyFolder, names: tuple[str, ...], codes: tuple[str, ...]
) -> None:
    list_participants(folder, "P06,,,", "P07,Niamh Byrne,,", "KB,Kim Bo,interviewer,")
    drop(folder, *names)
    (interview,) = take(folder).interviews
    assert (interview.participant_ids, len(interview.files), interview.has_voices) == (codes, len(names), True)


@pytest.mark.parametrize("lengths", [("3600 s", "3610 s"), ("3600 s", "no sound")])
def test_files_one_a_speaker_that_are_not_equally_long_are_held(folder: StudyFolder, lengths: tuple[str, str]) -> None:
    for name, length in zip(("INT", "P07"), lengths, strict=True):
        drop(folder, f"P07/{name}.wav", content=f"{length} {name}")
    assert take(folder).interviews == ()
    assert all("not of the same length" in note for note in notes(folder).values())
    assert len(notes(folder)) == 2


def test_a_recording_named_by_its_code_in_a_folder_of_that_code_is_whole(folder: StudyFolder) -> None:
    drop(folder, "P07/P07.wav", "P07/P07_2.wav")
    take(folder)
    assert taken(folder) == {"P07": ["P07.wav"], "P07-2": ["P07_2.wav"]}


# a transcript beside a recording


@pytest.mark.parametrize(
    "name", ["P07.vtt", "P07.SRT", "P07 Teams.docx", "P07/meeting transcript.docx", "P07 part 1.vtt"]
)
def test_a_transcript_with_times_belongs_to_its_recording(folder: StudyFolder, name: str) -> None:
    drop(folder, "P07.m4a", name)
    (interview,) = take(folder).interviews
    assert interview.kind is SourceKind.RECORDING
    assert (len(interview.own_files), len(interview.companions)) == (1, 1)
    (companion,) = interview.companions
    assert "00:01" in verified_source(folder, interview, companion).read_text()
    assert (folder.inbox / "_taken" / name).is_file()


def test_a_text_without_times_is_an_interview_of_its_own(folder: StudyFolder) -> None:
    drop(folder, "P07.m4a")
    drop(folder, "P07.docx", content="It was a good year.")
    drop(folder, "P07 diary.txt", content="It was a long year.")
    kinds = {interview.original_name: interview.kind for interview in take(folder).interviews}
    assert kinds == {
        "P07.m4a": SourceKind.RECORDING,
        "P07.docx": SourceKind.DOCUMENT,
        "P07 diary.txt": SourceKind.DOCUMENT,
    }


def test_a_transcript_alone_is_an_interview(folder: StudyFolder) -> None:
    drop(folder, "P07.vtt", "P08_2.m4a", "P08.vtt")
    take(folder)
    assert taken(folder) == {"P07": ["P07.vtt"], "P08": ["P08.vtt"], "P08-2": ["P08_2.m4a"]}


@pytest.mark.parametrize("names", [("P07.m4a",), ("P07 part 1.wav", "P07 part 2.wav"), ("P07/INT.wav", "P07/P07.wav")])
@pytest.mark.parametrize("is_transcript_first", [True, False])
def test_a_transcript_may_come_a_night_before_or_after_its_recording(
    folder: StudyFolder, names: tuple[str, ...], is_transcript_first: bool
) -> None:
    for dropped in (("P07.vtt",), names) if is_transcript_first else (names, ("P07.vtt",)):
        drop(folder, *dropped)
        take(folder)
    (interview,) = read_interviews(folder)
    assert (interview.kind, len(interview.own_files)) == (SourceKind.RECORDING, len(names))
    assert [file.original_name for file in interview.companions] == ["P07.vtt"]
    assert len(verified_sources(folder, interview)) == len(names)
    assert verified_source(folder, interview, interview.companions[0]).suffix == ".vtt"
    assert len(list(folder.stage("sources").iterdir())) == len(names) + 1


def test_a_transcript_of_one_of_two_recordings_goes_by_its_name_or_waits(folder: StudyFolder) -> None:
    drop(folder, "P07 morning.m4a", "P07 evening.m4a", "P07 morning.vtt", "P07.vtt")
    take(folder)
    assert taken(folder) == {"P07": ["P07 evening.m4a"], "P07-2": ["P07 morning.m4a", "P07 morning.vtt"]}
    assert "Rename recording and transcript alike, as in P07_2.m4a and P07_2.vtt" in notes(folder)["P07.vtt"]


def test_the_same_transcript_twice_belongs_to_its_recording_once(folder: StudyFolder) -> None:
    drop(folder, "P07.m4a")
    drop(folder, "P07.vtt", "Teams/P07.vtt", "Teams/P07 again.vtt", content="00:01 Hello.")
    take(folder)
    assert taken(folder) == {"P07": ["P07.m4a", "P07.vtt"]}
    assert list(notes(folder)) == ["Teams/P07 again.vtt"]


def test_a_transcript_waits_while_its_recording_waits_for_a_person(folder: StudyFolder) -> None:
    drop(folder, "P07 part 2.wav", "P07.vtt")
    take(folder)
    assert taken(folder) == {}
    assert "belongs to a recording of P07 that waits for you" in notes(folder)["P07.vtt"]


def test_captions_beside_a_recording_that_cannot_be_read_are_held(folder: StudyFolder) -> None:
    drop(folder, "P07.m4a")
    drop(folder, "P07.vtt", content="broken")
    take(folder)
    assert taken(folder) == {"P07": ["P07.m4a"]}
    assert "Export it again as VTT" in notes(folder)["P07.vtt"]


# together


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_files_that_arrive_in_any_order_over_nights_give_the_same_interviews(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    names = ["P07 part 1.wav", "P07 part 2.wav", "P07 part 3.wav", "P07.vtt", "P08/REC1.wav", "P08/REC2.wav", "P09.m4a"]
    nights = data.draw(st.lists(st.integers(0, 2), min_size=len(names), max_size=len(names)))
    folder = DataFolder(tmp_path_factory.mktemp("study")).study("hubs")
    folder.inbox.mkdir(parents=True)
    for night in range(3):
        drop(folder, *(name for name, when in zip(names, nights, strict=True) if when == night))
        take(folder)
    assert taken(folder) == {"P07": names[:4], "P08": names[4:6], "P09": names[6:]}
    assert not [path for path in folder.inbox.rglob("*") if path.is_file() and "_taken" not in path.parts]
    assert len(list(folder.stage("sources").iterdir())) == len(names)


def test_without_a_code_files_stay_apart(folder: StudyFolder) -> None:
    drop(folder, "meeting part 1.m4a", "meeting part 2.m4a", "meeting.vtt")
    take(folder)
    assert list(taken(folder)) == ["R01", "R02", "R03"]


def test_no_name_of_a_file_shows_in_the_representation_of_what_was_found(folder: StudyFolder) -> None:
    drop(folder, "P07/Novak.m4a", "P07/INT.wav")
    assert "Novak" not in repr(take(folder))
    assert os.sep not in repr(look_at(folder).files)
