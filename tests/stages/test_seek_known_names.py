"""What the study has learnt of, in whatever shape it stands elsewhere."""

from __future__ import annotations

import pytest

from colloquy.domain.redaction import Category, KeyEntry
from colloquy.domain.validation import forbidden_terms
from colloquy.engines.great_expectations_text import ForbiddenTerms
from colloquy.stages.seek_known_names import seek_known_names
from tests.redaction import is_everyday

KEY = (
    KeyEntry("[Person 1]", Category.PERSON, ("Zoë Okonkwo-Hart", "Grace Whitfield")),
    KeyEntry("[Place 1]", Category.PLACE, ("Rochdale", "Wells", "Ely")),
    KeyEntry("[phone]", Category.PHONE, ("oh seven seven, double oh nine",)),
    KeyEntry("[date]", Category.DATE, ("Friday",)),
)


def found(text: str) -> list[str]:
    (findings,) = seek_known_names((text,), ((),), KEY, is_everyday)
    return [text[one.start : one.end] for one in findings]


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
    ],
)
def test_nothing_is_left_that_the_check_would_refuse(text: str) -> None:
    """The check has its own rules; what redaction passes over and the check refuses would fail for ever."""
    check = ForbiddenTerms(forbidden_terms((), KEY), ())
    assert check.stand_in(text)
    (findings,) = seek_known_names((text,), ((),), KEY, is_everyday)
    for one in sorted(findings, key=lambda one: -one.end):
        text = text[: one.start] + "[]" + text[one.end :]
    assert not check.stand_in(text)
