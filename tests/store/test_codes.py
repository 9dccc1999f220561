from __future__ import annotations

import pytest

from colloquy.settings import load_settings
from colloquy.store.codes import codes_in, free_id

PATTERN = load_settings().study.interview_pattern


@pytest.mark.parametrize("stem", ["Sam1", "Sam12", "amy07 second", "P07 Zoe12", "Anna12", "20260501"])
def test_what_may_be_a_name_is_no_code(stem: str) -> None:
    assert codes_in(stem, PATTERN, frozenset()) == ((), None)


def test_codes_are_taken_in_order_and_in_capitals() -> None:
    assert codes_in("p07 & p06_2", PATTERN, frozenset()) == (("P07", "P06"), 2)


def test_a_pattern_of_a_studys_own_may_leave_out_the_occasion_and_the_codes() -> None:
    assert codes_in("site3", r"^(?P<participants>S\d)?", frozenset()) == ((), None)
    assert codes_in("S3-x", r"^(?P<participants>S\d)-(?P<part>\w)", frozenset()) == (("S3",), None)


@pytest.mark.parametrize(
    ("codes", "part", "taken", "interview_id"),
    [
        (("P07",), None, set(), "P07"),
        (("P07",), None, {"P07", "P07-2"}, "P07-3"),
        (("P07",), 4, {"P07"}, "P07-4"),
        (("P07",), 4, {"P07-4"}, "P07-2"),
        (("P06", "P07"), None, {"P06", "P07"}, "P06-P07"),
        ((), None, {"R01", "P07"}, "R02"),
    ],
)
def test_an_id_is_given_once(codes: tuple[str, ...], part: int | None, taken: set[str], interview_id: str) -> None:
    assert free_id(codes, part, taken) == interview_id
