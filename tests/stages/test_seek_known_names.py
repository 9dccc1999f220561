"""What the study has learnt of, in whatever shape it stands elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from colloquy.domain.engine import EngineIdentity
from colloquy.domain.known_names import StudyNames, forbidden_terms
from colloquy.domain.redaction import Category, Finding, KeyEntry, RosterEntry
from colloquy.engines.great_expectations_text import ForbiddenTerms
from colloquy.stages.redact import knows_more, redact
from colloquy.stages.resolve_findings import resolve_findings
from colloquy.stages.seek_known_names import seek_known_names
from tests.redaction import SETTINGS, is_everyday, utterance

NONE = EngineIdentity("none", "1")


@dataclass(frozen=True)
class NoDetector:
    identity: EngineIdentity = NONE

    def detect(self, text: str) -> tuple[Finding, ...]:
        return ()


KEY = (
    KeyEntry("[Person 1]", Category.PERSON, ("Zoë Okonkwo-Hart", "Grace Whitfield")),
    KeyEntry("[Person 2]", Category.PERSON, ("Will Young", "transference"), ("transference",)),
    KeyEntry("[Place 1]", Category.PLACE, ("Rochdale", "Wells", "Ely")),
    KeyEntry("[phone number]", Category.PHONE, ("oh seven seven, double oh nine", "12", "four seven six")),
    KeyEntry("[date]", Category.DATE, ("Friday",)),
)

ROSTER = (RosterEntry(Category.PERSON, ("Mark Oduya",)),)
NAMES = StudyNames(is_everyday, ROSTER, KEY, frozenset({"april"}))


def found(text: str) -> list[str]:
    (findings,) = seek_known_names((text,), ((),), NAMES)
    return [text[one.start : one.end] for one in resolve_findings(text, findings, 0.0)]


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        ("I went to rochdale then", ["rochdale"], "a rare name counts in small letters"),
        ("it is ELY, or ely", ["ELY", "ely"], "short names and shouted ones too"),
        ("we met zoe and Zoë", ["zoe", "Zoë"], "accents do not matter"),
        ("then whitfield came, and okonkwo-hart", ["whitfield", "okonkwo-hart"], "a surname by itself"),
        ("so Grace came", ["Grace"], "an everyday word with a capital of its own"),
        ("with grace and two wells", [], "an everyday word in small letters is itself"),
        ("Wells are dug. The wells are deep.", [], "at the start of a sentence the same text tells"),
        ("call oh seven seven double oh nine now", ["oh seven seven double oh nine"], "a number said again"),
        ("on Friday", [], "a weekday is itself elsewhere"),
        ("Mark never came. Mark? No.", ["Mark", "Mark"], "a listed name may begin a sentence"),
        ("Mark that. I mark it.", [], "where the text has the word, a sentence's capital says nothing"),
        ("so Will Young came", ["Will Young"], "a name of everyday words with its capitals"),
        ("when will young people come", [], "and in small letters it is everyday language"),
        ("so Will. Young people are young", ["Will"], "a sentence's end parts a name"),
        ("the transference was strong", [], "a guess from elsewhere is a word here"),
        ("I was 12, of four seven six", [], "pieces of a number are ordinary numbers here"),
        ("nothing here", [], "nothing"),
    ],
)
def test_what_is_known_is_sought_as_people_and_recognisers_write_it(
    text: str, expected: list[str], reason: str
) -> None:
    assert found(text) == expected, reason


@pytest.mark.parametrize(
    "text",
    [
        "I went to rochdale then",
        "so Grace came to Wells",
        "zoë and okonkwo hart",
        "Okonkwo-Hart's team in ely",
        "Oh seven seven, double oh nine.",
        "WHITFIELD",
        "Whitfield’s",
        "Will Young",
        "so Mark came",
    ],
)
def test_nothing_is_left_that_the_check_would_refuse(text: str) -> None:
    """The check has its own rules; what redaction passes over and the check refuses would fail for ever."""
    check = ForbiddenTerms(forbidden_terms(NAMES), ())
    assert check.stand_in(text)
    (findings,) = seek_known_names((text,), ((),), NAMES)
    for one in sorted(findings, key=lambda one: -one.end):
        text = text[: one.start] + "[]" + text[one.end :]
    assert not check.stand_in(text)


def test_it_is_the_same_person_in_every_spelling() -> None:
    texts = ("we met zoe okonkwo hart", "Okonkwo-Hart came", "and Zoe too")
    utterances = tuple(utterance(text, number=number) for number, text in enumerate(texts, start=1))
    redacted = redact(utterances, (NoDetector(),), NAMES, SETTINGS)
    assert [one.text for one in redacted.utterances] == ["we met [Person 1]", "[Person 1] came", "and [Person 1] too"]


def test_no_setting_lets_a_known_name_through() -> None:
    strict = SETTINGS.model_copy(update={"lowest_score": 0.95})
    redacted = redact((utterance("it was zoe okonkwo hart"),), (NoDetector(),), NAMES, strict)
    assert redacted.utterances[0].text == "it was [Person 1]"
    assert not knows_more(redacted, NAMES)
