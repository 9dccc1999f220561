from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colloquy.settings import load_settings
from colloquy.store.codes import Place, place
from colloquy.store.pieces import piece_in, recorder_form, recorder_order

PATTERN = load_settings().study.interview_pattern


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("P07 part 1.wav", Place(("P07",), None, 1)),
        ("P07_part2.wav", Place(("P07",), None, 2)),
        ("p07 PT 2.WAV", Place(("P07",), None, 2)),
        ("P07part2.wav", Place(("P07",), None, 2)),
        ("P07-Part-two.m4a", Place(("P07",), None, 2)),
        ("P07 piece #3.mp3", Place(("P07",), None, 3)),
        ("P07 (1 of 2).wav", Place(("P07",), None, 1, 2)),
        ("P07 [2 of 2].wav", Place(("P07",), None, 2, 2)),
        ("P07 1of2.wav", Place(("P07",), None, 1, 2)),
        ("P07 1 of 2.wav", Place(("P07",), None, 1, 2)),
        ("P07 part 1 of 3.wav", Place(("P07",), None, 1, 3)),
        ("P07_2 part 1.wav", Place(("P07",), 2, 1)),
        ("P07_2_pt1 Zoë 🎙.wav", Place(("P07",), 2, 1)),
        ("P06+P07 part 1 group.mp3", Place(("P06", "P07"), None, 1)),
        ("P07 part 1 2.wav", Place(("P07",), None, 1)),
    ],
)
def test_a_name_may_say_which_piece_it_is(name: str, expected: Place) -> None:
    assert place(name, PATTERN, ()) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("P07_2.m4a", Place(("P07",), 2)),
        ("P07.m4a", Place(("P07",), None)),
        ("P07 counterpart 2.m4a", Place(("P07",), None)),
        ("P07 part.m4a", Place(("P07",), None)),
        ("P07 2nd part.m4a", Place(("P07",), None)),
        ("PT02.wav", Place(("PT02",), None)),
        ("PT02_3.wav", Place(("PT02",), 3)),
    ],
)
def test_a_code_or_an_occasion_is_no_piece(name: str, expected: Place) -> None:
    assert place(name, PATTERN, ()) == expected


def test_a_pattern_of_a_studys_own_that_reads_part_as_the_occasion_keeps_its_meaning() -> None:
    pattern = r"^(?P<participants>P\d\d)(?:_part(?P<part>\d))?"
    assert place("P07_part2.wav", pattern, ()) == Place(("P07",), 2)
    assert place("P07_part2 (1 of 2).wav", pattern, ()) == Place(("P07",), 2)
    assert place("P07 1of2.wav", pattern, ()) == Place(("P07",), None, 1, 2)


@given(
    number=st.integers(1, 99),
    word=st.sampled_from(["part", "Part", "PT", "pt", "piece", "segment"]),
    before=st.sampled_from([" ", "_", "-", " - ", ".", ""]),
    between=st.sampled_from([" ", "", "_", "-", ". "]),
)
def test_every_spelling_gives_the_number_and_the_same_code(number: int, word: str, before: str, between: str) -> None:
    found = piece_in(f"P07{before}{word}{between}{number}", PATTERN)
    assert found is not None
    assert (found.rest, found.number, found.total) == ("P07", number, None)


@given(st.lists(st.integers(0, 9999), unique=True, min_size=2))
def test_a_recorders_numbers_sort_as_numbers(numbers: list[int]) -> None:
    names = sorted((f"REC{number}.wav" for number in numbers), key=recorder_order)
    assert names == [f"REC{number}.wav" for number in sorted(numbers)]
    assert len({recorder_form(name) for name in names}) == 1
