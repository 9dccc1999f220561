"""Word-level speaker error: alignment by text, best mapping of labels, sums that weigh by words."""

from __future__ import annotations

import pytest

from colloquy.domain.utterance import AttributedWord
from colloquy.inspect.speaker_error import WordSpeakerError, word_speaker_error


def said(*lines: tuple[str, str]) -> tuple[AttributedWord, ...]:
    return tuple(AttributedWord(word, None, None, None, speaker) for speaker, text in lines for word in text.split())


REFERENCE = said(("INT", "How was it?"), ("P01", "It was good, I think."), ("INT", "Right."))


def test_other_labels_case_and_punctuation_are_no_error() -> None:
    found = said(("S2", "how was it"), ("S1", "it was good I think"), ("S2", "right"))
    assert word_speaker_error(REFERENCE, found) == WordSpeakerError(9, 9, 0)


def test_a_word_of_the_wrong_speaker_counts_once() -> None:
    found = said(("S1", "How was it? It"), ("S2", "was good, I think. Right."))
    assert word_speaker_error(REFERENCE, found) == WordSpeakerError(9, 9, 2)


def test_misheard_words_count_and_missed_or_added_ones_do_not() -> None:
    found = said(("S1", "How was it?"), ("S1", "It"), ("S2", "wars good,"), ("S2", "I really think."))
    assert word_speaker_error(REFERENCE, found) == WordSpeakerError(9, 8, 1)


def test_one_voice_for_all_is_wrong_for_the_rarer_speaker() -> None:
    found = said(("S1", "How was it? It was good, I think. Right."))
    assert word_speaker_error(REFERENCE, found).rate == pytest.approx(4 / 9)


def test_more_voices_than_speakers_do_not_each_find_a_speaker() -> None:
    found = said(("S1", "How was it?"), ("S2", "It was good, I think."), ("S3", "Right."))
    assert word_speaker_error(REFERENCE, found) == WordSpeakerError(9, 9, 1)


def test_dashes_alone_are_no_words() -> None:
    found = said(("S2", "How – was it?"), ("S1", "It was good, I think. …"), ("S2", "Right."))
    assert word_speaker_error(REFERENCE, found) == WordSpeakerError(9, 9, 0)


def test_nothing_heard_gives_no_rate() -> None:
    assert word_speaker_error(REFERENCE, ()) == WordSpeakerError(9, 0, 0)
    assert word_speaker_error(REFERENCE, ()).rate is None
    assert word_speaker_error((), REFERENCE) == WordSpeakerError.zero()


def test_a_sum_weighs_by_words() -> None:
    assert sum([WordSpeakerError(10, 10, 5), WordSpeakerError(90, 90, 0)], WordSpeakerError.zero()).rate == 0.05
