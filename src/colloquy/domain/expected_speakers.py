"""Who is expected to speak in an interview."""

from __future__ import annotations

from dataclasses import dataclass

from colloquy.domain.diarisation import SpeakerCount


@dataclass(frozen=True, slots=True)
class ExpectedSpeakers:
    """`participant_ids` in order, empty where unknown; `count` is of all voices, the interviewers' included."""

    participant_ids: tuple[str, ...]
    count: SpeakerCount
