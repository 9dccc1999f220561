"""A process beside the run that may hang, die, or be left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import psutil
import pytest

from flows.guard import Caught
from flows.lanes import REST, Lane, Lanes

PARENT = """
import os, sys, time
sys.path.insert(0, {root!r})
from flows.lanes import Lane
lane = Lane("rest")
if __name__ == "__main__":
    print(lane.call(60.0, os.getpid), flush=True)
    time.sleep(60)
"""


@pytest.fixture
def lane() -> Iterator[Lane]:
    lane = Lane(REST)
    yield lane
    lane.stop()


def pid_then_hang(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def die() -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def test_one_process_does_one_after_the_other_and_stays_warm(lane: Lane) -> None:
    first, second = lane.call(60.0, os.getpid), lane.call(60.0, os.getpid)
    assert first == second != os.getpid()


def test_what_hangs_is_stopped_and_the_next_call_goes_well(lane: Lane) -> None:
    before = lane.call(60.0, os.getpid)
    caught = lane.call(1.0, pid_then_hang, 600.0)
    assert isinstance(caught, Caught)
    assert (caught.error, caught.may_pass) == ("TookTooLong", False)
    assert "limit_ratio" in caught.reason
    assert isinstance(before, int)
    assert not psutil.pid_exists(before) or psutil.Process(before).status() == psutil.STATUS_ZOMBIE
    after = lane.call(60.0, os.getpid)
    assert isinstance(after, int)
    assert after != before


def test_a_process_that_the_system_ends_takes_nothing_with_it_and_is_worth_another_try(lane: Lane) -> None:
    caught = lane.call(60.0, die)
    assert isinstance(caught, Caught)
    assert (caught.error, caught.may_pass) == ("ProcessLost", True)
    assert isinstance(lane.call(60.0, os.getpid), int)


def test_who_waits_for_a_lane_when_the_run_is_stopped_begins_nothing() -> None:
    lanes = Lanes()
    lane = lanes.of(REST)
    assert isinstance(lane.call(60.0, os.getpid), int)
    answers: list[object] = []
    threads = [
        Thread(target=lambda: answers.append(lane.call(60.0, pid_then_hang, 600.0)), daemon=True) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    lanes.close()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert {answer.error for answer in answers if isinstance(answer, Caught)} == {"ProcessLost", "Stopped"}
    lanes.open()
    assert isinstance(lane.call(60.0, os.getpid), int)
    lanes.stop()


def test_a_killed_run_leaves_no_process_behind(tmp_path_factory: pytest.TempPathFactory) -> None:
    script = tmp_path_factory.mktemp("parent") / "parent.py"
    script.write_text(PARENT.format(root=str(Path.cwd())), encoding="utf-8")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        parent.wait()
        gone, alive = psutil.wait_procs([child], timeout=30)
        assert (gone, alive) == ([child], [])
