"""Where a transcript says the same again and again, as Whisper does on noise and silence."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

# As the check `no-loops` has it, for the same reasons: people say a phrase twice, seldom three times in a row, and
# "no no no no" is speech.
LONGEST_PHRASE_WORDS = 12
MOST_REPEATS = 3
MOST_WORD_REPEATS = 6
# Whisper's own limit and measure (`compression_ratio_threshold` of whisper.transcribe), here over so many words and not
# over a window: a loop that varies a little as it goes round.
COMPRESSION_RATIO_LIMIT = 2.4
COMPRESSED_WORDS = 50
STEP_WORDS = 10


def find_loops(tokens: Sequence[str]) -> set[int]:
    """Positions of words in loops; `tokens` are words without case and punctuation."""
    return _repeated(tokens) | _compressible(tokens)


def _repeated(tokens: Sequence[str]) -> set[int]:
    found: set[int] = set()
    for length in range(1, LONGEST_PHRASE_WORDS + 1):
        most = MOST_WORD_REPEATS if length == 1 else MOST_REPEATS
        same = 0
        for index in range(length, len(tokens) + 1):
            if index < len(tokens) and tokens[index] == tokens[index - length]:
                same += 1
                continue
            first = index - same - length
            if same >= most * length and (length == 1 or len(set(tokens[first : first + length])) > 1):
                found.update(range(first, index))
            same = 0
    return found


def _compressible(tokens: Sequence[str]) -> set[int]:
    found: set[int] = set()
    for first in range(0, max(len(tokens) - COMPRESSED_WORDS, 0) + 1, STEP_WORDS):
        text = " ".join(tokens[first : first + COMPRESSED_WORDS]).encode()
        if text and len(text) / len(zlib.compress(text)) > COMPRESSION_RATIO_LIMIT:
            found.update(range(first, min(first + COMPRESSED_WORDS, len(tokens))))
    return found
