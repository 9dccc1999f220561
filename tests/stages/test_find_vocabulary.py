from __future__ import annotations

import pytest

from colloquy.stages.find_vocabulary import as_listed, find_vocabulary

VOCABULARY = ("pwp", "iapt", "phq9", "gad7", "exampletontrust", "trust")


def spans(text: str) -> list[tuple[int, int, int]]:
    return [(term.first, term.last, term.number) for term in find_vocabulary(text.split(), VOCABULARY)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("we met", []),
        ("the pwp said iapt", [(1, 1, 0), (3, 3, 1)]),
        ("a phq 9 and gad7", [(1, 2, 2), (4, 4, 3)]),
        ("at exampleton trust", [(1, 2, 4)]),
        ("i trust them", [(1, 1, 5)]),
        ("p w p", [(0, 2, 0)]),
        ("pwpx pw", []),
    ],
)
def test_terms_are_found_however_they_are_parted(text: str, found: list[tuple[int, int, int]]) -> None:
    assert spans(text) == found


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("pwp iapt phq9", [[0, 1, 2]]),
        ("pwp and iapt phq9", [[0], [1, 2]]),
        ("iapt gad7 trust", [[1, 3, 5]]),
        ("phq9 iapt pwp", [[2], [1], [0]]),
        ("pwp pwp", [[0], [0]]),
        ("we met", []),
    ],
)
def test_a_run_has_the_order_of_the_list_and_nothing_in_between(text: str, runs: list[list[int]]) -> None:
    found = find_vocabulary(text.split(), VOCABULARY)
    assert [[term.number for term in run] for run in as_listed(found)] == runs


def test_without_a_vocabulary_nothing_is_found() -> None:
    assert find_vocabulary(["pwp"], ()) == ()
