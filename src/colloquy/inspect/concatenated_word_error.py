"""Word errors of each speaker apart: the concatenated minimum-permutation word error rate (cpWER).

Source: S. Watanabe et al., "CHiME-6 challenge: tackling multispeaker speech recognition for unsegmented recordings",
CHiME 2020.
"""

from __future__ import annotations

from colloquy.domain.utterance import AttributedWord
from colloquy.inspect.word_error import WordErrors, compare_words, normalised


def concatenated_word_error(
    reference_words: tuple[AttributedWord, ...], hypothesis_words: tuple[AttributedWord, ...]
) -> WordErrors:
    """Errors between the words of each speaker, in order, under the one-to-one mapping of labels with the fewest.

    A word given to the wrong speaker counts twice: one is short of it, another has it too many. All words of a speaker
    without a counterpart are missed, all of a voice that is too many invented. Words are normalised as for the word
    error rate, each speaker's as one text.
    """
    import numpy as np
    from rapidfuzz.distance import Levenshtein
    from scipy.optimize import linear_sum_assignment

    said, heard = _texts(reference_words), _texts(hypothesis_words)
    # Filled up with voices that say nothing, so that each has a counterpart.
    size = max(len(said), len(heard))
    said, heard = said + [""] * (size - len(said)), heard + [""] * (size - len(heard))
    # An assignment finds what trying all orders of the voices would, and eleven have 40 million orders.
    errors = np.array([[Levenshtein.distance(one.split(), other.split()) for other in heard] for one in said])
    rows, columns = linear_sum_assignment(errors.reshape(size, size))
    pairs = zip(rows, columns, strict=True)
    return sum((compare_words(said[row], heard[column]) for row, column in pairs), WordErrors.zero())


def _texts(words: tuple[AttributedWord, ...]) -> list[str]:
    """Normalised text of each speaker."""
    own: dict[str, list[str]] = {}
    for word in words:
        own.setdefault(word.speaker, []).append(word.text)
    return [normalised(" ".join(texts)) for texts in own.values()]
