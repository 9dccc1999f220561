"""Confidence intervals of pooled rates, by drawing interviews anew.

Source: B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7, 1979 (percentile method);
M. Bisani and H. Ney, "Bootstrap estimates for confidence intervals in ASR performance evaluation", ICASSP 2004.
"""

from __future__ import annotations

from typing import NamedTuple

from colloquy.domain.confidence_interval import ConfidenceInterval

FEWEST_INTERVIEWS = 3
LEVEL = 0.95
_DRAWS = 10_000
# Rows of draws that are worked on at once, so that memory stays bounded for thousands of interviews.
_NUMBERS_AT_ONCE = 2_000_000
_SEED = 20_170_417


class Counts(NamedTuple):
    """What is counted in one interview and of how many: errors of words, milliseconds, speakers."""

    counted: float
    total: float


def pooled(counts: tuple[Counts, ...]) -> float | None:
    """All that was counted by all of which; None where there is nothing to count in."""
    total = sum(one.total for one in counts)
    return sum(one.counted for one in counts) / total if total else None


def bootstrap_interval(counts: tuple[Counts, ...], level: float = LEVEL) -> ConfidenceInterval | None:
    """Percentile interval of `pooled` over interviews; the same for the same interviews, in whatever order.

    Whole interviews are drawn, since errors within one hang together. None for fewer than three interviews in which
    there is something to count in, nor where every draw gives the same: that is no certainty (all of 57 names gone is
    not all of the next 57). With few interviews it is too narrow: it knows no others than those that it saw.
    """
    import numpy as np

    known = np.array(sorted(one for one in counts if any(one)), np.float64)
    interview_count = sum(one.total > 0 for one in counts)
    if interview_count < FEWEST_INTERVIEWS:
        return None
    generator = np.random.default_rng(_SEED)
    rates = []
    at_once = max(_NUMBERS_AT_ONCE // len(known), 1)
    for first in range(0, _DRAWS, at_once):
        drawn = generator.integers(len(known), size=(min(at_once, _DRAWS - first), len(known)))
        sums = known[drawn].sum(axis=1)
        # A draw of nothing but interviews without a reference has no rate.
        sums = sums[sums[:, 1] > 0]
        rates.append(sums[:, 0] / sums[:, 1])
    low, high = np.quantile(np.concatenate(rates), [(1 - level) / 2, (1 + level) / 2])
    return ConfidenceInterval(float(low), float(high), level, interview_count) if low < high else None
