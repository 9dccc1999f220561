"""What the engines found out about one interview besides its words."""

from __future__ import annotations

from dataclasses import dataclass

from colloquy.domain.audio import Region
from colloquy.domain.language import LanguageShare
from colloquy.domain.suspect_passage import Coverage, SuspectPassage


@dataclass(frozen=True, slots=True)
class InterviewFigures:
    """Figures of one interview for the dataset. What needs a recording is None for documents and transcripts.

    `speech` holds the regions in which somebody speaks, by voice activity, in order; `transcriber` and `diariser` name
    the engine and its model, or are empty where none was used. `finds_overlaps` is False where the diariser looks for
    no overlaps. `clipped_ratio` is a share of samples; `is_truncated` says that the file broke off.
    `roles_by`, `role_confidence` and `role_question` as in an attribution; `voices_asked` is the number that the
    diariser was asked for. `device`, `precision` and `fallbacks` say how it was transcribed; each fallback is a
    sentence of ours.
    `passages_to_check` are those that may be invented, in order. `languages` as in a transcript.
    `sound_notes` are sentences about what is unusual about the recording.
    """

    language: str
    duration_ms: int | None = None
    speech: tuple[Region, ...] | None = None
    signal_to_noise_db: float | None = None
    transcriber: str = ""
    diariser: str = ""
    finds_overlaps: bool = True
    clipped_ratio: float | None = None
    bandwidth_hz: int | None = None
    is_truncated: bool | None = None
    coverage: Coverage | None = None
    passages_to_check: tuple[SuspectPassage, ...] | None = None
    languages: tuple[LanguageShare, ...] = ()
    device: str = ""
    precision: str = ""
    fallbacks: tuple[str, ...] = ()
    sound_notes: tuple[str, ...] = ()
    roles_by: str = ""
    role_confidence: float | None = None
    role_question: str = ""
    voices_asked: str = ""
