"""E-mail and web addresses as people say them, and names that are spelled out."""

from __future__ import annotations

import re

from colloquy.domain.redaction import Category, Finding
from colloquy.engines.spoken_numbers import CUE_WORDS, NumberReader

_LETTER_GAP = re.compile(r"\s*[-,.–]?\s*")
FEWEST_LETTERS = 3
FEWEST_LETTERS_UNASKED = 4
_MOST_PARTS = 12
_MOST_LETTERS = 8


def find_addresses(reader: NumberReader) -> list[Finding]:
    """`t dot kelly at calder dot NHS dot net`, `j smith at gmail.com`, `www dot … dot org`."""
    findings: list[Finding] = []
    said = {word.text.lower() for word in reader.words}
    if said.isdisjoint(reader.rules.top_level_domains):
        return findings
    for at, word in enumerate(reader.words):
        if word.text.lower() not in reader.rules.at_words or at == 0:
            continue
        if (last := _domain_end(reader, at + 1)) is not None:
            first = _local_start(reader, at - 1)
            span = reader.words[first].start, reader.words[last].end
            findings.append(Finding(*span, Category.EMAIL, "spoken:email", 0.9))
    at = 0
    while at < len(reader.words):
        last = _domain_end(reader, at)
        if last is not None:
            span = reader.words[at].start, reader.words[last].end
            findings.append(Finding(*span, Category.URL, "spoken:url", 0.6))
        at = at + 1 if last is None else last + 1
    return findings


def _domain_end(reader: NumberReader, start: int) -> int | None:
    """Last word of `part dot part …` from `start`, where it ends in a top-level domain."""
    at, found = start, None
    for _ in range(_MOST_PARTS):
        if at >= len(reader.words):
            break
        at = _after_letters(reader, at)
        if at > start and reader.words[at].text.lower() in reader.rules.top_level_domains:
            found = at if _has_dot(reader, start, at) else None
        after = _after_dot(reader, at)
        if after is None:
            break
        at = after
    return found


def _has_dot(reader: NumberReader, first: int, last: int) -> bool:
    return last > first + 1 or reader.text[reader.words[first].end : reader.words[last].start] == "."


def _after_letters(reader: NumberReader, at: int) -> int:
    """The last of the single letters that begin at `at` ("N H S"), or `at` itself."""
    first = at
    while (
        at - first < _MOST_LETTERS
        and len(reader.words[at].text) == 1
        and at + 1 < len(reader.words)
        and len(reader.words[at + 1].text) == 1
        and reader.text[reader.words[at].end : reader.words[at + 1].start].isspace()
    ):
        at += 1
    return at


def _after_dot(reader: NumberReader, at: int) -> int | None:
    """The word after a dot, said or written, that follows word `at`."""
    if at + 1 >= len(reader.words):
        return None
    if reader.text[reader.words[at].end : reader.words[at + 1].start] == ".":
        return at + 1
    is_said = reader.words[at + 1].text.lower() in reader.rules.dot_words
    return at + 2 if is_said and at + 2 < len(reader.words) and reader.are_joined(at, at + 1) else None


def _local_start(reader: NumberReader, last: int) -> int:
    """First word of the part before "at": back over dots, underscores, single letters and digits."""
    at = last
    for _ in range(_MOST_PARTS):
        gap = reader.text[reader.words[at - 1].end : reader.words[at].start] if at else ""
        before = reader.words[at - 1].text.lower() if at else ""
        if at >= 2 and before in reader.rules.joining_words:
            at -= 2
        elif at and (gap in (".", "_", "-") or (gap.isspace() and _is_address_piece(reader, at - 1))):
            at -= 1
        else:
            break
    return at


def _is_address_piece(reader: NumberReader, at: int) -> bool:
    word = reader.words[at].text
    return (len(word) == 1 and word not in ("a", "I")) or reader.digits_at(at) is not None


def find_spelled_names(reader: NumberReader, kept: frozenset[str]) -> list[Finding]:
    """`M-A-double-R`, `K, E, L, L, Y`; three letters only with hyphens or after a cue such as "spelt"."""
    findings: list[Finding] = []
    at = 0
    while at < len(reader.words):
        letters, after = _read_letters(reader, at)
        if _is_spelled_name(reader, at, after, letters) and letters.casefold() not in kept:
            span = reader.words[at].start, reader.words[after - 1].end
            findings.append(Finding(*span, Category.PERSON, "spoken:spelled", 0.7, known_as=letters.capitalize()))
        at = max(after, at + 1)
    return findings


def _read_letters(reader: NumberReader, start: int) -> tuple[str, int]:
    """Letters said one by one from `start`, doubles counted, and the first word after them."""
    letters, at = "", start
    while at < len(reader.words):
        if at > start and not _LETTER_GAP.fullmatch(reader.text, reader.words[at - 1].end, reader.words[at].start):
            break
        word = reader.words[at].text
        times = reader.rules.repeats.get(word.lower(), 0)
        if times and at + 1 < len(reader.words) and _is_letter(reader.words[at + 1].text):
            letters += reader.words[at + 1].text * times
            at += 2
        elif _is_letter(word):
            letters += word
            at += 1
        else:
            break
    # "C B T I think": the last letter is a word of the next sentence.
    if letters[-1:] == "I" and reader.text[reader.words[at - 2].end : reader.words[at - 1].start] != "-":
        return letters[:-1], at - 1
    return letters, at


def _is_letter(word: str) -> bool:
    return len(word) == 1 and word.isalpha()


def _is_spelled_name(reader: NumberReader, first: int, after: int, letters: str) -> bool:
    if len(letters) < FEWEST_LETTERS or len(set(letters.casefold())) == 1:
        return False
    gaps = {reader.text[reader.words[i].end : reader.words[i + 1].start] for i in range(first, after - 1)}
    before = reader.text[: reader.words[first].start].lower().split()[-CUE_WORDS:]
    heard = f" {' '.join(word.strip(',.?!;:') for word in before)} "
    is_cued = any(f" {cue} " in heard for cue in reader.rules.spelling_cues)
    if "".join(gaps) == "-" or is_cued:
        return True
    has_small = any(letter.islower() for letter in letters)
    return len(letters) >= FEWEST_LETTERS_UNASKED and not (has_small and {"a", "i"} >= set(letters))
