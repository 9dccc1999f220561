"""Several studies on one machine: between two interviews of one, another may have its turn. Without Prefect."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from colloquy.errors import ColloquyError
from colloquy.store.turns import Turn
from flows.lanes import LANES, LISTENING
from flows.said import say

WAITS = "Another study is at work on this machine; this one goes on in its turn."
GIVES_WAY = "Another study is due; it has its turn now, and this one goes on afterwards."
HAS_TURN = "It is this study's turn."


class Shifts:
    """Holds this machine's turn while the block runs. Threads may share it: what is at work is ended before it goes.

    Without a turn nothing is waited for, and none gives way.
    """

    def __init__(self, turn: Turn | None, least_s: float) -> None:
        self._turn = turn
        self._least_s = least_s
        self._change = threading.Condition()
        self._at_work = 0
        self._is_leaving = False
        self._lost: ColloquyError | None = None

    def __enter__(self) -> Self:
        if self._turn is not None:
            _take(self._turn)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._turn is not None:
            LANES.of(LISTENING).stop()  # the model; what publishing needs stays
            self._turn.give_back()

    def call_off(self) -> None:
        """From another thread: the run is being stopped, and waits for no turn."""
        if self._turn is not None:
            self._turn.call_off()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Around choosing an interview and working on it. Where another study is due this one gives way before."""
        self._begin()
        try:
            yield
        finally:
            with self._change:
                self._at_work -= 1
                self._change.notify_all()

    def _begin(self) -> None:
        with self._change:
            if self._lost is not None:
                raise self._lost
            if self._turn is not None:
                self._is_leaving = self._is_leaving or self._turn.is_wanted(self._least_s)
                while self._is_leaving:
                    if self._at_work:
                        self._change.wait()
                    else:
                        self._give_way(self._turn)
                if self._lost is not None:
                    raise self._lost
            self._at_work += 1

    def _give_way(self, turn: Turn) -> None:
        try:
            say(GIVES_WAY)
            LANES.stop()
            turn.give_way()
            _take(turn)
        except ColloquyError as error:
            self._lost = error  # for all threads: without the turn none may go on
        finally:
            self._is_leaving = False
            self._change.notify_all()


def _take(turn: Turn) -> None:
    must_wait = not turn.is_free()
    if must_wait:
        say(WAITS)
    turn.take()
    if must_wait:
        say(HAS_TURN)
