from __future__ import annotations

from pathlib import Path

import pytest

from colloquy.errors import AudioSilentError
from colloquy.store.folders import DataFolder
from flows.guard import Caught, guarded


def test_what_work_gives_comes_through(tmp_path: Path) -> None:
    assert guarded(DataFolder(tmp_path), lambda: 7) == 7


def test_our_own_errors_keep_their_sentence(tmp_path: Path) -> None:
    def silent() -> None:
        raise AudioSilentError("Nobody speaks in this recording.")

    assert guarded(DataFolder(tmp_path), silent) == Caught("AudioSilentError", "Nobody speaks in this recording.")


def test_a_librarys_error_goes_to_a_private_file_and_nowhere_else(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)

    def quote() -> None:
        raise ValueError("could not parse 'Niamh Byrne lives in Leeds'")

    caught = guarded(data, quote)
    assert isinstance(caught, Caught)
    assert "Niamh" not in repr(caught)
    (log,) = data.logs.iterdir()
    assert "Niamh Byrne" in log.read_text()
    assert log.stem in caught.reason
    assert log.stat().st_mode & 0o077 == 0


def test_a_log_that_cannot_be_written_is_no_second_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("flows.guard.write_private", full)
    caught = guarded(DataFolder(tmp_path), lambda: [][0])
    assert isinstance(caught, Caught)
    assert "disk full" in caught.reason
