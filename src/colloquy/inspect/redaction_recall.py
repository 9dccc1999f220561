"""How many identifiers of a reference are gone from the redacted words, and how many replacements were for nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from rapidfuzz.distance import Levenshtein

_PLACEHOLDER = re.compile(r"\[[A-Z]?[A-Za-z -]*?(?: \d+)?\]")
# Words of an identifier that say nothing where they are all that is left of it ("University of Leeds").
_EMPTY_WORDS = frozenset(("of", "the", "and", "at", "dot", "for", "in", "a", "dr", "mr", "mrs", "ms", "professor"))
# A recogniser's misspelling is still the name: "Witfield" for "Whitfield".
ALIKE_RATIO = 0.75


@dataclass(frozen=True, slots=True)
class ReferenceIdentifier:
    """An identifier in the reference's words: `first` and `after` are word numbers from 0, `after` exclusive."""

    category: str
    first: int
    after: int


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """Identifiers of one category: how many there are, and of how many a word survives."""

    category: str
    identifier_count: int
    surviving_count: int


@dataclass(frozen=True, slots=True)
class RedactionRecall:
    """Counts that add up over interviews; a false alarm is a placeholder where the reference has no identifier."""

    categories: tuple[CategoryCount, ...]
    placeholder_count: int
    false_alarm_count: int
    surviving: tuple[ReferenceIdentifier, ...] = field(default=())

    @classmethod
    def zero(cls) -> RedactionRecall:
        return cls((), 0, 0)

    def __add__(self, other: RedactionRecall) -> RedactionRecall:
        """Counts of both; the list of survivors is that of one interview and is not carried over."""
        names = dict.fromkeys(count.category for count in (*self.categories, *other.categories))
        return RedactionRecall(
            tuple(_sum(name, (*self.categories, *other.categories)) for name in names),
            self.placeholder_count + other.placeholder_count,
            self.false_alarm_count + other.false_alarm_count,
        )

    @property
    def identifier_count(self) -> int:
        return sum(count.identifier_count for count in self.categories)

    @property
    def surviving_count(self) -> int:
        return sum(count.surviving_count for count in self.categories)

    @property
    def recall(self) -> float | None:
        """Share of identifiers of which no word survives; None without identifiers."""
        return 1 - self.surviving_count / self.identifier_count if self.identifier_count else None

    @property
    def precision(self) -> float | None:
        """Share of placeholders that stand where the reference has an identifier; None without placeholders."""
        return 1 - self.false_alarm_count / self.placeholder_count if self.placeholder_count else None


def measure_redaction_recall(
    reference: tuple[str, ...], identifiers: tuple[ReferenceIdentifier, ...], redacted: tuple[str, ...]
) -> RedactionRecall:
    """Align the words as spoken with the words after redaction and look at each identifier's place.

    An identifier survives if one of its words, or one spelt alike, stands at its place. A word that the transcriber
    left out does not survive. Alignment is by least edits over words (Levenshtein 1966), case and punctuation apart.
    """
    spoken = [_bare(word) for word in reference]
    written = [_bare(word) for word in redacted]
    survivors: set[int] = set()
    alarms = 0
    owner = {number: identifier for identifier in identifiers for number in range(identifier.first, identifier.after)}
    for block in _blocks(spoken, written):
        inside = [number for number in block.spoken if number in owner]
        survivors |= {number for number in inside if _survives(spoken[number], block, written)}
        if not inside:
            alarms += sum(_is_placeholder(redacted[number]) for number in block.written)
    surviving = tuple(one for one in identifiers if survivors & set(range(one.first, one.after)))
    names = dict.fromkeys(identifier.category for identifier in identifiers)
    categories = tuple(
        CategoryCount(
            name,
            sum(identifier.category == name for identifier in identifiers),
            sum(identifier.category == name for identifier in surviving),
        )
        for name in names
    )
    return RedactionRecall(categories, sum(map(_is_placeholder, redacted)), alarms, surviving)


@dataclass(frozen=True, slots=True)
class _Block:
    """Word numbers that stand against each other; one by one where `is_equal`."""

    spoken: range
    written: range
    is_equal: bool


def _blocks(spoken: list[str], written: list[str]) -> Iterator[_Block]:
    """Equal stretches and, whole, what lies between them."""
    open_spoken = open_written = 0
    for step in Levenshtein.opcodes(spoken, written):
        if step.tag != "equal":
            continue
        yield _Block(range(open_spoken, step.src_start), range(open_written, step.dest_start), False)
        yield _Block(range(step.src_start, step.src_end), range(step.dest_start, step.dest_end), True)
        open_spoken, open_written = step.src_end, step.dest_end
    yield _Block(range(open_spoken, len(spoken)), range(open_written, len(written)), False)


def _survives(word: str, block: _Block, written: list[str]) -> bool:
    if word in _EMPTY_WORDS or not word:
        return False
    if block.is_equal:
        return True
    return any(_are_alike(word, written[number]) for number in block.written)


def _are_alike(word: str, other: str) -> bool:
    if other.startswith("[") or not other:
        return False
    return word == other or (len(word) > 3 and SequenceMatcher(None, word, other).ratio() >= ALIKE_RATIO)


def _bare(word: str) -> str:
    """Lower case without outer punctuation and possessive; a placeholder keeps its brackets."""
    if placeholder := _PLACEHOLDER.search(word):
        return placeholder[0].casefold()
    return re.sub(r"['’]s$", "", word.strip(".,?!;:…\"“”‘’'()-–—")).casefold()


def _is_placeholder(word: str) -> bool:
    return _PLACEHOLDER.search(word) is not None


def _sum(name: str, counts: tuple[CategoryCount, ...]) -> CategoryCount:
    own = [count for count in counts if count.category == name]
    return CategoryCount(name, sum(one.identifier_count for one in own), sum(one.surviving_count for one in own))
