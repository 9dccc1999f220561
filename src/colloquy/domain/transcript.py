"""What was said, word by word."""

from __future__ import annotations

from dataclasses import dataclass, field

from colloquy.domain.engine import EngineIdentity
from colloquy.domain.language import LanguageShare
from colloquy.domain.suspect_passage import Coverage, SuspectPassage


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
    `precision`: the numbers that the model's weights were kept in ("float16"); empty where nothing was read.
    An engine gives words; the stage adds `passages`, in order, and `coverage`, which is None in what an engine gives.
    `language` is the study's, or the one most spoken where that is to be found; `languages` then holds all that were
    found, most spoken first, and is empty where the language was set. `also_heard` are further ones that some of it
    may be in, though nothing was written down in them.
    """

    words: tuple[Word, ...]
    language: str
    duration_ms: int
    engine: EngineIdentity
    fallbacks: tuple[str, ...] = ()
    passages: tuple[SuspectPassage, ...] = ()
    coverage: Coverage | None = None
    languages: tuple[LanguageShare, ...] = ()
    also_heard: tuple[str, ...] = ()
    precision: str = ""

    @property
    def passages_to_check(self) -> tuple[SuspectPassage, ...]:
        """Those that a person must listen to."""
        return tuple(passage for passage in self.passages if not passage.is_mended)
