"""Every rule of the readable level with its cases, and the marks of the full one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colloquy.domain.interview import SourceKind
from colloquy.domain.redaction import Category, Redaction
from colloquy.domain.utterance import AttributedWord, Role, Utterance
from colloquy.engines.great_expectations_verbatim import full_adds_marks_alone, intelligent_leaves_out_alone
from colloquy.errors import SettingsError
from colloquy.settings import load_settings, read_verbatim_style
from colloquy.stages.intelligent_verbatim import intelligent_verbatim
from colloquy.stages.verbatim_tokens import Token, joined_text
from colloquy.stages.write_verbatim import VerbatimTexts, write_verbatim
from tests.sample_study import VERBATIM, sample_tables

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "verbatim"
CASES = [(path.stem, case) for path in sorted(GOLDEN.glob("*.json")) for case in json.loads(path.read_bytes())]
TABLES = sample_tables()
WORD_MS = 300


def tokens(text: str) -> list[Token]:
    return [Token(word, word.startswith("[")) for word in re.findall(r"\[[^\]]*\]\S*|\S+", text)]


def readable(text: str) -> str:
    return joined_text(intelligent_verbatim(tokens(text), VERBATIM.language))


@pytest.mark.parametrize(("rule", "case"), CASES, ids=lambda value: value if isinstance(value, str) else None)
def test_each_rule_leaves_out_what_says_nothing_and_no_more(rule: str, case: dict[str, str]) -> None:
    assert readable(case["said"]) == case["left"], rule


def test_what_is_readable_already_is_left_alone() -> None:
    for _, case in CASES:
        assert readable(case["left"]) == case["left"]


SAID = st.lists(
    st.sampled_from(
        [
            "um",
            "Um,",
            "er.",
            "I",
            "I,",
            "the",
            "The",
            "you know,",
            "w-w-when",
            "th-",
            "was",
            "it",
            "hard.",
            "[Person 1],",
        ]
    ),
    max_size=14,
).map(" ".join)


@given(SAID)
def test_nothing_is_added_nothing_moved_and_no_placeholder_lost(text: str) -> None:
    left = readable(text)
    tables = replace(TABLES, utterances=(replace(TABLES.utterances[0], text=text, text_intelligent=left),))
    assert intelligent_leaves_out_alone(tables) == [True]
    assert left.count("[Person 1]") == text.count("[Person 1]")


def utterance(*words: tuple[str, int, float], number: int = 1, second: str | None = None) -> Utterance:
    """Words with their start in ms and their confidence, each of WORD_MS."""
    said = tuple(AttributedWord(text, start, start + WORD_MS, sure, "P01", second) for text, start, sure in words)
    return Utterance(f"P01-u{number:04d}", "P01", Role.PARTICIPANT, said, said[0].start_ms, said[-1].end_ms)


def written(*utterances: Utterance, kind: SourceKind = SourceKind.RECORDING) -> list[VerbatimTexts]:
    return write_verbatim(utterances, {}, kind, VERBATIM)


def test_pauses_are_seconds_to_one_place_within_and_before_an_utterance() -> None:
    first = utterance(("I", 0, 0.9), ("see.", 1299, 0.9), ("Then", 2899, 0.9))
    second = utterance(("Yes.", 6199, 0.9), number=2)
    assert [texts.full for texts in written(first, second)] == ["I see. (1.3) Then", "(3.0) Yes."]


def test_a_pause_is_counted_from_whoever_spoke_last() -> None:
    long = utterance(("Yes", 0, 0.9), ("indeed.", 4000, 0.9))
    within = utterance(("Mm.", 2000, 0.9), number=2)
    after = utterance(("So", 4500, 0.9), number=3)
    assert [texts.full for texts in written(long, within, after)] == ["Yes (3.7) indeed.", "Mm.", "So"]


def test_an_overlap_is_marked_where_it_begins() -> None:
    words = [AttributedWord(text, 300 * n, 300 * n + 300, 0.9, "P01") for n, text in enumerate("abcde")]
    words[1:3] = [replace(word, second_speaker="INT") for word in words[1:3]]
    words[4] = replace(words[4], second_speaker="INT")
    (texts,) = written(Utterance("P01-u0001", "P01", Role.PARTICIPANT, tuple(words), 0, 1500))
    assert (texts.full, texts.intelligent) == ("a [overlap] b c d [overlap] e", "a b c d e")


def test_a_third_voice_that_begins_in_an_overlap_is_marked_too() -> None:
    words = [AttributedWord(text, 300 * n, 300 * n + 300, 0.9, "P01") for n, text in enumerate("abcd")]
    words[1:4] = [replace(word, second_speaker=who) for word, who in zip(words[1:], ("P02", "P02", "P03"), strict=True)]
    (texts,) = written(Utterance("P01-u0001", "P01", Role.PARTICIPANT, tuple(words), 0, 1200))
    assert texts.full == "a [overlap] b c [overlap] d"


def test_unsure_words_in_a_row_are_inaudible_in_both_levels_with_their_time() -> None:
    at = 723_000
    words = [("Then", at - 300, 0.9), *((f"x{n}", at + 300 * n, 0.1) for n in range(2)), ("y,", at + 600, 0.19)]
    (texts,) = written(utterance(*words, ("she", at + 900, 0.9)))
    assert texts == VerbatimTexts("Then [inaudible 00:12:03], she", "Then [inaudible 00:12:03], she", 3)


def test_an_inaudible_passage_is_no_pause_and_may_hold_an_overlap() -> None:
    unsure = [AttributedWord("x", 300 * n, 300 * n + 300, 0.1, "P01", "INT" if n > 6 else None) for n in range(13)]
    sure = AttributedWord("she", 4_000, 4_300, 0.9, "P01", "INT")
    (texts,) = written(Utterance("P01-u0001", "P01", Role.PARTICIPANT, (*unsure, sure), 0, 4_300))
    assert texts.full == "[overlap] [inaudible 00:00:00] she"


def test_one_or_two_unsure_words_stay() -> None:
    (texts,) = written(utterance(("a", 0, 0.9), ("b", 300, 0.0), ("c", 600, 0.0), ("d", 900, 0.9)))
    assert texts == VerbatimTexts("a b c d", "a b c d", 0)


def test_a_placeholder_is_never_inaudible_and_never_left_out() -> None:
    said = utterance(*((text, 300 * n, 0.0) for n, text in enumerate(["um", "[Person 1]", "um", "um", "um", "so"])))
    log = Redaction("r1", said.utterance_id, 3, 13, Category.PERSON, "[Person 1]", "roster", 1.0)
    (texts,) = write_verbatim([said], {said.utterance_id: [log]}, SourceKind.RECORDING, VERBATIM)
    assert texts == VerbatimTexts("um [Person 1] [inaudible 00:00:00]", "[Person 1] [inaudible 00:00:00]", 4)


def test_what_somebody_wrote_is_left_as_it_is_and_a_ready_made_transcript_has_levels_without_times() -> None:
    words = tuple(AttributedWord(text, None, None, None, "P01") for text in ["Um", "I", "I", "wrote"])
    said = Utterance("P01-u0001", "P01", Role.PARTICIPANT, words, None, None)
    assert written(said, kind=SourceKind.DOCUMENT) == [VerbatimTexts("Um I I wrote", "Um I I wrote", 0)]
    assert written(said, kind=SourceKind.TRANSCRIPT) == [VerbatimTexts("Um I I wrote", "I wrote", 0)]


def test_a_level_that_says_something_else_is_found() -> None:
    tables = sample_tables()
    row = tables.utterances[0]

    def found(**changes: str | int) -> tuple[bool, bool]:
        changed = replace(tables, utterances=(replace(row, **changes),))  # type: ignore[arg-type]
        return full_adds_marks_alone(changed)[0], intelligent_leaves_out_alone(changed)[0]

    assert found() == (True, True)
    assert found(text_full=f"(1.0) [overlap] {row.text}") == (True, True)
    assert found(text_full=row.text.removeprefix("Thank ")) == (False, True)
    assert found(text_full=f"{row.text} Indeed.") == (False, True)
    assert found(text_full="[inaudible 00:00:00].", inaudible_word_count=row.word_count) == (True, True)
    assert found(text_intelligent=f"{row.text} Indeed.") == (True, False)
    assert found(text_intelligent="Could thank") == (True, False)
    assert found(text_intelligent="") == (True, False)


def test_rules_for_another_language_are_refused() -> None:
    with pytest.raises(SettingsError, match=r'"en-GB".*English \(en\).*Welsh \(cy\)'):
        read_verbatim_style(load_settings(), "cy")
