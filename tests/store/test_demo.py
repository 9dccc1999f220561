from __future__ import annotations

from pathlib import Path

import pytest

from colloquy.errors import StoreError
from colloquy.store import demo
from colloquy.store.demo import lay_out_demo, shipped_demo
from colloquy.store.folders import DataFolder
from colloquy.store.roster import read_participants


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """A data folder, and a shipped demo of two small sources."""
    shipped = tmp_path / "shipped"
    (shipped / "inbox").mkdir(parents=True)
    for name in ("inbox/P01.wav", "inbox/P02.wav", "participants.csv", "roster.csv"):
        (shipped / name).write_text(f"shipped {name}")
    monkeypatch.setattr(demo, "shipped_demo", lambda: shipped)
    return DataFolder(tmp_path / "data")


def test_the_demo_is_laid_out_once_and_edited_lists_stay(data: DataFolder) -> None:
    lay_out_demo(data)
    participants = data.study("demo").identifiable / "participants.csv"
    participants.write_text("edited")
    (data.study("demo").inbox / "P01.wav").unlink()
    lay_out_demo(data)
    assert sorted(path.name for path in data.study("demo").inbox.iterdir()) == ["P01.wav", "P02.wav"]
    assert participants.read_text() == "edited"


def test_sources_of_another_release_are_refused_and_nothing_is_written(data: DataFolder) -> None:
    study = data.study("demo")
    study.inbox.mkdir(parents=True)
    (study.inbox / "P02.wav").write_text("of an earlier release")
    with pytest.raises(StoreError, match="inbox/demo, identifiable/demo and shareable/demo"):
        lay_out_demo(data)
    assert [path.name for path in study.inbox.iterdir()] == ["P02.wav"]
    assert not study.identifiable.exists()


def test_every_code_in_the_shipped_sources_is_listed(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path).study("demo")
    folder.identifiable.mkdir(parents=True)
    (folder.identifiable / "participants.csv").write_bytes((shipped_demo() / "participants.csv").read_bytes())
    listed = {person.participant_id for person in read_participants(folder)}
    codes = {code for path in (shipped_demo() / "inbox").iterdir() for code in path.stem.split()[0].split("+")}
    assert codes <= listed
