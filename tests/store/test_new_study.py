from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from colloquy.errors import StudyError
from colloquy.store.folders import StudyFolder
from colloquy.store.new_study import NewStudy, create_study


@pytest.mark.parametrize("title", ['He said "no"', "back\\slash", "Llŷn\tand\nlines", "delete \x7f", "# no comment"])
def test_any_title_comes_back_as_it_was(tmp_path: Path, title: str) -> None:
    study = NewStudy("hubs", title, "small.en", None, "INT")
    files = create_study(study, StudyFolder(tmp_path / "data", "hubs"), tmp_path / "configs")
    assert tomllib.loads(files.settings.read_text())["study"]["title"] == title


def test_a_study_is_made_once(tmp_path: Path) -> None:
    study, folder = NewStudy("hubs", "t", "small.en", 2, "INT"), StudyFolder(tmp_path / "data", "hubs")
    before = create_study(study, folder, tmp_path / "configs").settings.read_bytes()
    with pytest.raises(StudyError, match="exists already"):
        create_study(NewStudy("hubs", "other", "tiny", None, "X"), folder, tmp_path / "configs")
    assert (tmp_path / "configs" / "studies" / "hubs.toml").read_bytes() == before
