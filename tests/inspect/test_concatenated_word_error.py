"""cpWER: best mapping of labels, words of the wrong speaker, voices too few and too many, and against all orders."""

from __future__ import annotations

import time
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colloquy.domain.utterance import AttributedWord
from colloquy.inspect.concatenated_word_error import concatenated_word_error
from colloquy.inspect.word_error import WordErrors, count_word_errors


def said(*lines: tuple[str, str]) -> tuple[AttributedWord, ...]:
    return tuple(AttributedWord(word, None, None, None, speaker) for speaker, text in lines for word in text.split())


REFERENCE = said(("INT", "How was it?"), ("P01", "It was good, I think."), ("INT", "Right."))


def test_other_labels_case_and_punctuation_are_no_error() -> None:
    found = said(("S2", "how was it"), ("S1", "it was good I think"), ("S2", "right"))
    assert concatenated_word_error(REFERENCE, found) == WordErrors(0, 0, 0, 9)


def test_a_word_of_the_wrong_speaker_is_missing_here_and_too_many_there() -> None:
    found = said(("S1", "How was it?"), ("S2", "It was good, I think. Right."))
    assert concatenated_word_error(REFERENCE, found) == WordErrors(0, 1, 1, 9)


def test_the_order_between_speakers_is_no_error() -> None:
    found = said(("S1", "How was it? Right."), ("S2", "It was good, I think."))
    assert concatenated_word_error(REFERENCE, found) == WordErrors(0, 0, 0, 9)


def test_a_speaker_without_a_counterpart_is_missed_and_a_voice_too_many_is_invented() -> None:
    one = said(("S1", "How was it? It was good, I think. Right."))
    # Best as P01's five words: INT's four are missed and four are too many, some of them as substitutions.
    errors = concatenated_word_error(REFERENCE, one)
    assert errors.rate == pytest.approx(8 / 9)
    three = said(("S1", "How was it?"), ("S2", "It was good, I think."), ("S3", "Right."))
    assert concatenated_word_error(REFERENCE, three) == WordErrors(0, 1, 1, 9)


def test_nothing_heard_is_all_missed() -> None:
    assert concatenated_word_error(REFERENCE, ()) == WordErrors(0, 9, 0, 9)


def test_no_reference_has_no_rate() -> None:
    errors = concatenated_word_error((), REFERENCE)
    assert errors == WordErrors(0, 0, 9, 0)
    assert errors.rate is None
    assert concatenated_word_error((), ()) == WordErrors.zero()


def test_words_that_the_normaliser_leaves_out_are_no_reference() -> None:
    assert concatenated_word_error(said(("P01", "Um, hmm.")), ()) == WordErrors.zero()


def test_one_speaker_has_the_word_error_rate() -> None:
    text, heard = "we ask people every week, twenty one of them", "we asked people every single week 21 of them"
    assert concatenated_word_error(said(("A", text)), said(("S1", heard))) == count_word_errors(text, heard)


def test_eleven_voices_take_no_time() -> None:
    letters = "abcdefghijk"
    words = [(f"P{n % 11:02}", f"they{letters[n % 11]} say{letters[n // 30]} something else") for n in range(330)]
    shuffled = [(f"S{(int(speaker[1:]) * 7) % 11}", text) for speaker, text in words]
    began = time.process_time()
    assert concatenated_word_error(said(*words), said(*shuffled)) == WordErrors(0, 0, 0, 1320)
    assert time.process_time() - began < 5


def _by_all_orders(reference: dict[str, str], hypothesis: dict[str, str]) -> int:
    """As the measure is defined, by trying every order of the voices."""
    size = max(len(reference), len(hypothesis))
    ours = [*reference.values(), *[""] * (size - len(reference))]
    theirs = [*hypothesis.values(), *[""] * (size - len(hypothesis))]
    return min(sum(_errors(*pair) for pair in zip(ours, order, strict=True)) for order in permutations(theirs))


def _errors(expected: str, found: str) -> int:
    """Word errors by the textbook's table."""
    ours, theirs = expected.split(), found.split()
    row = list(range(len(theirs) + 1))
    for i, word in enumerate(ours, start=1):
        above, row = row, [i] + [0] * len(theirs)
        for j, other in enumerate(theirs, start=1):
            row[j] = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (word != other))
    return row[-1]


@st.composite
def _dialogues(draw: st.DrawFn) -> tuple[dict[str, str], ...]:
    texts = st.lists(st.sampled_from(["apple", "bread", "cheese", "door"]), min_size=1, max_size=6).map(" ".join)
    sides = [draw(st.lists(texts, max_size=4)) for _ in range(2)]
    return tuple({f"{name}{n}": text for n, text in enumerate(side)} for name, side in zip("AS", sides, strict=True))


@given(_dialogues())
def test_it_is_the_least_of_all_orders(pair: tuple[dict[str, str], dict[str, str]]) -> None:
    errors = concatenated_word_error(*(said(*side.items()) for side in pair))
    assert errors.substitutions + errors.deletions + errors.insertions == _by_all_orders(*pair)
    assert errors.reference_words == sum(len(text.split()) for text in pair[0].values())


@given(_dialogues())
def test_meeteval_says_the_same(pair: tuple[dict[str, str], dict[str, str]]) -> None:
    """Where it is installed; it needs a compiler."""
    meeteval = pytest.importorskip("meeteval", reason="meeteval is not installed; it needs a compiler")
    reference, hypothesis = pair
    if not reference:
        return
    found = meeteval.wer.cp_word_error_rate(reference, hypothesis)
    errors = concatenated_word_error(*(said(*side.items()) for side in pair))
    assert errors.substitutions + errors.deletions + errors.insertions == found.errors
