"""Diarisation error rate, by pyannote.metrics.

Source: NIST Rich Transcription evaluations; H. Bredin, "pyannote.metrics", Interspeech 2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from colloquy.domain.diarisation import Diarisation, Turn
from colloquy.inspect.annotations import annotation_of, evaluated_time


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
    """`total` counts everything; `single` only where the reference has no overlap, `overlapped` only where it has.

    `overlapped` has the mapping of labels that is best for all; `single`, as is usual, the one that is best for it.
    """

    total: DiarisationError
    single: DiarisationError
    overlapped: DiarisationError

    @classmethod
    def zero(cls) -> DiarisationScore:
        return cls(DiarisationError.zero(), DiarisationError.zero(), DiarisationError.zero())

    def __add__(self, other: DiarisationScore) -> DiarisationScore:
        return DiarisationScore(
            self.total + other.total, self.single + other.single, self.overlapped + other.overlapped
        )


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
    from pyannote.metrics.diarization import DiarizationErrorRate

    said, heard = annotation_of(reference), annotation_of(hypothesis)
    evaluated = evaluated_time(reference, hypothesis)
    # pyannote.metrics' collar is the width of the whole zone around an edge.
    width_s = 2 * collar_ms / 1000
    everywhere, apart = (DiarizationErrorRate(collar=width_s, skip_overlap=is_apart) for is_apart in (False, True))
    return DiarisationScore(
        _error(everywhere.compute_components(said, heard, uem=evaluated)),
        _error(apart.compute_components(said, heard, uem=evaluated)),
        _in_overlap(said, heard, evaluated, everywhere),
    )


def _in_overlap(said: Any, heard: Any, evaluated: Any, metric: Any) -> DiarisationError:
    """Errors of the overlaps of the reference, outside of the collars."""
    from pyannote.metrics.identification import IdentificationErrorRate

    overlaps = said.get_overlap()
    said, heard, evaluated = metric.uemify(said, heard, uem=evaluated, collar=metric.collar, returns_uem=True)
    # As pyannote.metrics does: a label that is left without a counterpart must not meet its own name on the other side.
    said, heard = said.rename_labels(generator="string"), heard.rename_labels(generator="int")
    mapped = heard.rename_labels(mapping=metric.optimal_mapping(said, heard))
    return _error(IdentificationErrorRate().compute_components(said, mapped, uem=evaluated.crop(overlaps)))


def _error(parts: Any) -> DiarisationError:
    return DiarisationError(
        *(round(1000 * parts[name]) for name in ("total", "missed detection", "false alarm", "confusion"))
    )
