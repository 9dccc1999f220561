"""Where a study's vocabulary stands in a transcript, and where it stands as it does in the list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class FoundTerm:
    """Words `first` to `last`, both included, are the vocabulary's term `number`."""

    first: int
    last: int
    number: int


def find_vocabulary(tokens: Sequence[str], vocabulary: Sequence[str]) -> tuple[FoundTerm, ...]:
    """Terms in order, the longest where several begin; `tokens` and terms are without case, spaces and punctuation.

    A term counts however it is parted into words: "PHQ-9" is found in "PHQ 9".
    """
    numbers = {term: number for number, term in reversed(list(enumerate(vocabulary))) if term}
    longest = max(map(len, numbers), default=0)
    found: list[FoundTerm] = []
    at = 0
    while at < len(tokens):
        term = _term_at(tokens, at, numbers, longest)
        found += [term] if term else []
        at = term.last + 1 if term else at + 1
    return tuple(found)


def _term_at(tokens: Sequence[str], first: int, numbers: dict[str, int], longest: int) -> FoundTerm | None:
    best, text = None, ""
    for last in range(first, len(tokens)):
        text += tokens[last]
        if len(text) > longest:
            break
        if text in numbers and tokens[last]:
            best = FoundTerm(first, last, numbers[text])
    return best


def as_listed(found: Sequence[FoundTerm]) -> Iterator[tuple[FoundTerm, ...]]:
    """Runs of terms with nothing said between them, in the order of the list; a term by itself is a run of one."""
    run: list[FoundTerm] = list(found[:1])
    for before, term in pairwise(found):
        if term.first != before.last + 1 or term.number <= before.number:
            yield tuple(run)
            run = []
        run.append(term)
    if run:
        yield tuple(run)
