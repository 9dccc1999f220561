"""Which words are everyday English, from the vocabulary that openai-whisper carries.

Whisper's English vocabulary (GPT-2's byte pairs) was counted on a large text collection and lists frequent words first,
with " will" apart from " Will": a word that stands there in small letters, and not much later than with a capital, is
a word of the language and no name.
"""

from __future__ import annotations

import base64
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from colloquy.errors import RedactionError

# "david" is in the vocabulary too, but six times later than "David"; "bell" comes at about the same place as "Bell".
MOSTLY_CAPITAL = 0.6
_ENDINGS = (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ly", ""))
_MORE_ENDINGS = (("er", ""), ("ers", ""), ("er", "e"), ("ness", ""), ("iness", "y"), ("less", ""), ("ful", ""))
_BRITISH = (("is", "iz"), ("our", "or"), ("ll", "l"), ("tre", "ter"), ("ogramme", "ogram"), ("ence", "ense"))


@cache
def _ranks() -> dict[str, int]:
    """Whole words of Whisper's English vocabulary and their rank. Raises RedactionError."""
    package = find_spec("whisper")
    try:
        if package is None or package.origin is None:
            raise FileNotFoundError
        lines = (Path(package.origin).parent / "assets" / "gpt2.tiktoken").read_bytes().splitlines()
    except OSError:
        raise RedactionError(
            "redaction.names: openai-whisper's vocabulary is missing, and names cannot be told from words without it. "
            "Install the project's requirements again."
        ) from None
    ranks: dict[str, int] = {}
    for line in lines:
        token, rank = line.split()
        piece = base64.b64decode(token)
        if piece.startswith(b" ") and piece[1:].isalpha():
            ranks.setdefault(piece[1:].decode("latin-1"), int(rank))
    return ranks


@cache
def is_common(word: str) -> bool:
    """Whether `word` (any case) is an everyday word, as it stands or as a form of one ("signposting")."""
    word = word.lower()
    if is_everyday(word):
        return True
    if len(word) < 4:
        return False
    forms = {word} | {word.replace(british, american) for british, american in _BRITISH}
    stems = {
        form.removesuffix(old) + new for form in forms for old, new in _ENDINGS + _MORE_ENDINGS if _ends(form, old)
    }
    doubled = {stem[:-1] for stem in stems if len(stem) > 3 and stem[-1] == stem[-2]}
    return any(is_everyday(form) for form in forms | stems | doubled)


def _ends(word: str, ending: str) -> bool:
    return word.endswith(ending) and len(word) - len(ending) >= 3


@cache
def is_everyday(word: str) -> bool:
    """Whether `word` (any case) is an everyday word just as it stands; "Peter" is, by its form, a kind of "pet"."""
    ranks = _ranks()
    word = word.lower()
    small = ranks.get(word)
    if small is None:
        return False
    capital = ranks.get(word.capitalize())
    return capital is None or capital > MOSTLY_CAPITAL * small


def is_known(word: str) -> bool:
    """Whether `word` is in the vocabulary at all, as a word or as a well-known name."""
    return word.lower() in _ranks() or word.capitalize() in _ranks()
