"""Jaccard error: each speaker counts the same, the collar, voices too few and too many."""

from __future__ import annotations

import pytest

from colloquy.domain.diarisation import Turn
from colloquy.inspect.jaccard_error import JaccardError, jaccard_error

REFERENCE = (Turn(0, 9_000, "P01"), Turn(9_000, 10_000, "INT"))


def test_other_labels_are_no_error() -> None:
    found = (Turn(0, 9_000, "INT"), Turn(9_000, 10_000, "P01"))
    assert jaccard_error(REFERENCE, found, 0) == JaccardError(2, 0.0)


def test_a_speaker_who_says_little_counts_as_much_as_the_other() -> None:
    found = (Turn(0, 10_000, "S1"),)
    # 1 s of S1's 10 s is not P01's; INT has no counterpart.
    assert jaccard_error(REFERENCE, found, 0) == JaccardError(2, pytest.approx(0.1 + 1.0))
    assert jaccard_error(REFERENCE, found, 0).rate == pytest.approx(0.55)


def test_each_error_is_of_the_time_that_either_has() -> None:
    found = (Turn(0, 8_000, "S1"), Turn(8_000, 10_000, "S2"))
    assert jaccard_error(REFERENCE, found, 0).error_sum == pytest.approx(1 / 9 + 1 / 2)


def test_a_voice_too_many_takes_only_its_time() -> None:
    found = (Turn(0, 4_500, "S1"), Turn(4_500, 9_000, "S2"), Turn(9_000, 10_000, "S3"))
    assert jaccard_error(REFERENCE, found, 0) == JaccardError(2, pytest.approx(0.5))


def test_the_collar_forgives_edges() -> None:
    found = (Turn(0, 9_240, "S1"), Turn(9_240, 10_000, "S2"))
    assert jaccard_error(REFERENCE, found, 250).rate == 0
    assert jaccard_error(REFERENCE, found, 0).rate != 0


def test_nobody_found_is_all_wrong_and_nobody_there_has_no_rate() -> None:
    assert jaccard_error(REFERENCE, (), 250) == JaccardError(2, 2.0)
    assert jaccard_error((), (Turn(0, 1_000, "S1"),)).rate is None
    assert jaccard_error((), ()).rate is None


def test_a_turn_without_length_is_none() -> None:
    nothing = Turn(5_000, 5_000, "X")
    assert jaccard_error((*REFERENCE, nothing), (*REFERENCE, nothing), 0) == JaccardError(2, 0.0)


def test_eleven_voices() -> None:
    turns = tuple(Turn(1_000 * n, 1_000 * n + 1_000, f"P{n % 11:02}") for n in range(33))
    shifted = tuple(Turn(t.start_ms, t.end_ms, f"S{(int(t.speaker[1:]) + 5) % 11}") for t in turns)
    assert jaccard_error(turns, shifted) == JaccardError(11, 0.0)


def test_a_sum_weighs_by_speakers() -> None:
    summed = sum([JaccardError(2, 0.0), JaccardError(1, 0.9)], JaccardError.zero())
    assert summed.rate == pytest.approx(0.3)
