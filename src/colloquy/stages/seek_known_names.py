"""What was found once is sought everywhere: at a sentence's start, alone after the full name, in other interviews.

It leaves nothing of what the check for known names would refuse.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from colloquy.domain.redaction import NAMED_CATEGORIES, Category, Finding, KeyEntry
from colloquy.domain.text_span import TextWord, find_words, plain, starts_sentence
from colloquy.domain.validation import name_parts

KNOWN_SCORE = 0.6


@dataclass(frozen=True, slots=True)
class _Known:
    words: tuple[str, ...] = field(repr=False)
    category: Category
    score: float
    needs_capital: bool


def seek_known_names(
    texts: tuple[str, ...],
    found: tuple[tuple[Finding, ...], ...],
    key: tuple[KeyEntry, ...],
    is_everyday: Callable[[str], bool],
) -> tuple[tuple[Finding, ...], ...]:
    """What `found` does not cover yet, by text: names and numbers of the study's key, and names of these texts.

    They are sought in any case. A single word that is also an everyday word must have a capital, and at the start of a
    sentence it must not occur in small letters in these texts ("Will you …" beside "I will"). Weekdays and dates of the
    key are ordinary words elsewhere and are not sought.
    """
    words = tuple(find_words(text) for text in texts)
    small = {word.text for one in words for word in one if word.text.islower()}
    sought: dict[str, dict[tuple[str, ...], _Known]] = {}
    for spelling, category, score in (*_of_key(key), *_of_texts(texts, found)):
        spelled = tuple(plain(word.text) for word in find_words(spelling))
        # One letter alone would match everywhere.
        if not spelled or (len(spelled) == 1 and len(spelled[0]) == 1):
            continue
        known = _Known(spelled, category, score, len(spelled) == 1 and is_everyday(spelled[0]))
        sought.setdefault(spelled[0], {}).setdefault(spelled, known)
    return tuple(
        tuple(one for one in _seek(text, inside, sought, small) if not _is_covered(one, findings))
        for text, inside, findings in zip(texts, words, found, strict=True)
    )


def _is_covered(one: Finding, findings: tuple[Finding, ...]) -> bool:
    """`findings` are in order and do not overlap."""
    at = bisect_right(findings, one.start, key=lambda finding: finding.start) - 1
    return at >= 0 and one.end <= findings[at].end


def _of_key(key: tuple[KeyEntry, ...]) -> Iterator[tuple[str, Category, float]]:
    for entry in key:
        if entry.category is not Category.DATE:
            for original in entry.originals:
                yield from _with_parts(original, entry.category, KNOWN_SCORE)


def _of_texts(texts: tuple[str, ...], found: tuple[tuple[Finding, ...], ...]) -> Iterator[tuple[str, Category, float]]:
    for text, findings in zip(texts, found, strict=True):
        for finding in findings:
            if finding.category in NAMED_CATEGORIES:
                yield from _with_parts(text[finding.start : finding.end], finding.category, finding.score)


def _with_parts(spelling: str, category: Category, score: float) -> Iterator[tuple[str, Category, float]]:
    yield spelling, category, score
    if category is Category.PERSON:
        for part in name_parts(spelling):
            yield part, category, score


def _seek(
    text: str, words: tuple[TextWord, ...], sought: dict[str, dict[tuple[str, ...], _Known]], small: set[str]
) -> Iterator[Finding]:
    spelled = tuple(plain(word.text) for word in words)
    for at, word in enumerate(words):
        for known in sought.get(spelled[at], {}).values():
            end = at + len(known.words)
            if spelled[at:end] != known.words:
                continue
            if known.needs_capital and not _has_own_capital(text, word, small):
                continue
            yield Finding(word.start, words[end - 1].end, known.category, "known:again", known.score)


def _has_own_capital(text: str, word: TextWord, small: set[str]) -> bool:
    if not word.text[0].isupper():
        return False
    return word.text.lower() not in small or not starts_sentence(text, word.start)
