"""What the intake must ask of a file's content: engines answer, so that the store need not know them."""

from __future__ import annotations

from pathlib import Path

from colloquy.domain.interview import SourceKind
from colloquy.engines import registry
from colloquy.errors import DocumentUnreadableError
from colloquy.store.inbox_files import kind_of

# One clock time may stand in a written reflection; a transcript has one at every turn.
FEWEST_TIMES = 2


def has_times(path: Path) -> bool | None:
    """Whether a text says when things were said; None where it cannot be read."""
    try:
        source = registry.make_document_reader(path.suffix).read(path.read_bytes())
    except (DocumentUnreadableError, OSError):
        return None
    fewest = 1 if kind_of(path) is SourceKind.TRANSCRIPT else FEWEST_TIMES
    return sum(paragraph.start_ms is not None for paragraph in source.paragraphs) >= fewest


def duration_ms(path: Path) -> int | None:
    """Of a recording, as its header has it; None where it is not known."""
    from colloquy.engines import av_decoder

    return av_decoder.probe_duration_ms(path)
