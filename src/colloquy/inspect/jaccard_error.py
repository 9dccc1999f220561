"""Jaccard error rate, by pyannote.metrics: every speaker counts the same, however little they say.

Source: N. Ryant et al., "Second DIHARD challenge evaluation plan", version 1.1, 2019. There without a collar.
"""

from __future__ import annotations

from dataclasses import dataclass

from colloquy.domain.diarisation import Turn
from colloquy.inspect.annotations import annotation_of, evaluated_time


@dataclass(frozen=True, slots=True)
class JaccardError:
    """Speakers of the reference, and the sum of the error of each, in [0, 1]; summed over recordings."""

    speaker_count: int
    error_sum: float

    @classmethod
    def zero(cls) -> JaccardError:
        return cls(0, 0.0)

    def __add__(self, other: JaccardError) -> JaccardError:
        return JaccardError(self.speaker_count + other.speaker_count, self.error_sum + other.error_sum)

    @property
    def rate(self) -> float | None:
        """Mean over the speakers; None where nobody speaks in the reference. Never above 1."""
        return self.error_sum / self.speaker_count if self.speaker_count else None


def jaccard_error(reference: tuple[Turn, ...], hypothesis: tuple[Turn, ...], collar_ms: int = 250) -> JaccardError:
    """Of each speaker: the time that only one of reference and hypothesis gives them, of the time that either does.

    Labels are mapped one to one; a speaker without a counterpart has an error of 1, a voice that is too many has none.
    Turns may overlap. `collar_ms` as in `diarisation_error`; a speaker whose speech it swallows is not counted.
    """
    from pyannote.metrics.diarization import JaccardErrorRate

    if not reference:
        return JaccardError.zero()
    metric = JaccardErrorRate(collar=2 * collar_ms / 1000)  # type: ignore[no-untyped-call]  # pyannote.metrics has none
    parts = metric.compute_components(
        annotation_of(reference), annotation_of(hypothesis), uem=evaluated_time(reference, hypothesis)
    )
    return JaccardError(int(parts["speaker count"]), float(parts["speaker error"]))
