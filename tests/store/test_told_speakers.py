"""How many people speak in one interview, as the team writes it into files.csv."""

from __future__ import annotations

from pathlib import Path

import pytest

from colloquy.domain.diarisation import SpeakerCount
from colloquy.domain.interview import Interview, SourceFile, SourceKind
from colloquy.errors import StoreError
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.interviews import list_of_files, read_interviews, save_interviews
from colloquy.store.told_speakers import read_told_speakers, speaker_count_in


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    return DataFolder(tmp_path).study("hubs")


def interview(interview_id: str, *names: str) -> Interview:
    files = tuple(SourceFile(name * 8, ".wav", name, number=number) for number, name in enumerate(names, start=1))
    return Interview("hubs", interview_id, SourceKind.RECORDING, (interview_id,), files)


def write(folder: StudyFolder, *lines: str) -> None:
    folder.identifiable.mkdir(parents=True, exist_ok=True)
    list_of_files(folder).write_text("\n".join(lines) + "\n", encoding="cp1252")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("3", SpeakerCount(3, 3)),
        ("2-4", SpeakerCount(2, 4)),
        ("2 – 4", SpeakerCount(2, 4)),
        ("2 to 4", SpeakerCount(2, 4)),
        ("'2-4", SpeakerCount(2, 4)),
    ],
)
def test_a_number_and_a_range_are_taken(told: str, expected: SpeakerCount) -> None:
    assert speaker_count_in(told, "P07") == expected


@pytest.mark.parametrize(
    "told", ["0", "4-2", "three", "02-Apr", "02/04/2026", "2-", "-2", "2.5", "Anna", "3; 4", "300"]
)
def test_anything_else_is_refused_and_not_repeated(told: str) -> None:
    with pytest.raises(StoreError, match=r"^files\.csv, P07: the column speakers .*Excel makes a date") as caught:
        speaker_count_in(told, "P07")
    assert "Anna" not in str(caught.value)


def test_excel_may_write_it_in_its_own_way(folder: StudyFolder) -> None:
    write(folder, "Interview_ID;File;Kind;Part;Speakers", "P07;Büro.wav;recording;;3", "p08;P08.wav;recording;; 2-4 ")
    assert read_told_speakers(list_of_files(folder)) == {"P07": "3", "P08": "2-4"}


def test_where_nothing_is_told_there_is_nothing(folder: StudyFolder) -> None:
    assert read_told_speakers(list_of_files(folder)) == {}
    write(folder, "interview_id,file,kind,part", "P07,P07.wav,recording,")  # from before there was such a column
    assert read_told_speakers(list_of_files(folder)) == {}


def test_it_stays_when_the_list_is_written_anew(folder: StudyFolder) -> None:
    save_interviews(folder, [interview("P07", "P07 a.wav", "P07 b.wav"), interview("P08", "P08.wav")])
    text = list_of_files(folder).read_text(encoding="utf-8-sig")
    write(folder, *(f"{line}2 to 4" if "P07 b" in line else line for line in text.splitlines()))
    save_interviews(folder, [*read_interviews(folder), interview("P06", "P06.wav")])
    assert read_told_speakers(list_of_files(folder)) == {"P07": "2 to 4"}
    save_interviews(folder, list(read_interviews(folder)))
    assert read_told_speakers(list_of_files(folder)) == {"P07": "2 to 4"}


def test_two_lines_of_one_interview_that_differ_are_no_number(folder: StudyFolder) -> None:
    write(folder, "interview_id,speakers", "P07,3", "P07,4", "P08,3", "P08,3", "P08,")
    told = read_told_speakers(list_of_files(folder))
    assert told["P08"] == "3"
    with pytest.raises(StoreError, match="P07"):
        speaker_count_in(told["P07"], "P07")


def test_a_list_without_its_columns_is_not_written_over(folder: StudyFolder) -> None:
    write(folder, "who,speakers", "P07,3")
    with pytest.raises(StoreError, match=r"files\.csv: the column interview_id is missing"):
        save_interviews(folder, [interview("P07", "P07.wav")])
    assert list_of_files(folder).read_text() == "who,speakers\nP07,3\n"
    assert read_interviews(folder) == ()
