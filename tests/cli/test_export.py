from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from colloquy.stages.publish import publish
from colloquy.store.dataset import save_dataset
from colloquy.store.folders import DataFolder
from tests.sample_study import sample_tables


@pytest.fixture
def _published(data: Path) -> None:
    folder = DataFolder(data).study("hubs")
    folder.inbox.mkdir(parents=True)
    save_dataset(folder, publish((sample_tables("P01"),)), {})
    save_dataset(folder, publish((sample_tables("P01"), sample_tables("P02"))), {})


@pytest.mark.usefixtures("_published")
def test_each_format_is_written_from_the_newest_version_and_its_place_is_told(call: Callable[..., Any]) -> None:
    result = call("export", "hubs", "--to", "txt", "--to", "csv")
    assert result.exit_code == 0, result.stderr
    texts, tables = (Path(line) for line in result.stdout.splitlines())
    assert sorted(path.name for path in texts.iterdir()) == ["P01.txt", "P02.txt"]
    assert (texts.parent.name, texts.name, tables.name) == ("v0002", "txt", "csv")


@pytest.mark.usefixtures("_published")
def test_an_older_version_can_be_exported(call: Callable[..., Any]) -> None:
    result = call("export", "hubs", "--to", "txt", "--version", "v0001")
    assert [path.name for path in Path(result.stdout.strip()).iterdir()] == ["P01.txt"]


@pytest.mark.usefixtures("_published")
def test_an_unknown_format_stops_before_anything_is_written(call: Callable[..., Any], data: Path) -> None:
    result = call("export", "hubs", "--to", "txt", "--to", "dox")
    assert result.exit_code == 1
    assert 'Did you mean "docx"?' in result.stderr
    assert not DataFolder(data).study("hubs").exports.exists()


def test_a_study_that_is_not_there_or_not_yet_run_is_said_to_be_so(call: Callable[..., Any], data: Path) -> None:
    assert "no such study" in call("export", "hubs", "--to", "txt").stderr
    DataFolder(data).study("hubs").inbox.mkdir(parents=True)
    assert "colloquy run hubs" in call("export", "hubs", "--to", "txt").stderr


def test_a_format_must_be_named(call: Callable[..., Any]) -> None:
    assert call("export", "hubs").exit_code == 2


@pytest.mark.usefixtures("_published")
def test_the_other_verbatim_level_lies_beside_the_studys_own(call: Callable[..., Any]) -> None:
    result = call("export", "hubs", "--to", "txt", "--to", "csv", "--verbatim", "intelligent")
    assert result.exit_code == 0, result.stderr
    texts, tables = (Path(line) for line in result.stdout.splitlines())
    assert (texts.name, tables.name) == ("txt-intelligent", "csv")
    assert "Intelligent verbatim" in (texts / "P01.txt").read_text(encoding="utf-8")
    own = Path(call("export", "hubs", "--to", "txt", "--verbatim", "full").stdout.strip())
    assert own.name == "txt"
    assert "Full verbatim" in (own / "P01.txt").read_text(encoding="utf-8")
