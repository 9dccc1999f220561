"""What a study knows, and in which spellings it is sought elsewhere and must not be left in shared data."""

from __future__ import annotations

import pytest

from colloquy.domain.known_names import StudyNames, forbidden_terms, is_whole_number, known_spellings
from colloquy.domain.redaction import Category, KeyEntry, RosterEntry


def never(_: str) -> bool:
    return False


def test_a_persons_names_are_forbidden_together_and_apart() -> None:
    roster = (RosterEntry(Category.PERSON, ("Dr Zebediah Quixotham", "Zeb")),)
    assert forbidden_terms(StudyNames(never, roster)) == ("Dr Zebediah Quixotham", "Quixotham", "Zeb", "Zebediah")


def test_the_key_counts_as_well_as_the_roster() -> None:
    key = (
        KeyEntry("[Person 1]", Category.PERSON, ("Zebediah's",)),
        KeyEntry("[Place 1]", Category.PLACE, ("Nether Quix",)),
    )
    assert forbidden_terms(StudyNames(never, (), key)) == ("Nether Quix", "Zebediah", "Zebediah's")


def test_parts_of_an_organisations_name_are_ordinary_words() -> None:
    roster = (RosterEntry(Category.ORGANISATION, ("Quix Medical Centre",)),)
    assert forbidden_terms(StudyNames(never, roster)) == ("Quix Medical Centre",)


def test_dates_titles_and_small_words_are_left_out() -> None:
    key = (
        KeyEntry("[date 1]", Category.DATE, ("Monday",)),
        KeyEntry("[Person 1]", Category.PERSON, ("Nurse Jo from here",)),
    )
    assert forbidden_terms(StudyNames(never, (), key)) == ("Nurse Jo from here",)


def test_guesses_and_pieces_of_numbers_are_forbidden_nowhere() -> None:
    key = (
        KeyEntry("[Person 1]", Category.PERSON, ("transference", "Zebediah"), ("transference",)),
        KeyEntry("[phone number]", Category.PHONE, ("12", "four seven six", "07700 900123")),
    )
    assert forbidden_terms(StudyNames(never, (), key)) == ("07700 900123", "Zebediah")


def test_a_word_that_is_kept_is_no_part_to_go_by() -> None:
    roster = (RosterEntry(Category.PERSON, ("April Quixotham",)),)
    names = StudyNames(never, roster, (), frozenset({"april"}))
    assert forbidden_terms(names) == ("April Quixotham", "Quixotham")


def test_names_of_everyday_words_need_their_capitals() -> None:
    key = (KeyEntry("[Person 1]", Category.PERSON, ("Will Young", "Will Quix")),)
    names = StudyNames(lambda word: word in ("will", "young"), (), key)
    needs = {known.text: known.needs_capitals for known in known_spellings(names)}
    assert needs == {"Will Young": True, "Will": True, "Young": True, "Will Quix": False, "Quix": False}


@pytest.mark.parametrize(
    ("spelling", "is_whole"),
    [
        ("12", False),
        ("four seven six", False),
        ("oh seven seven double oh", True),
        ("943 476 5919", True),
        ("M13 9PL", True),
        ("M1", False),
        ("t dot kelly at calder dot net", True),
        ("t.kelly@calder.net", True),
    ],
)
def test_only_whole_numbers_mean_the_same_elsewhere(spelling: str, is_whole: bool) -> None:
    assert is_whole_number(spelling) is is_whole
