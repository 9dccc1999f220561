from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from colloquy.store.folders import DataFolder
from colloquy.store.private_log import write_private


def test_each_fault_has_a_file_of_its_own_for_its_owner_alone(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    first, second = write_private("KeyError: speech", data), write_private("odd \udcff byte", data)
    assert first != second
    assert first.parent == data.logs
    assert first.read_text() == "KeyError: speech"
    assert second.read_text() == "odd \\udcff byte"
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data" / "identifiable").stat().st_mode) == 0o700


def test_a_full_disk_is_told_as_the_system_tells_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_private("KeyError", DataFolder(tmp_path))
