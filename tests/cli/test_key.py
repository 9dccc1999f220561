from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from colloquy.domain.redaction import Category, KeyEntry
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.key import FILE, read_key, save_key
from colloquy.store.lock import study_lock

KEY = (
    KeyEntry("[Person 1]", Category.PERSON, ("Niamh Byrne", "Niamh"), ("Niamh",)),
    KeyEntry("[phone number]", Category.PHONE, ("+44 7700 900123",)),
)


@pytest.fixture
def folder(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudyFolder:
    monkeypatch.setenv("COLLOQUY_SECRETS", str(tmp_path / "elsewhere"))
    study = DataFolder(data).study("hubs")
    save_key(study, KEY)
    return study


def secret(tmp_path: Path) -> Path:
    (path,) = (tmp_path / "elsewhere").iterdir()
    return path


def test_it_says_where_key_and_secret_lie(folder: StudyFolder, tmp_path: Path, call: Callable[..., Any]) -> None:
    told = call("key", "where", "hubs")
    assert told.exit_code == 0
    assert "2 placeholders" in told.stdout
    assert str(folder.identifiable / FILE) in told.stdout
    assert str(secret(tmp_path)) in told.stdout
    assert "Niamh" not in told.stdout


def test_it_is_exported_as_excel_reads_it_and_for_its_owner_alone(
    folder: StudyFolder, tmp_path: Path, call: Callable[..., Any]
) -> None:
    path = tmp_path / "key.csv"
    told = call("key", "export", "hubs", str(path))
    assert told.exit_code == 0
    assert "not encrypted" in told.stderr
    assert "Niamh" not in told.output
    assert path.stat().st_mode & 0o077 == 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["placeholder"] for row in rows] == ["[Person 1]", "[phone number]"]
    assert rows[0]["originals"] == "Niamh Byrne; Niamh"
    assert rows[1]["originals"] == "'+44 7700 900123"  # Excel would work out what begins with a plus sign
    assert read_key(folder) == KEY


def test_it_is_written_over_nothing_and_not_among_what_is_shared(
    folder: StudyFolder, tmp_path: Path, call: Callable[..., Any]
) -> None:
    there = tmp_path / "there.csv"
    there.write_text("mine")
    assert "exists already" in call("key", "export", "hubs", str(there)).stderr
    assert there.read_text() == "mine"
    folder.shareable.mkdir(parents=True)
    refused = call("key", "export", "hubs", str(folder.shareable / "key.csv"))
    assert (refused.exit_code, "below shareable/" in refused.stderr) == (1, True)
    assert list(folder.shareable.iterdir()) == []
    assert "does not exist" in call("key", "export", "hubs", str(tmp_path / "no" / "key.csv")).stderr


def test_it_is_locked_anew(folder: StudyFolder, tmp_path: Path, call: Callable[..., Any]) -> None:
    before = secret(tmp_path)
    told = call("key", "rotate", "hubs")
    assert told.exit_code == 0
    assert str(secret(tmp_path)) in told.stdout
    assert secret(tmp_path) != before
    assert read_key(folder) == KEY


def test_who_withdraws_is_forgotten(folder: StudyFolder, call: Callable[..., Any]) -> None:
    assert call("key", "forget", "hubs", "[Person 1]").exit_code == 0
    assert [entry.originals for entry in read_key(folder)] == [(), KEY[1].originals]
    unknown = call("key", "forget", "hubs", "Niamh")
    assert (unknown.exit_code, "Nothing was changed" in unknown.stderr) == (1, True)


def test_it_is_destroyed_only_by_who_means_it(folder: StudyFolder, tmp_path: Path, call: Callable[..., Any]) -> None:
    refused = call("key", "destroy", "hubs")
    assert (refused.exit_code, "nothing was destroyed" in refused.stderr) == (1, True)
    assert read_key(folder) == KEY
    told = call("key", "destroy", "hubs", "--yes")
    assert told.exit_code == 0
    assert "not anonymous yet" in told.stdout
    assert str(folder.inbox) in told.stdout
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert "its key was destroyed" in call("key", "where", "hubs").stderr
    assert "it has no key" in call("key", "destroy", "hubs", "--yes").stderr
    assert call("status", "hubs").exit_code == 0


@pytest.mark.parametrize("command", [("rotate",), ("destroy", "--yes")])
def test_while_a_run_is_at_work_it_is_left_alone(
    folder: StudyFolder, call: Callable[..., Any], command: tuple[str, ...]
) -> None:
    with study_lock(folder):
        assert call("key", command[0], "hubs", *command[1:]).exit_code == 1
    assert read_key(folder) == KEY


def test_a_secret_that_is_lost_is_asked_for(folder: StudyFolder, tmp_path: Path, call: Callable[..., Any]) -> None:
    stored = (folder.identifiable / FILE).read_bytes()
    place = secret(tmp_path)
    place.unlink()
    (folder.inbox).mkdir(parents=True)
    dropped = folder.inbox / "P01.txt"
    dropped.write_text("I am Niamh.")
    os.utime(dropped, (0, 0))  # long ago: nothing is still arriving
    for command in (("key", "where", "hubs"), ("key", "export", "hubs", str(tmp_path / "key.csv")), ("run", "hubs")):
        told = call(*command)
        assert told.exit_code == 1
        assert f"{place.stem}, is not here" in told.stderr
        assert str(place) in (told.stdout if command[1] == "where" else str(place))
    assert (folder.identifiable / FILE).read_bytes() == stored
    assert not (tmp_path / "key.csv").exists()


@pytest.mark.usefixtures("folder")
def test_a_study_that_is_not_there_is_named(call: Callable[..., Any]) -> None:
    for command in (("where",), ("export", "key.csv"), ("rotate",), ("forget", "[Person 1]"), ("destroy", "--yes")):
        told = call("key", command[0], "hobs", *command[1:])
        assert (told.exit_code, "known: hubs" in told.stderr) == (1, True)
