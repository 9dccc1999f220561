"""Participants' codes in a file's name, and the interview's id that follows; never a person's name."""

from __future__ import annotations

import re
from itertools import count

# Letters and digits look like a code, but Amy07 is Amy. Without a list of codes, these letters are taken for a name.
_NAMES = """
abi ada al ali amy ana ann art ava bea ben bet bo bob cal cat dan dee des di don ed eli ema eva eve fay fin flo gil
gus guy hal han ian ida ina ira isa ivy jan jay jed jen jim jo joe jon joy kai kat kay ken kim kit lea lee leo les lex
li lia lil liv liz lou lu luc lyn mae max may meg mel mia mo nan nat ned nia nik noa obi oli pam pat peg pia pip rab
raj ray reg rex ria rob rod ron roy roz sal sam seb sid sol sue syd tam ted tia tim tod tom ty uma una val vic viv wes
wyn yan zac zak zed zia zoe
"""
SHORT_FIRST_NAMES = frozenset(_NAMES.split())


def codes_in(stem: str, pattern: str, listed: frozenset[str]) -> tuple[tuple[str, ...], int | None]:
    """The codes in upper case and which of their interviews it is; none where one of them may be a name.

    `listed` are the study's own codes in upper case; where there are any, no other counts. Some of the codes alone
    would say that fewer people speak than do, so it is all of them or none.
    """
    match = re.match(pattern, stem)
    if match is None:
        return (), None
    codes = tuple(code for code in re.split(r"[ _+&-]+", (match["participants"] or "").upper()) if code)
    if not all(code in listed if listed else not _may_be_name(code) for code in codes):
        return (), None
    part = match.groupdict().get("part")
    return codes, int(part) if part and part.isdecimal() else None


def free_id(codes: tuple[str, ...], part: int | None, taken: set[str]) -> str:
    """P07, P07-2 for the second file; P07-4 where the name says so; R01, R02, … without codes."""
    if not codes:
        return next(name for n in count(1) if (name := f"R{n:02d}") not in taken)
    stem = "-".join(codes)
    wanted = stem if part is None else f"{stem}-{part}"
    return wanted if wanted not in taken else next(name for n in count(2) if (name := f"{stem}-{n}") not in taken)


def _may_be_name(code: str) -> bool:
    return code.rstrip("0123456789").lower() in SHORT_FIRST_NAMES
