"""Diarisation error: components, mapping, collar, overlap apart, and sums that weigh by time."""

from __future__ import annotations

import pytest

from colloquy.domain.diarisation import Diarisation, Overlap, Turn
from colloquy.domain.engine import EngineIdentity
from colloquy.inspect.diarisation_error import DiarisationError, DiarisationScore, diarisation_error, spoken_turns

REFERENCE = (Turn(0, 4_000, "INT"), Turn(4_000, 10_000, "P01"))


def test_other_labels_are_no_error() -> None:
    same = tuple(Turn(t.start_ms, t.end_ms, f"S{i}") for i, t in enumerate(REFERENCE))
    assert diarisation_error(REFERENCE, same, 0).total == DiarisationError(10_000, 0, 0, 0)


def test_each_kind_of_error_is_counted_apart() -> None:
    found = (Turn(1_000, 4_000, "S1"), Turn(4_000, 9_000, "S2"), Turn(9_000, 10_000, "S1"), Turn(10_000, 12_000, "S2"))
    score = diarisation_error(REFERENCE, found, 0).total
    assert score == DiarisationError(10_000, missed_ms=1_000, false_alarm_ms=2_000, confused_ms=1_000)
    assert score.rate == pytest.approx(0.4)


def test_the_collar_forgives_edges_on_each_side() -> None:
    found = (Turn(0, 4_240, "S1"), Turn(4_240, 10_000, "S2"))
    assert diarisation_error(REFERENCE, found, 250).total.rate == 0
    assert diarisation_error(REFERENCE, found, 0).total.confused_ms == 240


def test_overlap_counts_both_voices_in_total_and_not_at_all_in_single() -> None:
    reference = (Turn(0, 5_000, "A"), Turn(4_000, 8_000, "B"))
    found = (Turn(0, 5_000, "S1"), Turn(5_000, 8_000, "S2"))
    score = diarisation_error(reference, found, 0)
    assert score.total == DiarisationError(9_000, 1_000, 0, 0)
    assert score.single == DiarisationError(7_000, 0, 0, 0)
    assert score.overlapped == DiarisationError(2_000, 1_000, 0, 0)


def test_in_overlap_the_voices_are_those_of_the_whole() -> None:
    reference = (Turn(0, 5_000, "A"), Turn(4_000, 8_000, "B"), Turn(8_000, 9_000, "A"))
    found = (Turn(0, 4_000, "S1"), Turn(4_000, 5_000, "S3"), Turn(5_000, 8_000, "S2"), Turn(8_000, 9_000, "S1"))
    assert diarisation_error(reference, found, 0).overlapped == DiarisationError(2_000, 1_000, 0, 1_000)


def test_without_overlap_there_is_no_rate_of_it() -> None:
    found = (Turn(0, 5_000, "S1"), Turn(4_000, 12_000, "S2"))
    score = diarisation_error(REFERENCE, found, 250)
    assert score.overlapped == DiarisationError.zero()
    assert score.overlapped.rate is None
    assert score.total == score.single


def test_labels_that_both_sides_use_for_different_voices_do_not_meet() -> None:
    """A voice without a counterpart that is called as another's speaker is still wrong."""
    reference = (Turn(0, 6_000, "S1"), Turn(3_000, 6_000, "S2"))
    found = (Turn(0, 6_000, "S2"), Turn(3_000, 5_000, "S3"), Turn(3_000, 4_000, "S1"))
    assert diarisation_error(reference, found, 0).overlapped == DiarisationError(6_000, 1_000, 1_000, 0)


def test_a_turn_without_length_and_eleven_voices_are_no_trouble() -> None:
    turns = (Turn(500, 500, "X"), *(Turn(1_000 * n, 1_000 * n + 1_000, f"P{n % 11:02}") for n in range(33)))
    assert diarisation_error(turns, turns, 0).total == DiarisationError(33_000, 0, 0, 0)


def test_a_sum_weighs_by_time_and_zero_changes_nothing() -> None:
    short = diarisation_error((Turn(0, 1_000, "A"),), (), 0)
    whole = diarisation_error(REFERENCE, REFERENCE, 0)
    summed = sum([short, whole], DiarisationScore.zero())
    assert summed.total.rate == pytest.approx(1_000 / 11_000)
    assert whole + DiarisationScore.zero() == whole


def test_nobody_in_the_reference_gives_no_rate() -> None:
    assert diarisation_error((), (), 250).total.rate is None
    assert diarisation_error((), (Turn(0, 1_000, "S1"),), 250).total.rate is None


def test_spoken_turns_hold_every_voice_of_an_overlap_once() -> None:
    found = Diarisation(
        (Turn(0, 5_000, "S1"), Turn(5_000, 8_000, "S2")),
        (Overlap(4_000, 5_000, ("S1", "S2")),),
        EngineIdentity("test", "1"),
    )
    reference = (Turn(0, 5_000, "A"), Turn(4_000, 8_000, "B"))
    assert diarisation_error(reference, spoken_turns(found), 0).total.rate == 0
