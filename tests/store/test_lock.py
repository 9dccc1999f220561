from __future__ import annotations

import errno
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from colloquy.errors import StorageAwayError, StoreError, StudyError
from colloquy.store import lock
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.lock import interview_lock, is_at_work, key_lock, study_lock

HOLD = """
import sys, time
from pathlib import Path
from colloquy.store.folders import DataFolder
from colloquy.store.lock import interview_lock, is_at_work, key_lock, study_lock
with study_lock(DataFolder(Path(sys.argv[1])).study("hubs")):
    print("held", flush=True)
    time.sleep(60)
"""


def fail_while_held(folder: StudyFolder) -> None:
    with study_lock(folder):
        raise ValueError("cause")


def test_a_study_is_held_once_and_others_beside_it(tmp_path: Path) -> None:
    hubs, pilot = (DataFolder(tmp_path).study(name) for name in ("hubs", "pilot"))
    refused = pytest.raises(StudyError, match=r"^hubs: this study is being run already")
    with study_lock(hubs), study_lock(pilot), refused, study_lock(hubs):
        pytest.fail("held twice")
    assert (tmp_path / "identifiable" / "hubs" / ".lock").stat().st_mode & 0o077 == 0


def test_a_run_that_fails_lets_go(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path).study("hubs")
    with pytest.raises(ValueError, match="cause"):
        fail_while_held(folder)
    with study_lock(folder):
        pass


def test_a_killed_run_lets_go(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path).study("hubs")
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StudyError, match="already"), study_lock(folder):
            pytest.fail("held by two processes")
        other.kill()
        other.wait()
    with study_lock(folder):
        pass


def test_a_disk_without_locks_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(lock, "_lock", refuse)
    with pytest.raises(StoreError, match="ENOLCK"), study_lock(DataFolder(tmp_path).study("hubs")):
        pytest.fail("not held")


@pytest.mark.parametrize(
    ("number", "kind", "sentence"),
    [
        (errno.ENOSPC, StoreError, "The disk is full"),
        (errno.ESTALE, StorageAwayError, "cannot be locked"),
        (errno.EROFS, StoreError, "cannot be locked"),
    ],
)
def test_why_a_study_cannot_be_held_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[StoreError], sentence: str
) -> None:
    def refuse(_: Path) -> Path:
        raise OSError(number, "refused")

    monkeypatch.setattr(lock, "make_private_folder", refuse)
    with pytest.raises(StoreError, match=sentence) as refused, study_lock(DataFolder(tmp_path).study("hubs")):
        pytest.fail("held")
    assert refused.type is kind


def test_an_interview_is_at_work_while_somebody_holds_it(tmp_path: Path) -> None:
    hubs = DataFolder(tmp_path).study("hubs")
    assert not is_at_work(hubs, "P01")
    with interview_lock(hubs, "P01"):
        assert is_at_work(hubs, "P01")
        assert not is_at_work(hubs, "P02")
    assert not is_at_work(hubs, "P01")


def test_the_key_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    hubs = DataFolder(tmp_path).study("hubs")
    order: list[str] = []

    def second() -> None:
        with key_lock(hubs):
            order.append("second")

    beside = threading.Thread(target=second)
    with key_lock(hubs):
        beside.start()
        beside.join(0.3)
        order.append("first")
    beside.join()
    assert order == ["first", "second"]
