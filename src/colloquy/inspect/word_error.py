"""Word error rate, counted by jiwer after the English normaliser that Whisper's authors publish with their figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class WordErrors:
    """Counts, so that several recordings add up the right way."""

    substitutions: int
    deletions: int
    insertions: int
    reference_words: int

    @classmethod
    def zero(cls) -> WordErrors:
        return cls(0, 0, 0, 0)

    def __add__(self, other: WordErrors) -> WordErrors:
        return WordErrors(
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
            self.reference_words + other.reference_words,
        )

    @property
    def rate(self) -> float | None:
        """Errors per reference word; None where there is no reference. May exceed 1."""
        errors = self.substitutions + self.deletions + self.insertions
        return errors / self.reference_words if self.reference_words else None


def count_word_errors(reference: str, hypothesis: str) -> WordErrors:
    """Compare two texts without regard to case, punctuation, hesitations and how numbers are written."""
    return compare_words(normalised(reference), normalised(hypothesis))


def normalised(text: str) -> str:
    return _normaliser()(text)


def compare_words(expected: str, found: str) -> WordErrors:
    """Errors between two texts as they stand, words parted by spaces."""
    import jiwer

    if not expected:
        return WordErrors(0, 0, len(found.split()), 0)
    output = jiwer.process_words(expected, found)
    return WordErrors(output.substitutions, output.deletions, output.insertions, len(expected.split()))


@cache
def _normaliser() -> Callable[[str], str]:
    from whisper.normalizers import EnglishTextNormalizer

    normaliser: Callable[[str], str] = EnglishTextNormalizer()
    return normaliser
