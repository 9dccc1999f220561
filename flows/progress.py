"""Who wants to know how a run is getting on: the terminal's live display, or nobody."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    BEGAN = "began"
    DONE = "done"
    CURRENT = "current"
    FAILED = "failed"


class Listener(Protocol):
    def heard(self, interview_id: str, stage: str, outcome: Outcome) -> None: ...

    def noted(self, sentence: str) -> None: ...


_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    _listeners.append(listener)


def stop_listening(listener: Listener) -> None:
    _listeners.remove(listener)


def tell(interview_id: str, stage: str, outcome: Outcome) -> None:
    for listener in tuple(_listeners):
        listener.heard(interview_id, stage, outcome)


def note(sentence: str) -> None:
    """What concerns the run as a whole, where Prefect cannot be told it."""
    for listener in tuple(_listeners):
        listener.noted(sentence)
