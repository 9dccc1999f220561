"""Replacement over whole interviews, with detectors that a test can see through."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest

from colloquy.domain.engine import EngineIdentity
from colloquy.domain.known_names import StudyNames
from colloquy.domain.redaction import Category, Finding, KeyEntry, RedactedInterview
from colloquy.domain.utterance import AttributedWord, Role, Utterance
from colloquy.errors import RedactionError
from colloquy.stages.redact import redact
from tests.redaction import NO_NAMES, SETTINGS, is_everyday, texts, utterance

LISTED, BROKEN = EngineIdentity("listed", "1"), EngineIdentity("broken", "1")


@dataclass(frozen=True)
class ListedDetector:
    """Finds the phrases that a test names."""

    phrases: dict[str, Category]
    score: float = 0.9
    known_as: dict[str, str] = field(default_factory=dict)
    identity: EngineIdentity = LISTED

    def detect(self, text: str) -> tuple[Finding, ...]:
        return tuple(
            Finding(match.start(), match.end(), category, "listed", self.score, self.known_as.get(phrase, ""))
            for phrase, category in self.phrases.items()
            for match in re.finditer(rf"(?<!\w){re.escape(phrase)}(?!\w)", text)
        )


@dataclass(frozen=True)
class BrokenDetector:
    error: Exception | None = None
    place: tuple[int, int] = (0, 0)
    identity: EngineIdentity = BROKEN

    def detect(self, text: str) -> tuple[Finding, ...]:
        if self.error is not None:
            raise self.error
        return (Finding(*self.place, Category.PERSON, "broken", 0.9),)


def redacted(
    *texts: str, find: dict[str, Category] | None = None, key: tuple[KeyEntry, ...] = (), speakers: str = ""
) -> RedactedInterview:
    utterances = tuple(
        utterance(text, number=number, speaker=speakers[number - 1] if speakers else "P01")
        for number, text in enumerate(texts, start=1)
    )
    return redact(utterances, (ListedDetector(find or {}),), StudyNames(is_everyday, key=key), SETTINGS)


SARAH = {"Sarah Whitfield": Category.PERSON}


def test_words_under_a_span_become_one_word_with_their_times_and_lowest_confidence() -> None:
    (one,) = redacted("I met Sarah Whitfield, today", find=SARAH).utterances
    assert [(word.text, word.start_ms, word.end_ms, word.confidence) for word in one.words] == [
        ("I", 0, 90, 0.9),
        ("met", 100, 190, 0.89),
        ("[Person 1],", 200, 390, 0.87),
        ("today", 400, 490, 0.86),
    ]


def test_words_without_times_and_confidence_stay_without() -> None:
    words = tuple(AttributedWord(word, None, None, None, "P01") for word in ("Sarah", "Whitfield"))
    source = Utterance("I1-u0001", "P01", Role.UNKNOWN, words, None, None)
    (one,) = redact((source,), (ListedDetector(SARAH),), NO_NAMES, SETTINGS).utterances
    assert one.words == (AttributedWord("[Person 1]", None, None, None, "P01"),)


def test_a_second_voice_on_any_word_stays_with_the_placeholder() -> None:
    words = (AttributedWord("Sarah", 0, 9, 0.5, "P01"), AttributedWord("Whitfield", 10, 19, 0.5, "P01", "INT"))
    source = Utterance("I1-u0001", "P01", Role.UNKNOWN, words, 0, 19)
    (one,) = redact((source,), (ListedDetector(SARAH),), NO_NAMES, SETTINGS).utterances
    assert one.words[0].second_speaker == "INT"


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        ("from Leeds.", "from [Place 1].", "a full stop stays"),
        ("(Leeds) it was", "([Place 1]) it was", "brackets stay"),
        ("Leeds's team", "[Place 1]'s team", "a possessive stays"),
        ("Leeds’s team", "[Place 1]’s team", "a curly possessive stays"),
        ("a Leeds-based team", "a [Place 1]-based team", "what a hyphen joins stays"),
        ("“Leeds”, he said", "“[Place 1]”, he said", "quotation marks stay"),
        ("Leeds/Leeds", "[Place 1]/[Place 1]", "two in one word"),
    ],
)
def test_what_is_no_part_of_the_identifier_stays(text: str, expected: str, reason: str) -> None:
    assert texts(redacted(text, find={"Leeds": Category.PLACE})) == [expected], reason


def test_a_place_within_a_word_takes_the_whole_word() -> None:
    detectors = (BrokenDetector(place=(1, 3)),)
    assert redact((utterance("Sarah came"),), detectors, NO_NAMES, SETTINGS).utterances[0].text == "[Person 1] came"


def test_the_log_points_at_the_placeholders_in_the_new_text() -> None:
    find = SARAH | {"Leeds": Category.PLACE}
    interview = redacted("Sarah Whitfield's friend from Leeds. Sarah Whitfield left Leeds", find=find)
    (one,) = interview.utterances
    assert one.text == "[Person 1]'s friend from [Place 1]. [Person 1] left [Place 1]"
    assert [one.text[log.start : log.end] for log in interview.redactions] == [
        log.placeholder for log in interview.redactions
    ]
    assert [log.redaction_id for log in interview.redactions] == [f"I1-u0001-r0{n}" for n in (1, 2, 3, 4)]
    assert "Whitfield" not in repr(interview)


def test_words_and_text_agree_and_untouched_words_are_the_same() -> None:
    source = utterance("well I met Sarah Whitfield there")
    (one,) = redact((source,), (ListedDetector(SARAH),), NO_NAMES, SETTINGS).utterances
    assert one.text == " ".join(word.text for word in one.words)
    assert (one.words[:3], one.words[4:]) == (source.words[:3], source.words[5:])
    assert (one.utterance_id, one.speaker, one.role, one.start_ms, one.end_ms) == (
        "I1-u0001",
        "P01",
        source.role,
        0,
        600,
    )


def test_overlapping_findings_become_their_union_named_by_the_longest() -> None:
    find = {"University of Leeds": Category.ORGANISATION, "Leeds Whitfield": Category.PERSON, "Leeds": Category.PLACE}
    assert texts(redacted("at University of Leeds Whitfield now", find=find)) == ["at [Organisation 1] now"]


def test_findings_below_the_lowest_score_are_dropped() -> None:
    strict = SETTINGS.model_copy(update={"lowest_score": 0.95})
    (one,) = redact((utterance("Sarah Whitfield"),), (ListedDetector(SARAH),), NO_NAMES, strict).utterances
    assert one.text == "Sarah Whitfield"


@pytest.mark.parametrize(
    ("first", "later", "reason"),
    [
        ("Sarah Whitfield", "Sarah", "the first name alone"),
        ("Sarah Whitfield", "Whitfield", "the surname alone"),
        ("Sarah Whitfield", "SARAH WHITFIELD", "another case"),
        ("Sarah Whitfield", "Sarah Jane Whitfield", "a middle name"),
        ("Sarah", "Sarah Whitfield", "the full name after the first name"),
    ],
)
def test_variants_of_a_name_are_one_person(first: str, later: str, reason: str) -> None:
    find = {first: Category.PERSON, later: Category.PERSON}
    interview = redacted(f"we met {first} once", f"then we met {later} again", find=find)
    assert [log.placeholder for log in interview.redactions] == ["[Person 1]", "[Person 1]"], reason
    assert interview.key == (KeyEntry("[Person 1]", Category.PERSON, (first, later)),)


def test_people_with_one_first_name_are_two_and_the_name_alone_is_the_last_one() -> None:
    find = dict.fromkeys(("Sarah Whitfield", "Sarah Bell", "Sarah"), Category.PERSON)
    interview = redacted("met Sarah Whitfield and Sarah Bell", "then Sarah came", find=find)
    assert texts(interview) == ["met [Person 1] and [Person 2]", "then [Person 2] came"]


def test_the_key_goes_on_where_it_was_and_keeps_its_entries() -> None:
    key = (
        KeyEntry("[Person 7]", Category.PERSON, ("Sarah Whitfield",)),
        KeyEntry("[Place 1]", Category.PLACE, ("Leeds",)),
    )
    find = dict.fromkeys(("Sarah", "Anna Novak"), Category.PERSON) | {"leeds": Category.PLACE}
    interview = redacted("so Sarah and Anna Novak in leeds", find=find, key=key)
    assert texts(interview) == ["so [Person 7] and [Person 8] in [Place 1]"]
    assert [entry.placeholder for entry in interview.key] == ["[Person 7]", "[Place 1]", "[Person 8]"]
    assert interview.key[0].originals == ("Sarah Whitfield", "Sarah")


def test_a_misspelling_that_the_roster_knows_is_the_same_person() -> None:
    detector = ListedDetector(
        {"Neve": Category.PERSON, "Niamh Kelly": Category.PERSON}, known_as={"Neve": "Niamh Kelly"}
    )
    interview = redact((utterance("so Neve and Niamh Kelly"),), (detector,), NO_NAMES, SETTINGS)
    assert texts(interview) == ["so [Person 1] and [Person 1]"]
    assert interview.key[0].originals == ("Niamh Kelly", "Neve")


def test_numbers_have_no_counter() -> None:
    find = {"one two": Category.PHONE, "three four": Category.PHONE}
    interview = redacted("one two or three four.", find=find)
    assert texts(interview) == ["[phone number] or [phone number]."]
    assert interview.key == (KeyEntry("[phone number]", Category.PHONE, ("one two", "three four")),)


def test_a_name_found_once_is_sought_everywhere() -> None:
    find = {"Joan Bell": Category.PERSON}
    interview = redacted(
        "a colleague, Joan Bell, said", "Joan rang. So JOAN BELL came", "the bell rang. Bell it was", find=find
    )
    assert texts(interview) == [
        "a colleague, [Person 1], said",
        "[Person 1] rang. So [Person 1] came",
        "the bell rang. Bell it was",
    ]


def test_what_a_detector_found_keeps_its_source() -> None:
    interview = redacted("so Joan Bell", "then Joan Bell", "Joan", find={"Joan Bell": Category.PERSON})
    assert [log.source for log in interview.redactions] == ["listed", "listed", "known:again"]


def test_a_name_of_the_key_is_sought_in_later_interviews() -> None:
    key = (KeyEntry("[Organisation 4]", Category.ORGANISATION, ("Turning Point",)),)
    assert texts(redacted("at turning point now", key=key)) == ["at [Organisation 4] now"]


def test_a_number_over_two_turns_is_found() -> None:
    find = {"nine four three four seven six": Category.NHS_NUMBER}
    interview = redacted("it is nine four three,", "mm", "four seven six. Right", find=find, speakers="AIA")
    assert texts(interview) == ["it is [NHS number],", "mm", "[NHS number]. Right"]


def test_a_name_over_two_turns_is_not_joined() -> None:
    interview = redacted("I met Sarah", "Whitfield said so", find={"Sarah Whitfield": Category.PERSON})
    assert texts(interview) == ["I met Sarah", "Whitfield said so"]


def test_a_detector_that_fails_stops_everything_and_its_message_is_not_quoted() -> None:
    detectors = (ListedDetector({}), BrokenDetector(KeyError("Sarah Whitfield")))
    with pytest.raises(RedactionError, match=r"broken stopped with KeyError") as caught:
        redact((utterance("Sarah Whitfield"),), detectors, NO_NAMES, SETTINGS)
    assert "Whitfield" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("place", [(-1, 2), (0, 99), (4, 2)])
def test_a_place_outside_of_the_text_stops_everything(place: tuple[int, int]) -> None:
    with pytest.raises(RedactionError, match="outside of the text"):
        redact((utterance("Sarah came"),), (BrokenDetector(place=place),), NO_NAMES, SETTINGS)


def test_no_detector_at_all_stops_everything() -> None:
    with pytest.raises(RedactionError, match="none is named"):
        redact((utterance("Sarah came"),), (), NO_NAMES, SETTINGS)


def test_nothing_said_is_nothing_redacted() -> None:
    assert redact((), (ListedDetector({}),), NO_NAMES, SETTINGS) == RedactedInterview((), (), ())
    empty = Utterance("I1-u0001", "P01", Role.UNKNOWN, (), None, None)
    assert redact((empty,), (ListedDetector({}),), NO_NAMES, SETTINGS).utterances == (empty,)
