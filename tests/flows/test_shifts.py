"""Two studies' runs on one machine, each with two threads: how they give way to one another."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from threading import Lock, Thread

import pytest

from colloquy.errors import StoreError
from colloquy.store import turns
from colloquy.store.folders import DataFolder
from colloquy.store.turns import Turn
from flows import shifts
from flows.shifts import Shifts


class Studies:
    """Notes which study begins and ends an interview."""

    def __init__(self, data: DataFolder, least_s: float) -> None:
        self.data = data
        self.least_s = least_s
        self.noted: list[tuple[str, int]] = []
        self.at_work: dict[str, int] = {}
        self.most_studies = 0
        self._turn = Lock()

    def run(self, study_id: str, count: int, *, is_urgent: bool = False) -> Thread:
        """A run of so many interviews by two threads."""
        left = list(range(count))

        def work(turn: Shifts) -> None:
            while True:
                with turn.one():
                    with self._turn:
                        if not left:
                            return
                        number = left.pop(0)
                        self.noted.append((study_id, number))
                        self.at_work[study_id] = self.at_work.get(study_id, 0) + 1
                        self.most_studies = max(self.most_studies, sum(map(bool, self.at_work.values())))
                    time.sleep(0.05)
                    with self._turn:
                        self.at_work[study_id] -= 1

        def run() -> None:
            with Shifts(Turn(self.data, study_id, is_urgent=is_urgent), self.least_s) as turn:
                threads = [Thread(target=work, args=(turn,)) for _ in range(2)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()

        begun = Thread(target=run)
        begun.start()
        return begun


@pytest.fixture
def begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], Studies]:
    monkeypatch.setattr(turns, "LOOK_EVERY_S", 0.01)
    return lambda least_s: Studies(DataFolder(tmp_path), least_s)


def wait_for_both(studies: Studies, first: Thread, second: Thread) -> None:
    for thread in (first, second):
        thread.join(30)
        assert not thread.is_alive()
    assert studies.most_studies == 1


def changes(noted: list[tuple[str, int]]) -> int:
    return sum(before[0] != after[0] for before, after in pairwise(noted))


def test_two_nights_take_turns_and_neither_waits_for_the_others_backlog(begin: Callable[[float], Studies]) -> None:
    studies = begin(0.2)
    first = studies.run("hubs", 20)
    time.sleep(0.1)
    wait_for_both(studies, first, studies.run("pilot", 20))
    assert sorted(studies.noted) == sorted((name, number) for name in ("hubs", "pilot") for number in range(20))
    assert changes(studies.noted) >= 3


def test_within_its_time_a_night_gives_way_to_a_person_alone(begin: Callable[[float], Studies]) -> None:
    studies = begin(1000)
    first = studies.run("hubs", 10)
    time.sleep(0.1)
    wait_for_both(studies, first, studies.run("pilot", 3))
    assert changes(studies.noted) == 1

    studies = begin(1000)
    first = studies.run("hubs", 10)
    time.sleep(0.1)
    wait_for_both(studies, first, studies.run("pilot", 3, is_urgent=True))
    assert changes(studies.noted) == 2
    assert studies.noted[-1][0] == "hubs"


def test_should_the_turn_not_come_back_the_run_ends_and_nobody_waits_for_ever(
    tmp_path: Path, begin: Callable[[float], Studies], monkeypatch: pytest.MonkeyPatch
) -> None:
    studies = begin(0)
    errors: list[StoreError] = []

    def refuse(_: Turn) -> None:
        raise StoreError("hubs: the data folder cannot be locked")

    def work(turn: Shifts) -> None:
        try:
            for _ in range(3):
                with turn.one():
                    time.sleep(0.02)
        except StoreError as error:
            errors.append(error)

    with Shifts(Turn(DataFolder(tmp_path), "hubs", is_urgent=False), 0) as turn:
        monkeypatch.setattr(shifts, "_take", refuse)
        monkeypatch.setattr(Turn, "is_wanted", lambda *_: True)
        threads = [Thread(target=work, args=(turn,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()
    assert len(errors) == 2
    assert studies.noted == []


def test_without_turns_nothing_is_waited_for(tmp_path: Path) -> None:
    holder = Turn(DataFolder(tmp_path), "pilot", is_urgent=True)
    holder.take()
    with Shifts(None, 0) as turn, turn.one(), turn.one():
        assert not holder.is_free()
