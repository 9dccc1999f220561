"""Words given to the wrong speaker.

Source: L. El Shafey, H. Soltau and I. Shafran, "Joint speech recognition and speaker diarization via sequence
transduction", Interspeech 2019 (word diarisation error rate).
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass

from colloquy.domain.utterance import AttributedWord


@dataclass(frozen=True, slots=True)
class WordSpeakerError:
    """Counts of words: in the reference, of those aligned with a word that was heard, of those with a wrong speaker."""

    reference_count: int
    aligned_count: int
    wrong_count: int

    @classmethod
    def zero(cls) -> WordSpeakerError:
        return cls(0, 0, 0)

    def __add__(self, other: WordSpeakerError) -> WordSpeakerError:
        return WordSpeakerError(
            self.reference_count + other.reference_count,
            self.aligned_count + other.aligned_count,
            self.wrong_count + other.wrong_count,
        )

    @property
    def rate(self) -> float | None:
        """Share of the aligned words with a wrong speaker; None where no word was aligned."""
        return self.wrong_count / self.aligned_count if self.aligned_count else None


def word_speaker_error(
    reference_words: tuple[AttributedWord, ...], hypothesis_words: tuple[AttributedWord, ...]
) -> WordSpeakerError:
    """Align by text alone (case and punctuation aside), map labels one to one as best they can be, and count.

    Words without a letter or digit are left out. Aligned are equal and substituted words.
    """
    reference, hypothesis = _spoken(reference_words), _spoken(hypothesis_words)
    if not reference or not hypothesis:
        return WordSpeakerError(len(reference), 0, 0)
    pairs = Counter(
        (reference[ours][1], hypothesis[theirs][1])
        for ours, theirs in _aligned([text for text, _ in reference], [text for text, _ in hypothesis])
    )
    aligned = sum(pairs.values())
    return WordSpeakerError(len(reference), aligned, aligned - _most_matches(pairs))


def _spoken(words: tuple[AttributedWord, ...]) -> list[tuple[str, str]]:
    """Normalised text and speaker of each word."""
    normalised = ((_normalised(word.text), word.speaker) for word in words)
    return [(text, speaker) for text, speaker in normalised if text]


def _normalised(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def _aligned(reference: list[str], hypothesis: list[str]) -> list[tuple[int, int]]:
    import jiwer

    chunks = jiwer.process_words(" ".join(reference), " ".join(hypothesis)).alignments[0]
    return [
        (chunk.ref_start_idx + offset, chunk.hyp_start_idx + offset)
        for chunk in chunks
        if chunk.type in ("equal", "substitute")
        for offset in range(chunk.ref_end_idx - chunk.ref_start_idx)
    ]


def _most_matches(pairs: Counter[tuple[str, str]]) -> int:
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    ours, theirs = sorted({pair[0] for pair in pairs}), sorted({pair[1] for pair in pairs})
    counts = np.array([[pairs[one, other] for other in theirs] for one in ours])
    rows, columns = linear_sum_assignment(counts, maximize=True)
    return int(counts[rows, columns].sum())
