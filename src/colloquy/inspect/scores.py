"""All that is measured of an interview, and what each figure means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from colloquy.domain.confidence_interval import ConfidenceInterval
from colloquy.inspect.bootstrap import Counts, bootstrap_interval, pooled
from colloquy.inspect.diarisation_error import DiarisationError, DiarisationScore
from colloquy.inspect.jaccard_error import JaccardError
from colloquy.inspect.redaction_recall import RedactionRecall
from colloquy.inspect.speaker_error import WordSpeakerError
from colloquy.inspect.word_error import WordErrors


@dataclass(frozen=True, slots=True)
class Scores:
    """What was measured of one interview, or of all; a text has a redaction recall and nothing else."""

    words: WordErrors
    concatenated: WordErrors
    diarisation: DiarisationScore
    jaccard: JaccardError
    speakers: WordSpeakerError
    redaction: RedactionRecall

    @classmethod
    def of_text(cls, redaction: RedactionRecall) -> Scores:
        return cls(
            WordErrors.zero(),
            WordErrors.zero(),
            DiarisationScore.zero(),
            JaccardError.zero(),
            WordSpeakerError.zero(),
            redaction,
        )

    @classmethod
    def zero(cls) -> Scores:
        return cls.of_text(RedactionRecall.zero())

    def __add__(self, other: Scores) -> Scores:
        return Scores(
            self.words + other.words,
            self.concatenated + other.concatenated,
            self.diarisation + other.diarisation,
            self.jaccard + other.jaccard,
            self.speakers + other.speakers,
            self.redaction + other.redaction,
        )


@dataclass(frozen=True, slots=True)
class Measure:
    """A rate: `key` for programs, `title` and `meaning` for people, `counts` what it is made of."""

    key: str
    title: str
    meaning: str
    counts: Callable[[Scores], Counts]

    def rate(self, scores: Scores) -> float | None:
        return pooled((self.counts(scores),))

    def interval(self, scores: tuple[Scores, ...]) -> ConfidenceInterval | None:
        """Of the rate of all these interviews together."""
        return bootstrap_interval(tuple(self.counts(one) for one in scores))


def _words(errors: WordErrors) -> Counts:
    return Counts(errors.substitutions + errors.deletions + errors.insertions, errors.reference_words)


def _time(error: DiarisationError) -> Counts:
    return Counts(error.missed_ms + error.false_alarm_ms + error.confused_ms, error.reference_ms)


def _gone(recall: RedactionRecall) -> Counts:
    return Counts(recall.identifier_count - recall.surviving_count, recall.identifier_count)


MEASURES = (
    Measure(
        "word_error_rate",
        "word error",
        "Words wrong, missing or invented, of those said, whoever said them.",
        lambda one: _words(one.words),
    ),
    Measure(
        "concatenated_word_error_rate",
        "cpWER",
        "Word error for each person apart: a word given to the wrong one is missing here and too many there.",
        lambda one: _words(one.concatenated),
    ),
    Measure(
        "diarisation_error_rate",
        "DER",
        "Diarisation error: speaking time given to the wrong voice, missed or invented, save 0.25 s around each edge.",
        lambda one: _time(one.diarisation.total),
    ),
    Measure(
        "diarisation_error_rate_single",
        "– one voice",
        "DER where one person speaks at a time.",
        lambda one: _time(one.diarisation.single),
    ),
    Measure(
        "diarisation_error_rate_overlap",
        "– overlap",
        "DER where people speak at once; each of them counts.",
        lambda one: _time(one.diarisation.overlapped),
    ),
    Measure(
        "jaccard_error_rate",
        "JER",
        "Jaccard error: DER's mistakes for each person apart; who says little counts as much as the others.",
        lambda one: Counts(one.jaccard.error_sum, one.jaccard.speaker_count),
    ),
    Measure(
        "word_speaker_error_rate",
        "speaker error",
        "Recognised words that were given to the wrong person.",
        lambda one: Counts(one.speakers.wrong_count, one.speakers.aligned_count),
    ),
    Measure(
        "redaction_recall",
        "redacted",
        "Names and other identifiers of which nothing is left.",
        lambda one: _gone(one.redaction),
    ),
    Measure(
        "false_alarm_rate",
        "false alarms",
        "Placeholders where nobody and nothing was named.",
        lambda one: Counts(one.redaction.false_alarm_count, one.redaction.placeholder_count),
    ),
)
