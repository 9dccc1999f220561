"""Who spoke when."""

from __future__ import annotations

from dataclasses import dataclass

from colloquy.domain.audio import Region
from colloquy.domain.engine import EngineIdentity


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch in which one voice holds the floor; `speaker` is the engine's label (`S1`, `S2`, …)."""

    start_ms: int
    end_ms: int
    speaker: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """A stretch in which several voices speak at once."""

    start_ms: int
    end_ms: int
    speakers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpeakerCount:
    """How many voices to expect; equal bounds fix the number."""

    minimum: int = 1
    maximum: int = 8

    @property
    def plain(self) -> str:
        """`2`, or `2 to 3`."""
        return f"{self.minimum}" if self.minimum == self.maximum else f"{self.minimum} to {self.maximum}"


@dataclass(frozen=True, slots=True)
class Diarisation:
    """Exclusive turns in order (no two at the same time) and, apart from them, the overlaps.

    `finds_overlaps` is False for an engine that looks for none: that it gives none then says nothing. `fallbacks`: a
    sentence for each thing that was done otherwise than asked, such as on the processor. `heard_count` is how many
    voices the engine would have found had no number been asked for; None where it does not tell. `asked` is the number
    of voices asked for; None where it was not noted.
    """

    turns: tuple[Turn, ...]
    overlaps: tuple[Overlap, ...]
    engine: EngineIdentity
    finds_overlaps: bool = True
    fallbacks: tuple[str, ...] = ()
    heard_count: int | None = None
    asked: SpeakerCount | None = None

    @property
    def speakers(self) -> tuple[str, ...]:
        """Labels in order of their first turn."""
        return tuple(dict.fromkeys(turn.speaker for turn in self.turns))

    def alone(self, speaker: str) -> tuple[Region, ...]:
        """Where a voice has the floor and nobody else is heard, in order."""
        others = [overlap for overlap in self.overlaps if set(overlap.speakers) - {speaker}]
        found: list[Region] = []
        for turn in self.turns:
            if turn.speaker != speaker:
                continue
            start_ms = turn.start_ms
            for overlap in others:
                if start_ms < overlap.end_ms and overlap.start_ms < turn.end_ms:
                    found.append(Region(start_ms, overlap.start_ms))
                    start_ms = overlap.end_ms
            found.append(Region(start_ms, turn.end_ms))
        return tuple(region for region in found if region.duration_ms > 0)
