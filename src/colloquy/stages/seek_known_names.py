"""A name that was found once is sought everywhere: at the start of a sentence, or alone after the full name."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from colloquy.domain.redaction import NAMED_CATEGORIES, Category, Finding, KeyEntry
from colloquy.domain.text_span import TextWord, find_words, starts_sentence

SHORTEST_PART = 3
KNOWN_SCORE = 0.6


@dataclass(frozen=True, slots=True)
class _KnownName:
    words: tuple[str, ...] = field(repr=False)
    category: Category
    score: float

    @property
    def needs_capital(self) -> bool:
        return len(self.words) == 1


def seek_known_names(
    texts: tuple[str, ...], found: tuple[tuple[Finding, ...], ...], key: tuple[KeyEntry, ...]
) -> tuple[tuple[Finding, ...], ...]:
    """What `found` does not cover yet, by text: names of the study's key and of these texts.

    Names of two words and more are sought in any case. A single word must have a capital, and at the start of a
    sentence it must not occur in small letters in these texts ("Will you …" beside "I will").
    """
    words = tuple(find_words(text) for text in texts)
    small = {word.text for one in words for word in one if word.text.islower()}
    names: dict[str, dict[tuple[str, ...], _KnownName]] = {}
    for name in (*_names_of_key(key), *_names_of_texts(texts, found)):
        names.setdefault(name.words[0], {}).setdefault(name.words, name)
    return tuple(
        tuple(one for one in _seek(text, inside, names, small) if not _is_covered(one, findings))
        for text, inside, findings in zip(texts, words, found, strict=True)
    )


def _is_covered(one: Finding, findings: tuple[Finding, ...]) -> bool:
    """`findings` are in order and do not overlap."""
    at = bisect_right(findings, one.start, key=lambda finding: finding.start) - 1
    return at >= 0 and one.end <= findings[at].end


def _names_of_key(key: tuple[KeyEntry, ...]) -> Iterator[_KnownName]:
    for entry in key:
        if entry.category in NAMED_CATEGORIES:
            for original in entry.originals:
                yield from _name(original, entry.category, KNOWN_SCORE)


def _names_of_texts(texts: tuple[str, ...], found: tuple[tuple[Finding, ...], ...]) -> Iterator[_KnownName]:
    for text, findings in zip(texts, found, strict=True):
        for finding in findings:
            if finding.category not in NAMED_CATEGORIES:
                continue
            original = text[finding.start : finding.end]
            yield from _name(original, finding.category, finding.score)
            if finding.category is Category.PERSON:
                parts = find_words(original)
                for part in (parts[0], parts[-1]):
                    yield from _name(part.text, finding.category, finding.score)


def _name(original: str, category: Category, score: float) -> Iterator[_KnownName]:
    words = find_words(original)
    is_single = len(words) == 1
    if words and not (is_single and (len(words[0].text) < SHORTEST_PART or not words[0].text[0].isupper())):
        yield _KnownName(tuple(word.text.casefold() for word in words), category, score)


def _seek(
    text: str, words: tuple[TextWord, ...], names: dict[str, dict[tuple[str, ...], _KnownName]], small: set[str]
) -> Iterator[Finding]:
    for at, word in enumerate(words):
        for name in names.get(word.text.casefold(), {}).values():
            inside = words[at : at + len(name.words)]
            if tuple(one.text.casefold() for one in inside) != name.words:
                continue
            if name.needs_capital and not _has_own_capital(text, word, small):
                continue
            yield Finding(word.start, inside[-1].end, name.category, "known:again", name.score)


def _has_own_capital(text: str, word: TextWord, small: set[str]) -> bool:
    if not word.text[0].isupper():
        return False
    return word.text.lower() not in small or not starts_sentence(text, word.start)
