"""Turns as pyannote's measures take them."""

from __future__ import annotations

from typing import Any

from colloquy.domain.diarisation import Turn


def annotation_of(turns: tuple[Turn, ...]) -> Any:
    """A `pyannote.core.Annotation`. A voice that holds a turn and is in an overlap of it is one voice.

    Turns without length are left out.
    """
    from pyannote.core import Annotation, Segment

    found = Annotation()
    for number, turn in enumerate(turns):
        if turn.end_ms > turn.start_ms:
            found[Segment(turn.start_ms / 1000, turn.end_ms / 1000), number] = turn.speaker
    return found.support()


def evaluated_time(reference: tuple[Turn, ...], hypothesis: tuple[Turn, ...]) -> Any:
    """A `pyannote.core.Timeline` from 0 to the last edge of either; empty where there are no turns."""
    from pyannote.core import Segment, Timeline

    return Timeline([Segment(0, max((turn.end_ms for turn in (*reference, *hypothesis)), default=0) / 1000)])
