"""Which piece of a recording a file is, by its name: `P07 part 2`, `P07_pt2`, `P07 (1 of 2)`; or by its recorder's."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBER = r"(?:\d{1,2}|" + "|".join(_WORDS) + ")"
_OPEN, _CLOSE = r"[(\[]?", r"(?![A-Za-z0-9])[)\]]?"
_PIECE = re.compile(
    # part 2, pt2, piece two, part 1 of 3; the code before it may touch: P07part2
    rf"{_OPEN}(?<![A-Za-z])(?P<word>part|pt|piece|segment)[ ._#-]*"
    rf"(?P<number1>{_NUMBER})(?:[ _-]*of[ _-]*(?P<total1>{_NUMBER}))?{_CLOSE}"
    # (1 of 2), 1of2
    rf"|{_OPEN}(?<![A-Za-z0-9])(?P<number2>{_NUMBER})[ _-]*of[ _-]*(?P<total2>{_NUMBER}){_CLOSE}",
    re.IGNORECASE,
)
_JOINS = re.compile(
    r"[ _.-]+joins[ _-]+(?P<id>[A-Za-z]{1,4}\d{1,4}(?:[-_](?:[A-Za-z]{1,4})?\d{1,4})*)(?![A-Za-z0-9])", re.IGNORECASE
)
_SEPARATORS = " _.-,"
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class PieceName:
    """A name taken apart: the rest of it, the piece's number, and of how many where it says so."""

    rest: str = field(repr=False)
    number: int
    total: int | None


def piece_in(stem: str, pattern: str) -> PieceName | None:
    """None where the name speaks of no piece, or where the study's own pattern reads that as a code or an occasion."""
    found = _PIECE.search(stem)
    if found is None or _is_patterns_own(stem, pattern, found):
        return None
    before, after = stem[: found.start()].rstrip(_SEPARATORS), stem[found.end() :]
    # What follows must not come to stand behind the code: "P07 part 1 2" is not of the second occasion.
    rest = f"{before}#{after}" if before and after.strip(_SEPARATORS) else before or after.lstrip(_SEPARATORS)
    total = found["total1"] or found["total2"]
    return PieceName(rest, _number(found["number1"] or found["number2"]), _number(total) if total else None)


def _is_patterns_own(stem: str, pattern: str, found: re.Match[str]) -> bool:
    """Whether the study's pattern reads this as a code (PT02) or as the occasion."""
    match = re.match(pattern, stem)
    if match is None:
        return False
    codes = match["participants"] or ""
    if found["word"] and codes.lower().startswith(found["word"].lower()):
        return True
    if not match.groupdict().get("part"):
        return False
    return found.start() <= match.start("part") and match.end("part") <= found.end() <= match.end()


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 1 + _WORDS.index(text.lower())


def recorder_order(name: str) -> tuple[tuple[str, int], ...]:
    """Sorts REC9 before REC10, whatever their endings."""
    stem = stem_of(name).casefold()
    numbers = [int(digits) for digits in _DIGITS.findall(stem)]
    return tuple(zip(_DIGITS.split(stem), [*numbers, -1], strict=True))


def recorder_form(name: str) -> str:
    """What the names have in common that one recorder gives: REC0001.wav and REC0002.flac."""
    return _DIGITS.sub("0", stem_of(name).casefold())


def stem_of(name: str) -> str:
    """Without its ending, and without the folders before it."""
    last = name.rpartition("/")[2]
    return last.rpartition(".")[0] or last


def stated_id(stem: str) -> tuple[str, str]:
    """The name without its "joins P08-2", and the interview that a person named in it; empty where none is."""
    found = _JOINS.search(stem)
    if found is None:
        return stem, ""
    return stem[: found.start()] + stem[found.end() :], found["id"].upper().replace("_", "-")
