"""Diarisation error rate, by pyannote.metrics.

Source: NIST Rich Transcription evaluations; H. Bredin, "pyannote.metrics", Interspeech 2017.
"""

from __future__ import annotations

from dataclasses import dataclass

from colloquy.domain.diarisation import Diarisation, Turn


@dataclass(frozen=True, slots=True)
class DiarisationError:
    """Milliseconds of speaker time, summed over recordings; where two speak at once, both are counted."""

    reference_ms: int
    missed_ms: int
    false_alarm_ms: int
    confused_ms: int

    @classmethod
    def zero(cls) -> DiarisationError:
        return cls(0, 0, 0, 0)

    def __add__(self, other: DiarisationError) -> DiarisationError:
        return DiarisationError(
            self.reference_ms + other.reference_ms,
            self.missed_ms + other.missed_ms,
            self.false_alarm_ms + other.false_alarm_ms,
            self.confused_ms + other.confused_ms,
        )

    @property
    def rate(self) -> float | None:
        """Error time by reference time; None where nobody speaks in the reference. May exceed 1."""
        if self.reference_ms == 0:
            return None
        return (self.missed_ms + self.false_alarm_ms + self.confused_ms) / self.reference_ms


@dataclass(frozen=True, slots=True)
class DiarisationScore:
    """`total` counts everything; `single` only where the reference has one voice at a time."""

    total: DiarisationError
    single: DiarisationError

    @classmethod
    def zero(cls) -> DiarisationScore:
        return cls(DiarisationError.zero(), DiarisationError.zero())

    def __add__(self, other: DiarisationScore) -> DiarisationScore:
        return DiarisationScore(self.total + other.total, self.single + other.single)


def spoken_turns(diarisation: Diarisation) -> tuple[Turn, ...]:
    """All that was found as turns that may overlap: the exclusive turns, and every voice of every overlap."""
    overlapped = (
        Turn(overlap.start_ms, overlap.end_ms, speaker)
        for overlap in diarisation.overlaps
        for speaker in overlap.speakers
    )
    return (*diarisation.turns, *overlapped)


def diarisation_error(
    reference: tuple[Turn, ...], hypothesis: tuple[Turn, ...], collar_ms: int = 250
) -> DiarisationScore:
    """Errors under the best one-to-one mapping of labels.

    Turns may overlap. `collar_ms` is left out on each side of every edge of a reference turn (NIST's is 250).
    The evaluated time reaches from 0 to the last edge of either.
    """
    return DiarisationScore(
        _errors(reference, hypothesis, collar_ms, is_single=False),
        _errors(reference, hypothesis, collar_ms, is_single=True),
    )


def _errors(
    reference: tuple[Turn, ...], hypothesis: tuple[Turn, ...], collar_ms: int, *, is_single: bool
) -> DiarisationError:
    from pyannote.core import Annotation, Segment, Timeline
    from pyannote.metrics.diarization import DiarizationErrorRate

    def annotation(turns: tuple[Turn, ...]) -> Annotation:
        found = Annotation()
        for number, turn in enumerate(turns):
            found[Segment(turn.start_ms / 1000, turn.end_ms / 1000), number] = turn.speaker
        # A voice that holds a turn and is in an overlap of it is one voice.
        return found.support()

    ends = [turn.end_ms for turn in (*reference, *hypothesis)]
    if not ends:
        return DiarisationError.zero()
    # pyannote.metrics' collar is the width of the whole zone around an edge.
    metric = DiarizationErrorRate(collar=2 * collar_ms / 1000, skip_overlap=is_single)
    evaluated = Timeline([Segment(0, max(ends) / 1000)])
    parts = metric.compute_components(annotation(reference), annotation(hypothesis), uem=evaluated)
    return DiarisationError(
        *(round(1000 * parts[name]) for name in ("total", "missed detection", "false alarm", "confusion"))
    )
