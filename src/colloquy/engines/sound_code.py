"""How a name sounds, roughly: its consonants with like sounds written alike.

After the idea of Soundex and Metaphone (Philips 1990), with the letter groups in which recognisers slip on names that
are common in the United Kingdom (Niamh and Neve, Siobhan and Shivawn, Kathryn and Catherine, Stephen and Steven).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# In order; an upper-case letter is a sound that is settled.
_RULES = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"(?<=[aeiou])(mh|bh)|v", "F"),
        (r"^(kn|gn|pn)", "N"),
        (r"^wr", "R"),
        (r"^x", "S"),
        (r"^si(?=[aeou])|^se(?=[aou])", "X"),
        (r"tch|ch|sch|sh|tio|cz|sz", "X"),
        (r"ph|ff", "F"),
        (r"th", "T"),
        (r"dg(?=[eiy])|j|^g(?=[ei])", "J"),
        (r"gh(?=t|$)", ""),
        (r"gh", "K"),
        (r"ck|cc|q|k|g|c(?![eiy])", "K"),
        (r"x", "KS"),
        (r"c|z|s", "S"),
        (r"d|t", "T"),
        (r"b|p", "P"),
        (r"mb$|m", "M"),
        (r"n", "N"),
        (r"l", "L"),
        (r"r", "R"),
        (r"f", "F"),
        (r"^[aeiouhyw]+", "A"),
        (r"[a-z]", ""),
    )
)
SHORTEST_CODE = 2


@cache
def sound_code(name: str) -> str:
    """Upper-case letters, one a sound, vowels only at the start; empty where too little is left to compare."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^a-z]", "", plain)
    for pattern, sound in _RULES:
        plain = pattern.sub(sound, plain)
    code = re.sub(r"(.)\1+", r"\1", plain)
    return code if len(code) >= SHORTEST_CODE else ""
