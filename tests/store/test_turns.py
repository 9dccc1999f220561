from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from colloquy.errors import StudyError
from colloquy.store import turns
from colloquy.store.folders import DataFolder
from colloquy.store.turns import Turn

WAIT = """
import sys
from pathlib import Path
from colloquy.store.folders import DataFolder
from colloquy.store.turns import Turn
print("begun", flush=True)
turn = Turn(DataFolder(Path(sys.argv[1])), "pilot", is_urgent=False)
turn.take()
print("has it", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    monkeypatch.setattr(turns, "LOOK_EVERY_S", 0.01)
    return DataFolder(tmp_path)


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to this"
        time.sleep(0.01)


class Waiter:
    """A study that waits for its turn, in a thread of its own."""

    def __init__(self, data: DataFolder, study_id: str, *, is_urgent: bool = False) -> None:
        self.turn = Turn(data, study_id, is_urgent=is_urgent)
        self.has_turn = False
        self._waits = data.prefect_home / turns.FOLDER / f"{study_id}{turns.WAITS}"
        Thread(target=self._take, daemon=True).start()
        place = self._waits.with_name(f"{study_id}{turns.PLACE}")
        until(lambda: self.has_turn or (turns.is_held(self._waits, study_id) and place.exists()))
        time.sleep(0.05)  # where it waited before, its old place is there until the new one is written

    def _take(self) -> None:
        self.turn.take()
        self.has_turn = True


def test_one_has_the_turn_and_the_others_get_it_in_the_order_in_which_they_came(data: DataFolder) -> None:
    first = Waiter(data, "hubs")
    until(lambda: first.has_turn)
    second, third = Waiter(data, "pilot"), Waiter(data, "diaries")
    first.turn.give_back()
    until(lambda: second.has_turn)
    assert not third.has_turn
    second.turn.give_back()
    until(lambda: third.has_turn)
    third.turn.give_back()
    assert third.turn.is_free()


def test_what_a_person_asked_for_comes_before_the_nights(data: DataFolder) -> None:
    first = Waiter(data, "hubs")
    until(lambda: first.has_turn)
    night = Waiter(data, "pilot")
    asked_for = Waiter(data, "diaries", is_urgent=True)
    first.turn.give_back()
    until(lambda: asked_for.has_turn)
    assert not night.has_turn


def test_a_night_gives_way_to_a_person_at_once_and_to_another_night_after_its_time(data: DataFolder) -> None:
    night = Waiter(data, "hubs")
    until(lambda: night.has_turn)
    assert not night.turn.is_wanted(0)
    Waiter(data, "pilot")
    assert (night.turn.is_wanted(1000), night.turn.is_wanted(0)) == (False, True)
    Waiter(data, "diaries", is_urgent=True)
    assert night.turn.is_wanted(1000)


def test_a_person_does_not_wait_for_ever_behind_another_but_lets_them_have_their_time(data: DataFolder) -> None:
    asked_for = Waiter(data, "hubs", is_urgent=True)
    until(lambda: asked_for.has_turn)
    Waiter(data, "diaries", is_urgent=True)
    assert (asked_for.turn.is_wanted(1000), asked_for.turn.is_wanted(0)) == (False, True)


def test_what_a_person_asked_for_waits_like_the_others_once_it_has_had_its_time(data: DataFolder) -> None:
    asked_for = Waiter(data, "hubs", is_urgent=True)
    until(lambda: asked_for.has_turn)
    night = Waiter(data, "pilot")
    asked_for.turn.give_way()
    until(lambda: night.has_turn)
    other_night = Waiter(data, "diaries")
    again = Thread(target=asked_for.turn.take, daemon=True)
    again.start()
    time.sleep(0.1)
    night.turn.give_back()
    until(lambda: other_night.has_turn)


def test_who_gives_way_gets_its_turn_again(data: DataFolder) -> None:
    first = Waiter(data, "hubs")
    until(lambda: first.has_turn)
    second = Waiter(data, "pilot")
    first.turn.give_back()
    until(lambda: second.has_turn)
    again = Waiter(data, "hubs")
    second.turn.give_back()
    until(lambda: again.has_turn)


def test_who_is_called_off_waits_no_longer(data: DataFolder) -> None:
    holder = Turn(data, "pilot", is_urgent=True)
    holder.take()
    waiting = Turn(data, "diaries", is_urgent=False)
    waiting.call_off()
    with pytest.raises(StudyError, match="diaries: the run was stopped"):
        waiting.take()


def test_a_run_that_is_killed_neither_has_the_turn_nor_waits(data: DataFolder) -> None:
    def begin() -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen([sys.executable, "-c", WAIT, str(data.root)], stdin=pipe, stdout=pipe, text=True)

    with begin() as holder:
        assert holder.stdout is not None
        assert [holder.stdout.readline() for _ in range(2)] == ["begun\n", "has it\n"]
        mine = Turn(data, "hubs", is_urgent=False)
        assert not mine.is_free()
        holder.kill()
    mine.take()
    with begin() as waiter:
        until(lambda: mine.is_wanted(0))
        waiter.kill()
    assert not mine.is_wanted(0)
