from __future__ import annotations

import errno
from pathlib import Path

import pytest

from colloquy.errors import StoreError
from colloquy.store.files import make_private_folder, write_whole


def test_a_private_file_and_its_new_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.json"
    write_whole(path, b"x")
    assert path.read_bytes() == b"x"
    for place in (path, path.parent, path.parent.parent):
        assert place.stat().st_mode & 0o077 == 0


def test_an_existing_folder_keeps_its_rights(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    make_private_folder(shared / "own")
    assert shared.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    ("number", "error", "message"),
    [
        (errno.ENOSPC, StoreError, "disk is full"),
        (errno.EDQUOT, StoreError, "disk is full"),
        (errno.EIO, OSError, "cause"),
    ],
)
def test_a_failed_write_leaves_the_old_file_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception], message: str
) -> None:
    path = tmp_path / "c.json"
    write_whole(path, b"old")

    def fail(_: object) -> None:
        raise OSError(number, "cause")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(error, match=message) as caught:
        write_whole(path, b"new")
    assert "c.json" not in str(caught.value)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["c.json"]
