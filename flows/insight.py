"""What the intake must ask of a file's content: engines answer, so that the store need not know them.

They answer in a process of their own: a file from outside may make the library that opens it hang, or break it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from colloquy.domain.interview import SourceKind
from colloquy.engines import registry
from colloquy.errors import DocumentUnreadableError
from colloquy.store.inbox_files import kind_of
from flows.guard import Caught
from flows.lanes import LANES, LOOKING

Answer = TypeVar("Answer", bool, int)

# One clock time may stand in a written reflection; a transcript has one at every turn.
FEWEST_TIMES = 2


# A header is read in milliseconds; the first call loads the libraries.
LIMIT_S = 60.0


def has_times(path: Path) -> bool | None:
    """Whether a text says when things were said; None where it cannot be read."""
    return _asked(has_times_inside, path)


def duration_ms(path: Path) -> int | None:
    """Of a recording, as its header has it; None where it is not known."""
    return _asked(duration_ms_inside, path)


def has_times_inside(path: Path) -> bool | None:
    try:
        source = registry.make_document_reader(path.suffix).read(path.read_bytes())
    except (DocumentUnreadableError, OSError):
        return None
    fewest = 1 if kind_of(path) is SourceKind.TRANSCRIPT else FEWEST_TIMES
    return sum(paragraph.start_ms is not None for paragraph in source.paragraphs) >= fewest


def duration_ms_inside(path: Path) -> int | None:
    from colloquy.engines import av_decoder

    return av_decoder.probe_duration_ms(path)


def _asked(question: Callable[[Path], Answer | None], path: Path) -> Answer | None:
    if not path.exists():
        return None
    answer = LANES.of(LOOKING).call(LIMIT_S, question, path)
    return None if isinstance(answer, Caught) else answer
