"""Sentences to train the demo checkpoint on: patterns of the interview domain, and word salad.

The sentences of the demo interviews themselves are never drawn on purpose; salad keeps the decoder from guessing.
"""

from __future__ import annotations

import random
import re
import tomllib
from functools import cache
from pathlib import Path

_KNOWN = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


def _listed(name: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in str(_KNOWN[name]).split(","))


FIRST_NAMES, SURNAMES, PLACES, ORGANISATIONS = map(_listed, ("first_names", "surnames", "places", "organisations"))
DIGITS, LETTERS, COUNTS, DAYS = map(_listed, ("digits", "letters", "counts", "days"))
PEOPLE, PLURALS, THINGS, THINGS_MANY = map(_listed, ("people", "plurals", "things", "things_many"))
ADJECTIVES, ADVERBS, VERBS, PAST, ING = map(_listed, ("adjectives", "adverbs", "verbs", "past", "ing"))
FUNCTION, QUESTION_STARTS = map(_listed, ("function", "question_starts"))
TEMPLATES = tuple(_KNOWN["templates"])
FREE = tuple(_KNOWN["free"])


def sentence(rng: random.Random) -> str:
    """One sentence as written: salad, shuffled pieces, patterns, and freely worded, half of those with wrong words.

    Patterns alone teach the decoder to finish sentences that nobody said.
    """
    kind = rng.random()
    if kind < 0.2:
        return _salad(rng)
    if kind < 0.55:
        return _hesitate(_shuffled(rng), rng)
    if kind < 0.7:
        return pattern_sentence(rng)
    free = _filled(rng.choice(FREE), rng)
    return _hesitate(free if kind < 0.85 else _with_wrong_words(free, rng), rng)


def pattern_sentence(rng: random.Random) -> str:
    """One sentence as somebody would say it, with a hesitation now and then."""
    return _hesitate(_from_template(rng), rng)


@cache
def vocabulary() -> tuple[str, ...]:
    """Every word a sentence can hold, in the case it has inside a sentence, sorted."""
    words: set[str] = {"um", "er", "mm", *FIRST_NAMES, *SURNAMES, *PLACES, *DIGITS, *LETTERS, *COUNTS, *DAYS, *FUNCTION}
    for phrases in (
        *(PEOPLE, PLURALS, THINGS, THINGS_MANY, ADJECTIVES, ADVERBS, VERBS, PAST, ING, ORGANISATIONS),
        QUESTION_STARTS,
    ):
        for phrase in phrases:
            words.update(phrase.split())
    for template in (*TEMPLATES, *FREE):
        words.update(w for w in re.sub(r"\{\w+\}", " ", template).replace(".", " ").replace("?", " ").split())
    cleaned = {w.strip(",.?") for w in words} - {""}
    proper = {*FIRST_NAMES, *SURNAMES, *PLACES, *DAYS, *LETTERS, "I", "I'm", "I've", "NHS", "English"}
    proper |= {w for phrase in ORGANISATIONS for w in phrase.split()}
    return tuple(sorted({w if w in proper else w.lower() for w in cleaned}))


def _shuffled(rng: random.Random) -> str:
    """Runs of two to four words from several patterns, in any order: real word pairs, unforeseeable sentences."""
    pieces: list[str] = []
    for _ in range(rng.randint(2, 4)):
        source = _filled(rng.choice(FREE), rng) if rng.random() < 0.6 else _from_template(rng)
        words = [_inside(word) for word in source.rstrip(".?").split()]
        while words:
            count = rng.randint(2, 4)
            pieces.append(" ".join(words[:count]))
            words = words[count:]
    rng.shuffle(pieces)
    text = " ".join(" ".join(pieces).split()[: rng.randint(4, 16)]).rstrip(",")
    return text[0].upper() + text[1:] + rng.choice((".", ".", ".", "?"))


def _with_wrong_words(text: str, rng: random.Random) -> str:
    """One word in six, but never the first or last, is another or is missing."""
    first, *middle, last = text.split()
    kept: list[str] = []
    for word in middle:
        chance = rng.random()
        if chance > 1 / 6:
            kept.append(word)
        elif chance > 1 / 24:
            kept.append(rng.choice(vocabulary()) + ("," if word.endswith(",") else ""))
    return " ".join([first, *kept, last])


def _inside(word: str) -> str:
    """A word as it is written inside a sentence."""
    word = word.rstrip(".?")
    bare = word.strip(",.?")
    return word if bare in vocabulary() else word.lower()


def _from_template(rng: random.Random) -> str:
    return _filled(rng.choice(TEMPLATES), rng)


def _filled(template: str, rng: random.Random) -> str:
    text = re.sub(r"\{(\w+)\}", lambda match: _fill(match.group(1), rng), template)
    return text[0].upper() + text[1:]


def _fill(slot: str, rng: random.Random) -> str:
    choices = {
        "N": FIRST_NAMES, "L": PLACES, "O": ORGANISATIONS, "R": PEOPLE, "Q": PLURALS, "t": THINGS,
        "ts": THINGS_MANY, "a": ADJECTIVES, "adv": ADVERBS, "v": VERBS, "v_ed": PAST, "g": ING, "c": COUNTS,
        "D": DAYS, "q": QUESTION_STARTS, "l": LETTERS, "mtime": ("morning", "afternoon"),
    }  # fmt: skip
    if slot in choices:
        return rng.choice(choices[slot])
    if slot == "P":
        return f"{rng.choice(FIRST_NAMES)} {rng.choice(SURNAMES)}"
    if slot == "s":
        return rng.choice(SURNAMES).lower()
    if slot == "org":
        return rng.choice(ORGANISATIONS).split()[0].lower()
    if slot == "pc":
        parts = [rng.choice(LETTERS) for _ in range(rng.choice((1, 2)))]
        parts += [rng.choice(DIGITS[1:10]) for _ in range(rng.choice((2, 3)))]
        return " ".join([*parts, rng.choice(LETTERS), rng.choice(LETTERS)])
    return _digits(int(slot[1:]), rng)


def _digits(count: int, rng: random.Random) -> str:
    words: list[str] = []
    while count > 0:
        if count > 1 and rng.random() < 0.15:
            words += ["double", rng.choice(DIGITS[:10])]
            count -= 2
        else:
            words.append(rng.choice(DIGITS))
            count -= 1
    return " ".join(words)


def _hesitate(text: str, rng: random.Random) -> str:
    if rng.random() < 0.12:
        first, _, rest = text.partition(" ")
        keeps_case = first.strip(",.?") in vocabulary()
        opener = rng.choice(("Um", "Er", "Well", "Yes", "Mm", "And", "No", "So"))
        text = f"{opener}, {first if keeps_case else first.lower()} {rest}".rstrip()
    if ", " in text and rng.random() < 0.15:
        text = text.replace(", ", f", {rng.choice(('um', 'er'))}, ", 1)
    return text


def _salad(rng: random.Random) -> str:
    count = rng.randint(2, 12)
    words = [rng.choice(vocabulary()) if rng.random() < 0.75 else rng.choice(FUNCTION) for _ in range(count)]
    words = [w + "," if i < count - 1 and rng.random() < 0.1 else w for i, w in enumerate(words)]
    words[0] = words[0][0].upper() + words[0][1:]
    return " ".join(words) + ("?" if rng.random() < 0.1 else ".")
