"""Interviews become one study."""

from __future__ import annotations

import pytest

from colloquy.errors import StudyError
from colloquy.stages.publish import publish
from tests.sample_study import document_tables, sample_tables


def test_interviews_are_sorted_and_keep_their_rows_together() -> None:
    study = publish((document_tables("P05"), sample_tables("P02"), sample_tables("P01")))
    assert [row.interview_id for row in study.interviews] == ["P01", "P02", "P05"]
    for table in (study.utterances, study.words, study.redactions):
        assert list(dict.fromkeys(row.interview_id for row in table)) == ["P01", "P02", "P05"]
    assert study.words[: len(sample_tables().words)] == sample_tables("P01").words


def test_the_order_of_arrival_makes_no_difference() -> None:
    one, two = sample_tables("P01"), sample_tables("P02")
    assert publish((one, two)) == publish((two, one))


def test_an_interview_that_comes_twice_is_refused_by_its_id() -> None:
    with pytest.raises(StudyError, match=r"P01 came more than once"):
        publish((sample_tables("P01"), sample_tables("P02"), sample_tables("P01")))


def test_a_study_without_interviews_is_refused() -> None:
    with pytest.raises(StudyError, match="no interview"):
        publish(())
