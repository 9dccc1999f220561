"""What the second look at the text must find, and what it must leave alone."""

from __future__ import annotations

import pytest

from colloquy.engines.great_expectations_text import ForbiddenTerms, holds_address, holds_number, loop_starts
from colloquy.settings import configs_folder, read_toml
from colloquy.settings.expectations import Expectations

LIMITS = read_toml(Expectations, configs_folder() / "expectations.toml")


@pytest.mark.parametrize(
    "text",
    [
        "ring 07700 900123",
        "ring 0 7 7 0 0 9 0 0",
        "it's +44 (0)7700 900-123.",
        "the NHS number is 485 777 3456",
        "485, 777, 3456",
        "oh double seven double oh, nine double oh, one two three",
        "four eight five um seven seven er seven three",
        "oh seven seven hundred nine hundred one two three",
        "zero 7 seven 0 zero nine",
    ],
)
def test_long_numbers_are_found_however_they_are_said(text: str) -> None:
    assert holds_number(text, LIMITS.leaks)


@pytest.mark.parametrize(
    "text",
    [
        "in 2019, 2020 and 2021",
        "one, two, three, four, five, six, seven",
        "10, 20, 30, 40, 50",
        "fifteen, twenty, twenty-five, thirty people",
        "fifty thousand three hundred and twenty-five pounds",
        "oh, oh, oh, oh, oh, oh, no",
        "born on 12/05/1975",
        "one of the two went to three",
        "[Person 12] [Person 13] [Person 14] [Person 15]",
    ],
)
def test_ordinary_numbers_are_left_alone(text: str) -> None:
    assert not holds_number(text, LIMITS.leaks)


def test_the_limits_on_digits_change_the_outcome() -> None:
    looser = LIMITS.leaks.model_copy(update={"most_single_digits": 20, "most_digits": 20})
    assert not holds_number("four eight five seven seven seven three", looser)
    assert not holds_number("07700 900123", looser)


@pytest.mark.parametrize(
    "text",
    [
        "sam.jones@hub.nhs.uk",
        "sam @ hub.org",
        "sam dot jones at nhs dot net",
        "LS6 2AB",
        "m145tp",
        "L S six, two A B",
        "LS six two AB",
        "M fourteen, five T P",
        "e c one a one b b",
    ],
)
def test_addresses_are_found_written_and_spoken(text: str) -> None:
    assert holds_address(f"it is {text} I think")


@pytest.mark.parametrize(
    "text",
    [
        "vitamin B12 3rd time",
        "we met at the hub",
        "I have one or two at home",
        "a two three year wait",
        "look at the dot on it",
        "is it one two or three",
    ],
)
def test_ordinary_talk_is_no_address(text: str) -> None:
    assert not holds_address(text)


@pytest.mark.parametrize("text", ["ZOË came", "Zoe's", "(zoë)", "smith  jones", "Smith-Jones,"])
def test_names_are_found_whatever_case_accents_and_hyphens(text: str) -> None:
    assert ForbiddenTerms(["Zoë", "Smith-Jones"], []).stand_in(text)


def test_a_name_inside_another_word_is_no_name() -> None:
    assert not ForbiddenTerms(["Ann"], []).stand_in("annual planning")


def test_everyday_names_follow_the_list_in_the_settings() -> None:
    text = "under the ivy"
    assert not ForbiddenTerms(["Ivy"], ["Ivy"]).stand_in(text)
    assert ForbiddenTerms(["Ivy"], []).stand_in(text)
    assert ForbiddenTerms(["Ivy"], ["Ivy"]).may_begin_a_sentence_in("Yes. Ivy came")


@pytest.mark.parametrize("text", ["He is a nice guy", "they drew a mark", "with grace"])
def test_an_everyday_word_in_small_letters_is_no_leak_of_a_name(text: str) -> None:
    terms = ForbiddenTerms(["Guy Thomas", "Guy", "Thomas", "Drew", "Grace", "Mark"], [])
    assert not terms.stand_in(text)
    assert not terms.may_begin_a_sentence_in(text)


@pytest.mark.parametrize("text", ["then Guy came", "ask GUY about it", "guy thomas came", "then thomas came"])
def test_a_name_that_is_an_everyday_word_is_found_by_its_capital_or_in_full(text: str) -> None:
    assert ForbiddenTerms(["Guy Thomas", "Guy", "Thomas"], []).stand_in(text)


@pytest.mark.parametrize("text", ["Guy came", "Yes. Guy came", "She said: Guy came", "“Guy came”", "NOTES ON GUY CAMP"])
def test_a_capital_that_proves_nothing_is_for_a_person_to_read(text: str) -> None:
    terms = ForbiddenTerms(["Guy"], [])
    assert not terms.stand_in(text)
    assert terms.may_begin_a_sentence_in(text)


@pytest.mark.parametrize("name", ["Heather", "Glen", "Hazel", "Robin"])
def test_names_of_plants_and_places_are_listed_as_everyday(name: str) -> None:
    terms = ForbiddenTerms([name], LIMITS.leaks.everyday_names)
    assert not terms.stand_in(f"the {name.lower()} there")
    assert terms.stand_in(f"then {name} came")


def test_everyday_names_count_in_ids_in_any_case() -> None:
    assert ForbiddenTerms(["Will"], ["Will"]).stand_in_label("will_u0001")


def test_without_terms_nothing_is_forbidden() -> None:
    assert not ForbiddenTerms(["", " ", "x"], []).stand_in("x marks the spot")


def test_a_loop_is_marked_where_it_begins() -> None:
    words = ["well", "I", "think", "so.", "I", "think", "so.", "I", "think", "so,", "I", "think", "so", "and", "on"]
    assert [index for index, starts in enumerate(loop_starts(words, LIMITS.loops)) if starts] == [1]


def test_a_loop_at_the_very_end_is_found() -> None:
    assert any(loop_starts(["yes", *["thank", "you"] * 5], LIMITS.loops))


def test_emphasis_is_no_loop() -> None:
    assert not any(
        loop_starts(["no", "no", "no", "no", "no,", "that", "is", "that,", "that", "is", "that"], LIMITS.loops)
    )


def test_the_limits_on_loops_change_the_outcome() -> None:
    phrase, word = ["I", "think", "so", "I", "think", "so"], ["no", "no", "no"]
    stricter = LIMITS.loops.model_copy(update={"most_repeats": 1, "most_word_repeats": 2})
    assert any(loop_starts(phrase, stricter))
    assert any(loop_starts(word, stricter))
    shorter = stricter.model_copy(update={"longest_phrase_words": 2})
    assert not any(loop_starts(phrase, shorter))
