"""The list of measures: each names its own counts, and sums weigh as they should."""

from __future__ import annotations

import pytest

from colloquy.inspect.diarisation_error import DiarisationError, DiarisationScore
from colloquy.inspect.jaccard_error import JaccardError
from colloquy.inspect.redaction_recall import CategoryCount, RedactionRecall
from colloquy.inspect.scores import MEASURES, Scores
from colloquy.inspect.speaker_error import WordSpeakerError
from colloquy.inspect.word_error import WordErrors

ONE = Scores(
    WordErrors(1, 2, 3, 100),
    WordErrors(2, 3, 3, 100),
    DiarisationScore(
        DiarisationError(10_000, 100, 200, 300),
        DiarisationError(8_000, 50, 200, 100),
        DiarisationError(2_000, 50, 0, 200),
    ),
    JaccardError(2, 0.3),
    WordSpeakerError(100, 90, 9),
    RedactionRecall((CategoryCount("person", 4, 1),), 10, 2),
)


@pytest.mark.parametrize(
    ("key", "rate"),
    [
        ("word_error_rate", 0.06),
        ("concatenated_word_error_rate", 0.08),
        ("diarisation_error_rate", 0.06),
        ("diarisation_error_rate_single", 350 / 8_000),
        ("diarisation_error_rate_overlap", 0.125),
        ("jaccard_error_rate", 0.15),
        ("word_speaker_error_rate", 0.1),
        ("redaction_recall", 0.75),
        ("false_alarm_rate", 0.2),
    ],
)
def test_each_measure_is_of_its_own_counts(key: str, rate: float) -> None:
    (measure,) = [measure for measure in MEASURES if measure.key == key]
    assert measure.rate(ONE) == pytest.approx(rate)
    assert measure.rate(ONE + Scores.zero() + ONE) == pytest.approx(rate)
    assert measure.rate(Scores.zero()) is None


def test_every_measure_has_a_key_of_its_own_and_a_sentence() -> None:
    assert len({measure.key for measure in MEASURES}) == len(MEASURES) == 9
    assert all(measure.meaning.endswith(".") for measure in MEASURES)


def test_texts_do_not_count_for_intervals_of_recordings() -> None:
    text = Scores.of_text(RedactionRecall((CategoryCount("person", 4, 0),), 4, 0))
    words, *_, false_alarms = MEASURES
    assert words.interval((ONE, ONE, text)) is None
    found = false_alarms.interval((ONE, ONE, text))
    assert found is not None
    assert found.interview_count == 3
