from __future__ import annotations

import pytest

from colloquy.inspect.word_error import WordErrors, count_word_errors


def test_case_punctuation_and_hesitations_do_not_count() -> None:
    assert count_word_errors("Um, I work in Leeds.", "i work in leeds").rate == 0.0


def test_each_kind_of_error_is_counted() -> None:
    errors = count_word_errors("we ask people every week", "we asked people every single")
    assert (errors.substitutions, errors.deletions, errors.insertions, errors.reference_words) == (2, 0, 0, 5)
    assert count_word_errors("we ask people", "we people").deletions == 1
    assert count_word_errors("we ask", "we ask people").insertions == 1


def test_recordings_add_up_by_words_and_not_by_rates() -> None:
    long, short = count_word_errors("a " * 98 + "b c", "a " * 98 + "b c"), count_word_errors("x", "y")
    assert (WordErrors.zero() + long + short).rate == pytest.approx(1 / 101, rel=0.05)


def test_no_reference_gives_no_rate() -> None:
    assert count_word_errors("", "something invented") == WordErrors(0, 0, 2, 0)
    assert count_word_errors("", "something invented").rate is None


def test_nothing_heard_is_all_missed() -> None:
    assert count_word_errors("we ask people", "") == WordErrors(0, 3, 0, 3)
