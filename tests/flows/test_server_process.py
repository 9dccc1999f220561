from __future__ import annotations

import os
from pathlib import Path

import pytest

from flows import server_process
from flows.server_process import turn_over, turn_over_all


def test_a_log_that_grows_too_long_begins_anew_under_the_program_that_writes_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_process, "LONGEST_LOG", 20)
    log = tmp_path / "worker.txt"
    with log.open("a", buffering=1) as program:
        program.write("one line\n")
        turn_over(log)
        program.write("another long line\n")
        turn_over(log)
        program.write("and one more\n")
    assert log.read_text() == "and one more\n"
    old = tmp_path / "worker.old.txt"
    assert old.read_text() == "one line\nanother long line\n"
    if os.name == "posix":
        assert old.stat().st_mode & 0o077 == 0


def test_what_was_turned_over_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_process, "LONGEST_LOG", 20)
    for name in ("worker.txt", "service.txt"):
        (tmp_path / name).write_text("a line that is longer than the limit\n")
    for _ in range(3):
        turn_over_all(tmp_path)
    left = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert left == {"worker.txt": 0, "service.txt": 0, "worker.old.txt": 37, "service.old.txt": 37}


def test_a_log_that_is_not_there_is_nothing_to_turn_over(tmp_path: Path) -> None:
    turn_over(tmp_path / "worker.txt")
    assert list(tmp_path.iterdir()) == []
