from __future__ import annotations

import pytest

from colloquy.settings import load_settings
from colloquy.store.codes import Place, Unplaced, codes_in, free_id, place
from colloquy.store.roster import Participant

PATTERN = load_settings().study.interview_pattern


@pytest.mark.parametrize("stem", ["Sam1", "Sam12", "amy07 second", "P07 Zoe12", "Anna12", "20260501"])
def test_what_may_be_a_name_is_no_code(stem: str) -> None:
    assert codes_in(stem, PATTERN, frozenset()) == ((), None)


def test_codes_are_taken_in_order_and_in_capitals() -> None:
    assert codes_in("p07 & p06_2", PATTERN, frozenset()) == (("P07", "P06"), 2)


@pytest.mark.parametrize(
    "stem",
    ["P06-P07", "P06+P07", "P06 P07", "P06_P07", "P06&P07", "P06 & P07", "P06 and P07", "p06 AND p07", "P06_and_P07"],
)
def test_two_participants_may_be_joined_in_several_ways(stem: str) -> None:
    assert codes_in(stem, PATTERN, frozenset()) == (("P06", "P07"), None)
    assert codes_in(f"{stem} group", PATTERN, frozenset()) == (("P06", "P07"), None)
    assert codes_in(f"{stem}_2", PATTERN, frozenset({"P06", "P07"})) == (("P06", "P07"), 2)


@pytest.mark.parametrize(
    "stem", ["P06 and others", "P06 and 2 others", "P06 and Anna", "P06 sand P07", "P06 andP07", "P06, P07 called in"]
)
def test_what_names_one_participant_stays_with_one(stem: str) -> None:
    assert codes_in(stem, PATTERN, frozenset())[0] == ("P06",)


def test_of_two_codes_the_one_that_is_not_listed_is_told() -> None:
    listed = (Participant("P06", ()), Participant("P07", ()))
    found = place("P06 and P7.wav", PATTERN, listed)
    assert isinstance(found, Unplaced)
    assert found.advice.startswith("There is no participant P7 in participants.csv. Did you mean P07?")
    assert place("P06 and P07.wav", PATTERN, listed) == Place(("P06", "P07"), None)


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
