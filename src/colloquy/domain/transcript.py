"""What was said, word by word."""

from __future__ import annotations

from dataclasses import dataclass, field

from colloquy.domain.engine import EngineIdentity


@dataclass(frozen=True, slots=True)
class Word:
    """One word as written, punctuation included; `confidence` in [0, 1]."""

    text: str = field(repr=False)
    start_ms: int
    end_ms: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """All words of a recording in order of their start, before anybody knows who said them.

    `fallbacks`: a sentence for each thing that was done otherwise than asked, such as on the processor.
    """

    words: tuple[Word, ...]
    language: str
    duration_ms: int
    engine: EngineIdentity
    fallbacks: tuple[str, ...] = ()
