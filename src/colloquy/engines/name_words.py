"""What the name rules look at: each word of a text with its case, its place in the sentence and what the lists say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from colloquy.domain.text_span import find_words
from colloquy.engines.common_words import is_common, is_everyday
from colloquy.settings.redaction_language import DetectionContext

_SENTENCE_END = re.compile(r"[.?!…:\n]")
SHOUTED_WORDS = 3


def fold(word: str) -> str:
    """`word` without its case and with a straight apostrophe."""
    return word.casefold().replace("’", "'")


def fold_all(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(fold, words))


@dataclass(frozen=True, slots=True)
class NameWord:
    """One word. `gap` is what stands between it and the word before; `is_capital` is False in shouted text."""

    text: str = field(repr=False)
    folded: str = field(repr=False)
    start: int
    end: int
    gap: str = field(repr=False)
    is_capital: bool
    is_acronym: bool
    is_sentence_start: bool
    is_kept: bool

    @property
    def is_common(self) -> bool:
        return is_common(self.text)

    @property
    def is_everyday(self) -> bool:
        """Common just as it stands; right for words from a list of names, where "Peter" is no form of "pet"."""
        return is_everyday(self.text)

    @property
    def is_plain(self) -> bool:
        """Letters only: no digit, no contraction such as "don't"."""
        return self.text.isalpha() or (self.folded.startswith("o'") and len(self.text) > 3)

    @property
    def is_marked(self) -> bool:
        """A capital that only a name explains: within a sentence, not kept."""
        return self.is_capital and not self.is_sentence_start and not self.is_kept


@dataclass(frozen=True, slots=True)
class PhraseSet:
    """Phrases of one or more words, found at a word in constant time."""

    by_first: dict[str, tuple[tuple[str, ...], ...]] = field(repr=False)

    @classmethod
    def of(cls, phrases: tuple[str, ...]) -> PhraseSet:
        by_first: dict[str, list[tuple[str, ...]]] = {}
        for phrase in phrases:
            parts = tuple(fold(word.text) for word in find_words(phrase))
            by_first.setdefault(parts[0], []).append(parts)
        return cls({first: tuple(sorted(found, key=len, reverse=True)) for first, found in by_first.items()})

    def length_at(self, words: tuple[NameWord, ...], at: int) -> int:
        """Number of words of the longest phrase that begins at word `at`; 0 where none does."""
        for parts in self.by_first.get(words[at].folded, ()):
            inside = words[at : at + len(parts)]
            if tuple(word.folded for word in inside) == parts and all(_is_close(word.gap) for word in inside[1:]):
                return len(parts)
        return 0


def _is_close(gap: str) -> bool:
    return gap.strip(" -–'’s") == "" and "\n" not in gap


def touches(word: NameWord) -> bool:
    """Whether only a space or a hyphen parts `word` from the word before."""
    return word.gap in (" ", "-", "\u2011", "  ")


@dataclass(frozen=True, slots=True)
class NameVocabulary:
    """The lists that decide how a single word is read."""

    kept: frozenset[str] = field(repr=False)
    abbreviations: frozenset[str] = field(repr=False)
    known: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, context: DetectionContext) -> NameVocabulary:
        language = context.language
        return cls(
            fold_all(language.words.kept),
            fold_all(language.words.abbreviations),
            fold_all(language.people.first_names)
            | fold_all(language.people.surnames)
            | fold_all(language.places.towns),
        )


def read_name_words(text: str, vocabulary: NameVocabulary) -> tuple[NameWord, ...]:
    """Every word of `text` with its features; about linear in the length of the text."""
    return tuple(_words(text, vocabulary))


def _words(text: str, vocabulary: NameVocabulary) -> Iterator[NameWord]:
    found = find_words(text)
    shouted = _shouted([word.text for word in found])
    before_end, before_word = 0, ""
    for number, word in enumerate(found):
        gap = text[before_end : word.start]
        folded = fold(word.text)
        is_start = number == 0 or _ends_sentence(gap, before_word, vocabulary.abbreviations)
        is_acronym = len(word.text) > 1 and word.text.isupper() and not shouted[number]
        is_capital = word.text[0].isupper() and not shouted[number]
        if is_acronym and folded not in vocabulary.known:
            is_capital = False
        is_kept = folded in vocabulary.kept or folded.rstrip("s") in vocabulary.kept
        yield NameWord(word.text, folded, word.start, word.end, gap, is_capital, is_acronym, is_start, is_kept)
        before_end, before_word = word.end, word.text


def _ends_sentence(gap: str, word_before: str, abbreviations: frozenset[str]) -> bool:
    if not _SENTENCE_END.search(gap):
        return False
    is_initial = len(word_before) == 1 and word_before.isupper() and word_before != "I"
    return not (gap.rstrip() == "." and (is_initial or fold(word_before) in abbreviations))


def _shouted(words: list[str]) -> list[bool]:
    """Words within a run of capitals, where a capital says nothing."""
    flags = [False] * len(words)
    first = 0
    for at in range(len(words) + 1):
        if at < len(words) and words[at].isupper():
            continue
        long_enough = sum(len(word) > 1 for word in words[first:at]) >= SHOUTED_WORDS
        if long_enough and any(is_common(word) for word in words[first:at]):
            flags[first:at] = [True] * (at - first)
        first = at + 1
    return flags
