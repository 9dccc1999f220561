"""Intervals of pooled rates: what they rest on, that they are the same every time, and that they cover the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colloquy.inspect.bootstrap import Counts, bootstrap_interval, pooled

SIX = tuple(Counts(wrong, 200) for wrong in (2, 4, 6, 8, 10, 30))


def test_the_same_interviews_in_any_order_have_the_same_interval() -> None:
    first = bootstrap_interval(SIX)
    assert first is not None
    assert first == bootstrap_interval(SIX[::-1])
    assert (first.level, first.interview_count) == (0.95, 6)
    assert first.low < 60 / 1200 < first.high


def test_fewer_than_three_interviews_have_none() -> None:
    assert bootstrap_interval(()) is None
    assert bootstrap_interval(SIX[:2]) is None
    assert bootstrap_interval(SIX[:3]) is not None


def test_interviews_without_a_reference_are_no_interviews() -> None:
    texts = (Counts(0, 0),) * 5
    assert bootstrap_interval(SIX[:2] + texts) is None
    assert bootstrap_interval(SIX + texts) == bootstrap_interval(SIX)


def test_errors_without_a_reference_count_as_they_do_in_the_pooled_rate() -> None:
    invented = (*SIX, Counts(100, 0))
    assert pooled(invented) == pytest.approx(160 / 1200)
    wider = bootstrap_interval(invented)
    narrow = bootstrap_interval(SIX)
    assert wider is not None
    assert narrow is not None
    assert wider.high > narrow.high
    assert wider.interview_count == 6


def test_figures_that_never_differ_are_no_certainty() -> None:
    assert bootstrap_interval((Counts(57, 57),) * 8) is None


def test_a_long_interview_weighs_by_its_length() -> None:
    found = bootstrap_interval((Counts(900, 9_000), Counts(0, 10), Counts(0, 10), Counts(0, 10)))
    assert found is not None
    assert found.high == pytest.approx(0.1, abs=0.001)


def test_most_intervals_cover_the_true_rate() -> None:
    """Of 200 studies of 20 interviews; a percentile interval covers a little less often than it says."""
    generator = np.random.default_rng(1)
    covered = 0
    for _ in range(200):
        rates = generator.beta(2, 38, 20)  # a mean of 0.05
        found = bootstrap_interval(tuple(Counts(float(generator.binomial(300, rate)), 300) for rate in rates))
        assert found is not None
        covered += found.low <= 0.05 <= found.high
    assert 0.86 <= covered / 200 <= 0.98


def test_a_higher_level_is_wider() -> None:
    half, most = bootstrap_interval(SIX, 0.5), bootstrap_interval(SIX, 0.99)
    assert half is not None
    assert most is not None
    assert most.low < half.low < half.high < most.high


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=12))
def test_any_counts_have_an_interval_within_their_rates_or_none(raw: list[tuple[int, int]]) -> None:
    counts = tuple(Counts(min(wrong, total), total) for wrong, total in raw)
    found = bootstrap_interval(counts)
    if found is not None:
        rates = [one.counted / one.total for one in counts if one.total]
        assert min(rates) - 1e-9 <= found.low < found.high <= max(rates) + 1e-9


def test_nothing_to_count_has_no_rate() -> None:
    assert pooled(()) is None
    assert pooled((Counts(3, 0),)) is None
