"""Second look at redacted text: names, numbers and addresses that must not be there, and loops.

These rules are written apart from the redaction's own, so that one slip does not blind both; they share only the list
of everyday words, since what redaction leaves for one ("a nice guy") must be no leak here. Not covered: a name that
nobody listed, a name in a spelling that nobody listed, a listed everyday name in lower case.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

from colloquy.engines.common_words import is_everyday
from colloquy.settings.expectations import LeakLimits, LoopLimits

UNITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SPOKEN = {word: str(value) for value, word in enumerate(UNITS)} | {"oh": "0", "o": "0", "nought": "0", "nil": "0"}
TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
TEEN_DIGITS = {word: str(value) for value, word in enumerate(TEENS, start=10)}
TEN_DIGITS = {word: str(value) for word, value in zip(TENS, range(20, 100, 10), strict=True)}
TIMES = {"double": 2, "triple": 3, "treble": 3}
# Words that do not end a number; "hundred" and "thousand" give size, not digits.
PASSED_OVER = {
    "um",
    "umm",
    "uh",
    "er",
    "erm",
    "mm",
    "hmm",
    "and",
    "then",
    "dash",
    "hyphen",
    "space",
    "hundred",
    "thousand",
}
TOKEN = re.compile(r"[^\W\d_]+|\d+")
SENTENCE_END = re.compile(r"[.?!…:\n]")
NO_WORD_AT_END = re.compile(r"(?<!\W)\W*\Z")
GAP = re.compile(r"[^\w\[\]]{0,4}")  # a placeholder between two numbers parts them

DIGIT = r"(?:\d|" + "|".join(SPOKEN) + ")"
NUMBER = r"(?:\d|" + "|".join((*SPOKEN, *TEENS, *TENS)) + ")"
PAUSE = r"\b[\s.,\-]*\b"
INWARD = "[ABD-HJLNP-UW-Z]"
EMAIL = re.compile(
    r"[\w.+\-]+\s?@\s?[\w\-]+\s?\.\s?\w{2,}"
    r"|\bat\s+(?:[\w\-]+\s+dot\s+)+(?:com|org|net|uk|co|ac|nhs|info|eu)\b",
    re.IGNORECASE,
)
# The inward half of a postcode ends in two letters of which none is C, I, K, M, O or V; "12 3rd" is an ordinal.
POSTCODE = re.compile(rf"\b[A-Z]{{1,2}}\d[A-Z\d]?\s*\d(?-i:(?!st\b|nd\b|rd\b|th\b)){INWARD}{{2}}\b", re.IGNORECASE)
# Letters one by one count in either case, two in one go only as capitals ("LS", not "is").
SPOKEN_POSTCODE = re.compile(
    rf"\b(?:[A-Z]{PAUSE}[A-Z]|[A-Z]|(?-i:[A-Z]{{2}})){PAUSE}{NUMBER}{PAUSE}(?:(?:{NUMBER}|[A-Z]){PAUSE})?"
    rf"{DIGIT}{PAUSE}(?:{INWARD}{PAUSE}{INWARD}|(?-i:{INWARD}{{2}}))\b",
    re.IGNORECASE,
)


def fold(text: str) -> str:
    """`text` without accents and with plain apostrophes; case is kept."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return plain.replace("\u2019", "'")


class ForbiddenTerms:
    """Looks for terms as whole words, whatever their accents and case.

    A term that is also everyday language ("Guy", "Will Young") counts only with capitals of its own.
    """

    def __init__(self, terms: Iterable[str], everyday_names: Iterable[str]) -> None:
        listed = {fold(name).casefold() for name in everyday_names}
        # One letter alone would match everywhere; initials are beyond this check.
        folded = {fold(term).casefold().strip() for term in terms if len(term.strip()) > 1}
        everyday = {term for term in folded if all(word in listed or is_everyday(word) for word in _words(term))}
        self._plain = _any_of(folded - everyday, re.IGNORECASE)
        self._everyday = _any_of({spelling for term in everyday for spelling in (_capitals(term), term.upper())})
        self._all = _any_of(folded, re.IGNORECASE)

    def stand_in(self, text: str) -> bool:
        folded = fold(text)
        return bool(self._plain.search(folded)) or any(
            not _proves_nothing(folded, match) for match in self._everyday.finditer(folded)
        )

    def may_begin_a_sentence_in(self, text: str) -> bool:
        """An everyday name where a capital proves nothing."""
        folded = fold(text)
        return any(_proves_nothing(folded, match) for match in self._everyday.finditer(folded))

    def stand_in_label(self, label: str) -> bool:
        return bool(self._all.search(re.sub(r"[\W_]+", " ", fold(label))))


def holds_number(text: str, limits: LeakLimits) -> bool:
    """A run of digits, written or spoken, long enough for a telephone, NHS or other identity number."""
    for run in _number_runs(text):
        if _counts(run):
            continue
        singles = sum(len(group) == 1 for group in run)
        if singles > limits.most_single_digits or sum(map(len, run)) > limits.most_digits:
            return True
    return False


def holds_address(text: str) -> bool:
    """An e-mail address or a postcode, written or as people say it."""
    return bool(EMAIL.search(text) or POSTCODE.search(text) or SPOKEN_POSTCODE.search(text))


def loop_starts(texts: Sequence[str], limits: LoopLimits) -> list[bool]:
    """For each word, whether a phrase begins here that is said more often in a row than the limits allow."""
    words = [re.sub(r"\W+", "", text).casefold() for text in texts]
    starts = [False] * len(words)
    for length in range(1, limits.longest_phrase_words + 1):
        most = limits.most_word_repeats if length == 1 else limits.most_repeats
        same = 0
        for index in range(length, len(words) + 1):
            if index < len(words) and words[index] == words[index - length]:
                same += 1
                continue
            first = index - same - length
            if same >= most * length and (length == 1 or len(set(words[first : first + length])) > 1):
                starts[first] = True
            same = 0
    return starts


def _words(term: str) -> list[str]:
    return TOKEN.findall(term) or [term]


def _capitals(term: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda word: word.group().capitalize(), term)


def _any_of(terms: Iterable[str], flags: int = 0) -> re.Pattern[str]:
    spelled = [r"[\s,.\-]+".join(map(re.escape, re.split(r"[\s\-]+", term))) for term in sorted(terms)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(spelled)})(?!\w)" if spelled else r"(?!)", flags)


def _proves_nothing(text: str, name: re.Match[str]) -> bool:
    """Whether the capital may be there for another reason: a sentence begins, or the words around are shouted."""
    if len(_words(name.group())) > 1 and not name.group().isupper():
        return False
    gap = NO_WORD_AT_END.search(text[: name.start()])
    if gap is None or gap.start() == 0 or SENTENCE_END.search(gap.group()):
        return True
    around = (*TOKEN.findall(text[: gap.start()])[-1:], *TOKEN.findall(text[name.end() :])[:1])
    return name.group().isupper() and any(len(word) > 1 and word.isupper() for word in around)


def _number_runs(text: str) -> list[list[str]]:
    """Groups of digits that follow one another, hesitations left out; a doubled digit counts as two groups."""
    runs: list[list[str]] = [[]]
    times, end, before = 1, 0, ""
    folded = fold(text).casefold()
    for token in TOKEN.finditer(folded):
        word = token.group()
        if not GAP.fullmatch(folded, end, token.start()):
            runs.append([])
        end = token.end()
        digits = SPOKEN.get(word) or TEEN_DIGITS.get(word) or TEN_DIGITS.get(word) or (word if word.isdecimal() else "")
        if digits and before in TEN_DIGITS and word in SPOKEN and runs[-1]:
            runs[-1][-1] = runs[-1][-1][0] + digits  # twenty-five
        elif digits:
            runs[-1].extend([digits] * times)
        elif word not in TIMES and word not in PASSED_OVER:
            runs.append([])
        times, before = TIMES.get(word, 1), word
    return [run for run in runs if run]


def _counts(run: list[str]) -> bool:
    """Whether the run counts up or down in equal steps, lists years, or repeats one exclamation ("oh, oh, oh")."""
    values = [int(group) for group in run]
    steps = {after - before for before, after in pairwise(values)}
    are_years = all(1900 <= value <= 2100 for value in values)
    return len(values) > 2 and (len(steps) == 1 or are_years)
