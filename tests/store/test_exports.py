"""Exports lie under their version and are replaced whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from colloquy.errors import ExportError, StoreError
from colloquy.store.exports import save_exports, save_report
from colloquy.store.folders import StudyFolder


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    return StudyFolder(tmp_path, "hubs")


def test_files_lie_under_their_version_and_format(folder: StudyFolder) -> None:
    path = save_exports(folder, "v0001", "docx", {"P01.docx": b"one", "extra/P02.docx": b"two"})
    assert path == folder.exports / "v0001" / "docx"
    assert (path / "extra" / "P02.docx").read_bytes() == b"two"


def test_a_second_export_replaces_the_first_whole(folder: StudyFolder) -> None:
    save_exports(folder, "v0001", "csv", {"old.csv": b"old", "words.csv": b"old"})
    path = save_exports(folder, "v0001", "csv", {"words.csv": b"new"})
    assert {file.name: file.read_bytes() for file in path.iterdir()} == {"words.csv": b"new"}
    assert [entry.name for entry in path.parent.iterdir()] == ["csv"]


def test_equal_files_are_left_alone(folder: StudyFolder) -> None:
    before = save_exports(folder, "v0001", "csv", {"words.csv": b"same"}).stat().st_ino
    assert save_exports(folder, "v0001", "csv", {"words.csv": b"same"}).stat().st_ino == before


@pytest.mark.parametrize("name", ["../words.csv", "/tmp/words.csv", "a/../../words.csv", "..\\words.csv", ""])
def test_a_name_that_leads_outside_is_refused(name: str, folder: StudyFolder) -> None:
    with pytest.raises(StoreError, match="outside"):
        save_exports(folder, "v0001", "csv", {name: b"x"})
    assert not list(folder.root.rglob("words.csv"))


def test_an_empty_export_is_refused(folder: StudyFolder) -> None:
    with pytest.raises(ExportError, match="empty"):
        save_exports(folder, "v0001", "csv", {})


def test_a_report_lies_beside_the_exports(folder: StudyFolder) -> None:
    path = save_report(folder, "v0001", b"<html>")
    assert (path, path.read_bytes()) == (folder.reports / "hubs-v0001.html", b"<html>")
