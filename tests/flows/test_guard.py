from __future__ import annotations

import errno
from pathlib import Path

import httpx
import pytest
from prefect.exceptions import PrefectException

from colloquy.errors import AudioSilentError, StorageAwayError
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


def test_a_full_disk_is_said_whoever_meets_it(tmp_path: Path) -> None:
    def fill() -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/data/P03 Niamh Byrne.wav")

    caught = guarded(DataFolder(tmp_path), fill)
    assert isinstance(caught, Caught)
    assert caught.reason.startswith("The disk is full")


@pytest.mark.parametrize(("has_room", "error"), [(True, "ServerLostError"), (False, "StoreError")])
def test_a_server_that_is_gone_is_said_and_why_where_that_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_room: bool, error: str
) -> None:
    monkeypatch.setattr("flows.guard.has_room", lambda _: has_room)

    def ask() -> None:
        try:
            raise httpx.ConnectError("[Errno 111] Connection refused")
        except httpx.ConnectError as error:
            raise PrefectException("Failed to resolve inputs") from error

    caught = guarded(DataFolder(tmp_path), ask)
    assert isinstance(caught, Caught)
    assert caught.error == error
    assert "did not foresee" not in caught.reason


@pytest.mark.parametrize(("number", "may_pass"), [(errno.EIO, True), (errno.ESTALE, True), (errno.EACCES, False)])
def test_what_a_share_says_is_worth_another_try_or_not(tmp_path: Path, number: int, may_pass: bool) -> None:
    def read() -> None:
        raise OSError(number, "the share")

    caught = guarded(DataFolder(tmp_path), read)
    assert isinstance(caught, Caught)
    assert caught.may_pass is may_pass


def test_a_study_that_cannot_be_locked_for_the_moment_is_worth_another_try(tmp_path: Path) -> None:
    def lock() -> None:
        raise StorageAwayError("hubs: the data folder cannot be locked (ESTALE).")

    assert guarded(DataFolder(tmp_path), lock) == Caught(
        "StorageAwayError", "hubs: the data folder cannot be locked (ESTALE).", may_pass=True
    )


def test_not_every_error_of_prefect_means_that_its_server_is_gone(tmp_path: Path) -> None:
    def misuse() -> None:
        raise PrefectException("no such thing")

    caught = guarded(DataFolder(tmp_path), misuse)
    assert isinstance(caught, Caught)
    assert caught.error == "Unexpected"
