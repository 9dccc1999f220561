"""Words of a text with their places, and what a word's edge is."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

# A possessive "'s" stays outside of the word, an apostrophe within a name ("O'Brien") inside.
_WORD = re.compile(r"([^\W_]+(?:['’](?![sS]\b)[^\W_]+)*)(?:['’][sS]\b)?")
# Blanks and quotation marks before a sentence are fewer; looking back to the text's start would take quadratic time.
_LOOK_BACK = 16
_POSSESSIVE = re.compile(r"['’][sS]\b")


@dataclass(frozen=True, slots=True)
class TextWord:
    """A word without its punctuation; offsets in code points, end exclusive."""

    text: str = field(repr=False)
    start: int
    end: int


def find_words(text: str) -> tuple[TextWord, ...]:
    """Every run of letters and digits in order; hyphens and full stops part words, a possessive 's is left out."""
    return tuple(TextWord(match[1], match.start(1), match.end(1)) for match in _WORD.finditer(text))


def plain(word: str) -> str:
    """`word` without case and accents and with a straight apostrophe, to compare names by."""
    parted = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    return "".join(sign for sign in parted if not unicodedata.combining(sign))


def fit_to_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The span grown to whole words, without outer spaces, punctuation and a final possessive.

    Gives an empty span where nothing of a word lies within.
    """
    while start < end and not text[start].isalnum():
        start += 1
    while start < end and not text[end - 1].isalnum():
        end -= 1
    if start == end:
        return start, start
    while start > 0 and (text[start - 1].isalnum() or _is_inner_apostrophe(text, start - 1)):
        start -= 1
    if (tail := re.search(r"['’][sS]$", text[start:end])) and tail.start() > 0:
        end = start + tail.start()
    while end < len(text) and (text[end].isalnum() or _is_inner_apostrophe(text, end)):
        end += 1
    return start, end


def _is_inner_apostrophe(text: str, at: int) -> bool:
    """Whether the apostrophe at `at` joins two letters as in O'Brien, not as in Sarah's."""
    if text[at] not in "'’" or at == 0 or at + 1 >= len(text):
        return False
    is_joined = text[at - 1].isalnum() and text[at + 1].isalnum()
    return is_joined and _POSSESSIVE.match(text, at) is None


def starts_sentence(text: str, start: int) -> bool:
    """Whether nothing, a line's end or a sentence's end stands before `start`."""
    before = text[max(0, start - _LOOK_BACK) : start].rstrip(" \t\"'“”‘’([")
    return not before or before[-1] in ".?!…:\n"
