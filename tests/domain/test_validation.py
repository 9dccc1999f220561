"""What must not be left in shared data."""

from __future__ import annotations

from colloquy.domain.redaction import Category, KeyEntry, RosterEntry
from colloquy.domain.validation import ValidationReport, Verdict, forbidden_terms


def test_a_persons_names_are_forbidden_together_and_apart() -> None:
    roster = [RosterEntry(Category.PERSON, ("Dr Zebediah Quixotham", "Zeb"))]
    assert forbidden_terms(roster, ()) == ("Dr Zebediah Quixotham", "Quixotham", "Zeb", "Zebediah")


def test_the_key_counts_as_well_as_the_roster() -> None:
    key = [
        KeyEntry("[Person 1]", Category.PERSON, ("Zebediah's",)),
        KeyEntry("[Place 1]", Category.PLACE, ("Nether Quix",)),
    ]
    assert forbidden_terms((), key) == ("Nether Quix", "Zebediah", "Zebediah's")


def test_parts_of_an_organisations_name_are_ordinary_words() -> None:
    roster = [RosterEntry(Category.ORGANISATION, ("Quix Medical Centre",))]
    assert forbidden_terms(roster, ()) == ("Quix Medical Centre",)


def test_dates_titles_and_small_words_are_left_out() -> None:
    key = [
        KeyEntry("[date 1]", Category.DATE, ("Monday",)),
        KeyEntry("[Person 1]", Category.PERSON, ("Nurse Jo from here",)),
    ]
    assert forbidden_terms((), key) == ("Nurse Jo from here",)


def test_a_report_without_a_check_has_not_passed() -> None:
    assert ValidationReport("P01", ()).verdict is Verdict.FAILED
