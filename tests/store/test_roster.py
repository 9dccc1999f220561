from __future__ import annotations

from pathlib import Path

import pytest

from colloquy.domain.redaction import Category, RosterEntry
from colloquy.errors import StoreError
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.roster import read_participants, read_roster


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    study = DataFolder(tmp_path).study("hubs")
    study.identifiable.mkdir(parents=True)
    return study


def test_no_lists_give_an_empty_roster(folder: StudyFolder) -> None:
    assert read_roster(folder) == ()


@pytest.mark.parametrize(
    "content",
    [
        b"participant_id,name,other_names\nP01,Niamh Byrne,Neve; Niamh\n",
        '\ufeffparticipant_id;name;other_names\r\nP01;Niamh  Byrne ;"Neve; Niamh"\r\n'.encode(),
        "Participant_ID,Name,Other_Names\nP01,Niamh Byrne,Neve;Niamh\n".encode("cp1252"),
    ],
    ids=["commas", "semicolons and BOM, as Excel writes them", "capitals"],
)
def test_lists_are_read_as_excel_saves_them(folder: StudyFolder, content: bytes) -> None:
    (folder.identifiable / "participants.csv").write_bytes(content)
    assert read_roster(folder) == (RosterEntry(Category.PERSON, ("Niamh Byrne", "Neve", "Niamh")),)
    assert read_participants(folder)[0].participant_id == "P01"


def test_windows_letters_survive(folder: StudyFolder) -> None:
    (folder.identifiable / "participants.csv").write_bytes("participant_id,name\nP01,Zoë Müller\n".encode("cp1252"))
    assert read_roster(folder)[0].spellings == ("Zoë Müller",)


def test_places_and_organisations_come_from_the_roster_file(folder: StudyFolder) -> None:
    (folder.identifiable / "roster.csv").write_text(
        "category,name,other_names\nPlace,Leeds,\norganisation,Oak Ward,Oak\n"
    )
    assert [entry.category for entry in read_roster(folder)] == [Category.PLACE, Category.ORGANISATION]


def test_a_missing_column_is_named(folder: StudyFolder) -> None:
    (folder.identifiable / "participants.csv").write_text("id,name\nP01,Niamh Byrne\n")
    with pytest.raises(StoreError, match="participant_id") as caught:
        read_roster(folder)
    assert "Niamh" not in str(caught.value)


def test_an_unknown_category_is_refused_with_its_line_and_without_its_name(folder: StudyFolder) -> None:
    (folder.identifiable / "roster.csv").write_text("category,name\nperson,A B\nhamster,Niamh Byrne\n")
    with pytest.raises(StoreError, match="line 3") as caught:
        read_roster(folder)
    assert "Niamh" not in str(caught.value)


def test_names_never_show_in_the_representation(folder: StudyFolder) -> None:
    (folder.identifiable / "participants.csv").write_text("participant_id,name\nP01,Niamh Byrne\n")
    assert "Niamh" not in repr(read_roster(folder)) + repr(read_participants(folder))


def test_a_code_without_a_name_is_a_participant_and_nothing_to_look_for(folder: StudyFolder) -> None:
    (folder.identifiable / "participants.csv").write_text("participant_id,name,other_names,role\nP04,,,\nP05\n")
    assert [person.participant_id for person in read_participants(folder)] == ["P04", "P05"]
    assert read_roster(folder) == ()
