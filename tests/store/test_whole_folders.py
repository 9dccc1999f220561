from __future__ import annotations

import errno
from pathlib import Path

import pytest

from colloquy.errors import StoreError
from colloquy.store import whole_folders
from colloquy.store.folders import StudyFolder
from colloquy.store.whole_folders import sweep_leftovers, write_whole_folder


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    return StudyFolder(tmp_path, "hubs")


def put(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_folder_that_cannot_be_replaced_goes_back_to_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "csv"
    write_whole_folder(target, {"words.csv": b"old"})
    rename = Path.rename

    def fail(path: Path, to: Path) -> Path:
        if path.name.endswith(".part"):
            raise OSError(errno.EIO, "Input/output error")
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(StoreError, match="EIO"):
        write_whole_folder(target, {"words.csv": b"new"}, replaces=True)
    assert (target / "words.csv").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["csv"]


def test_a_disk_that_fills_up_leaves_the_old_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "csv"
    write_whole_folder(target, {"words.csv": b"old"})

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(whole_folders.os, "fsync", full)
    with pytest.raises(StoreError, match="disk is full"):
        write_whole_folder(target, {"words.csv": b"new"}, replaces=True)
    assert (target / "words.csv").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["csv"]


def test_leftovers_of_killed_runs_are_removed_and_nothing_else(folder: StudyFolder) -> None:
    kept = [
        put(folder.identifiable / "sources" / "P01.wav"),
        put(folder.identifiable / ".lock"),
        put(folder.shareable / "dataset" / "v0001" / "words.parquet"),
        put(folder.inbox / ".P02.wav.part"),
        put(folder.root / "identifiable" / "pilot" / ".P01.wav.part"),
    ]
    put(folder.identifiable / "sources" / ".P02.wav.part")
    put(folder.identifiable / ".key.enc.0a1b2c3d.part")
    half = put(folder.dataset / ".v0002.0a1b2c3d.part" / "words.parquet")
    half.chmod(0o400)
    assert sweep_leftovers(folder) == 3
    assert sorted(path for path in folder.root.rglob("*") if path.is_file()) == sorted(kept)
    assert not half.parent.exists()


def test_a_folder_that_was_moved_aside_goes_back_unless_it_was_replaced(folder: StudyFolder) -> None:
    aside = put(folder.exports / "v0001" / ".csv.0a1b2c3d.old" / "words.csv", b"old").parent
    assert sweep_leftovers(folder) == 1
    target = folder.exports / "v0001" / "csv"
    assert (target / "words.csv").read_bytes() == b"old"
    put(aside / "words.csv", b"older")
    assert sweep_leftovers(folder) == 1
    assert (target / "words.csv").read_bytes() == b"old"
    assert not aside.exists()


def test_a_study_without_folders_has_no_leftovers(folder: StudyFolder) -> None:
    assert sweep_leftovers(folder) == 0
