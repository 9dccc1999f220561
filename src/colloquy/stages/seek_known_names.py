"""What was found once is sought everywhere: at a sentence's start, alone after the full name, in other interviews.

It leaves nothing of what the check for known names would refuse.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from colloquy.domain.known_names import KnownSpelling, StudyNames, known_spellings
from colloquy.domain.redaction import CERTAIN_SCORE, NAMED_CATEGORIES, Finding, KeyEntry
from colloquy.domain.text_span import TextWord, find_words, plain, starts_sentence

SOURCE = "known:again"
KNOWN_SCORE, GUESS_SCORE = 0.6, 0.4
_GAP, _TIGHT_GAP = re.compile(r"[\s,.\-‐–]+"), re.compile(r"[\s\-‐–]+")


def seek_known_names(
    texts: tuple[str, ...], found: tuple[tuple[Finding, ...], ...], names: StudyNames
) -> tuple[tuple[Finding, ...], ...]:
    """What `found` does not cover yet, by text: what the study knows, and names of these texts.

    A rare name is sought in any case. What is also everyday language, or a guess, must have a capital; a single word
    with a capital at the start of a sentence must not occur in small letters in these texts ("Will you …" beside
    "I will").
    """
    words = tuple(find_words(text) for text in texts)
    small = {word.text for one in words for word in one if word.text.islower()}
    here = replace(names, roster=(), key=tuple(_entries(texts, found)))
    sought: dict[str, dict[tuple[str, ...], KnownSpelling]] = {}
    for known in (*known_spellings(names), *known_spellings(here)):
        alike = sought.setdefault(known.words[0], {})
        if known.words not in alike or alike[known.words].needs_capitals:
            alike[known.words] = known
    return tuple(
        tuple(one for one in _seek(text, inside, sought, small) if not _is_covered(one, findings))
        for text, inside, findings in zip(texts, words, found, strict=True)
    )


def _is_covered(one: Finding, findings: tuple[Finding, ...]) -> bool:
    """`findings` are in order and do not overlap."""
    at = bisect_right(findings, one.start, key=lambda finding: finding.start) - 1
    return at >= 0 and one.end <= findings[at].end


def _entries(texts: tuple[str, ...], found: tuple[tuple[Finding, ...], ...]) -> Iterator[KeyEntry]:
    """The names of these texts as the key would hold them."""
    for text, findings in zip(texts, found, strict=True):
        for finding in findings:
            if finding.category in NAMED_CATEGORIES:
                spelled = (text[finding.start : finding.end],)
                yield KeyEntry("", finding.category, spelled, spelled if finding.score < CERTAIN_SCORE else ())


def _seek(
    text: str,
    words: tuple[TextWord, ...],
    sought: dict[str, dict[tuple[str, ...], KnownSpelling]],
    small: set[str],
) -> Iterator[Finding]:
    spelled = tuple(plain(word.text) for word in words)
    for at, word in enumerate(words):
        for known in sought.get(spelled[at], {}).values():
            inside = words[at : at + len(known.words)]
            if spelled[at : at + len(known.words)] != known.words or not _touch(text, inside, known):
                continue
            if known.needs_capitals and not _have_own_capitals(text, inside, small):
                continue
            score = GUESS_SCORE if known.is_guess else KNOWN_SCORE
            yield Finding(word.start, inside[-1].end, known.category, SOURCE, score, known.known_as)


def _touch(text: str, words: tuple[TextWord, ...], known: KnownSpelling) -> bool:
    """Whether little stands between the words: blanks and hyphens, in a rare name light punctuation too."""
    gap = _TIGHT_GAP if known.needs_capitals else _GAP
    return all(gap.fullmatch(text, before.end, after.start) for before, after in pairwise(words))


def _have_own_capitals(text: str, words: tuple[TextWord, ...], small: set[str]) -> bool:
    if not all(word.text[0].isupper() for word in words):
        return False
    return len(words) > 1 or words[0].text.lower() not in small or not starts_sentence(text, words[0].start)
