"""One contract for every registered detector, then each rule against its golden table."""

from __future__ import annotations

import json
import logging
import socket
import time
from functools import cache
from pathlib import Path

import pytest

from colloquy.domain.redaction import Category, RosterEntry
from colloquy.engines import detect_names, detect_roster, presidio
from colloquy.engines.registry import DETECTORS, make_detectors
from colloquy.engines.sound_code import sound_code
from colloquy.errors import RedactionError
from colloquy.protocols import PersonalDataDetector
from colloquy.settings import configs_folder, load_settings, read_toml
from colloquy.settings.redaction_language import DetectionContext, PatternRule, RedactionLanguage
from colloquy.stages.resolve_findings import resolve_findings

GOLDEN = Path(__file__).parents[1] / "golden" / "redact"
ROSTER = (
    RosterEntry(Category.PERSON, ("Niamh Kelly", "Neevy")),
    RosterEntry(Category.PERSON, ("Sarah Whitfield",)),
    RosterEntry(Category.PERSON, ("Rose Young",)),
    RosterEntry(Category.PERSON, ("Theresa May",)),
    RosterEntry(Category.ORGANISATION, ("Northbridge Talking Therapies",)),
    RosterEntry(Category.PLACE, ("Slaithwaite",)),
)
HOSTILE = {
    "nothing": "",
    "blanks": " \n\t ",
    "brackets": "[[[[((((Sarah))))]]]]",
    "right to left": "\u200fSarah\u202e Whitfield\u200e",
    "emoji": "\U0001f600 Sarah \U0001f469\u200d\u2695\ufe0f Leeds",
    "curly quotes": "“Sarah’s” ‘Leeds’",
    "combining": "Sa\u0301rah e\u0301",
    "placeholders": "[Person 1] and [Place 2].",
    "ends in a cue": "my name is",
    "ends in a double": "double",
    "ends in at": "at dot at",
    "digits of other scripts": "٠٧٧٠٠٩٠٠١٢٣ ²³",
}


@cache
def context(roster: tuple[RosterEntry, ...] = ROSTER) -> DetectionContext:
    return DetectionContext(read_toml(RedactionLanguage, configs_folder() / "redaction" / "en-GB.toml"), roster)


@cache
def detectors() -> dict[str, PersonalDataDetector]:
    settings = load_settings()
    every = settings.redaction.model_copy(update={"detectors": tuple(DETECTORS)})
    made = make_detectors(settings.model_copy(update={"redaction": every}), context())
    return dict(zip(DETECTORS, made, strict=True))


def rows(*names: str) -> list[object]:
    return [
        pytest.param(row, id=f"{name}: {row['reason']}")
        for name in names
        for row in json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    ]


def check(row: dict[str, object], detector: PersonalDataDetector) -> None:
    text = str(row["text"])
    found = resolve_findings(text, detector.detect(text), 0.3)
    assert [[one.category.value, text[one.start : one.end]] for one in found] == row["expected"]


@pytest.mark.parametrize("name", DETECTORS)
def test_identity_names_the_detector_and_repr_holds_no_name(name: str) -> None:
    detector = detectors()[name]
    assert detector.identity.name == name
    assert detector.identity.version
    assert "Whitfield" not in repr(detector)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("name", DETECTORS)
def test_places_lie_within_any_text_and_are_the_same_each_time(name: str, text: str) -> None:
    findings = detectors()[name].detect(text)
    assert all(0 <= one.start < one.end <= len(text) and 0 < one.score <= 1 and one.source for one in findings)
    assert findings == detectors()[name].detect(text)


@pytest.mark.parametrize("piece", ["A", "A ", "1 ", "one ", "Sarah ", "a dot ", "[", "“", "\u200f", "x@", "um "])
@pytest.mark.parametrize("name", DETECTORS)
def test_time_does_not_grow_with_the_square_of_the_length(name: str, piece: str) -> None:
    detector = detectors()[name]

    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        taken = []
        for _ in range(3):
            begin = time.process_time()
            detector.detect(text)
            taken.append(time.process_time() - begin)
        return min(taken)

    assert seconds(12_000) < 32 * max(seconds(1_500), 0.003)  # eight times the length; its square would be 64


@pytest.mark.parametrize("row", rows("spoken", "spoken_stays"))
def test_spoken_forms(row: dict[str, object]) -> None:
    check(row, detectors()["spoken"])


@pytest.mark.parametrize("row", rows("names", "names_stay"))
def test_names(row: dict[str, object]) -> None:
    check(row, detectors()["names"])


@pytest.mark.parametrize("row", rows("patterns", "patterns_stay"))
def test_patterns(row: dict[str, object]) -> None:
    check(row, detectors()["patterns"])


@pytest.mark.parametrize("row", rows("roster"))
def test_roster(row: dict[str, object]) -> None:
    check(row, detectors()["roster"])


def test_roster_tells_whom_a_misspelling_means() -> None:
    assert {one.known_as for one in detectors()["roster"].detect("I met Neve and Witfield")} == {
        "Niamh Kelly",
        "Sarah Whitfield",
    }


def test_an_empty_roster_finds_nothing() -> None:
    detector = detect_roster.make(load_settings().redaction, context(()))
    assert detector.detect("Sarah Whitfield of Leeds") == ()


@pytest.mark.parametrize("category", [Category.ORGANISATION, Category.PLACE])
def test_an_entry_of_everyday_words_is_found_whole_and_only_whole(category: Category) -> None:
    detector = detect_roster.make(load_settings().redaction, context((RosterEntry(category, ("Good Year",)),)))
    text = "it was a good spring when I worked at good year, Goodyear they said"
    assert [text[one.start : one.end] for one in detector.detect(text)] == ["good year"]


@pytest.mark.parametrize(
    ("text", "found"),
    [("I rang MIND today", ["MIND"]), ("I rang Mind today", ["Mind"]), ("I do mind. Mind you, I do", [])],
)
def test_an_everyday_name_needs_a_capital_of_its_own(text: str, found: list[str]) -> None:
    roster = (RosterEntry(Category.ORGANISATION, ("Mind",)),)
    detector = detect_roster.make(load_settings().redaction, context(roster))
    assert [text[one.start : one.end] for one in detector.detect(text)] == found


def test_a_name_with_the_word_after_it_is_found_at_the_start_of_a_sentence() -> None:
    """What the check `no-everyday-names` tells the team to do."""
    roster = (RosterEntry(Category.PERSON, ("Will", "Will came")),)
    (found,) = detect_roster.make(load_settings().redaction, context(roster)).detect("Will came too. Will you?")
    assert (found.start, found.end) == (0, len("Will came"))


def test_another_roster_is_another_identity() -> None:
    settings = load_settings().redaction
    assert detect_roster.make(settings, context(())).identity != detect_roster.make(settings, context()).identity


def test_a_spelled_name_is_known_by_its_letters() -> None:
    (found,) = detectors()["spoken"].detect("that's M-A-double-R")
    assert found.known_as == "Marr"


def test_patterns_score_as_the_language_file_says() -> None:
    rules = {"UK_POSTCODE": PatternRule(category=Category.PLACE, score=0.11)}
    language = context().language.model_copy(update={"patterns": rules})
    (found,) = presidio.make(load_settings().redaction, DetectionContext(language)).detect("M13 9PL")
    assert (found.category, found.score) == (Category.PLACE, 0.11)


def test_an_unknown_pattern_is_refused() -> None:
    rules = {"UK_SHOE_SIZE": PatternRule(category=Category.OTHER_NUMBER, score=0.5)}
    language = context().language.model_copy(update={"patterns": rules})
    detector = presidio.make(load_settings().redaction, DetectionContext(language))
    with pytest.raises(RedactionError, match="UK_SHOE_SIZE"):
        detector.detect("size nine")


def test_a_pattern_that_is_given_up_on_stops_everything() -> None:
    detectors()
    with pytest.raises(RedactionError, match="too long"):
        logging.getLogger("presidio-analyzer").warning(
            "Regex pattern '%s' timed out after %s seconds, skipping.", "x", 60
        )


def test_patterns_ask_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert detectors()["patterns"].detect("t.kelly@calder.nhs.net and www.example.org")


def test_names_need_their_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    from colloquy.engines import common_words

    monkeypatch.setattr(common_words, "find_spec", lambda _: None)
    caches = (common_words._ranks, common_words.is_common, common_words.is_everyday)
    for cached in caches:
        cached.cache_clear()
    try:
        with pytest.raises(RedactionError, match="vocabulary"):
            detect_names.make(load_settings().redaction, context()).detect("Quite Anybody")
    finally:
        monkeypatch.undo()
        for cached in caches:
            cached.cache_clear()


@pytest.mark.parametrize(
    ("name", "misheard"),
    [("Niamh", "Neve"), ("Siobhan", "Shivawn"), ("Kathryn", "Catherine"), ("Stephen", "Steven"), ("Shaun", "Sean")],
)
def test_names_that_sound_alike_have_one_code(name: str, misheard: str) -> None:
    assert sound_code(name) == sound_code(misheard) != ""
