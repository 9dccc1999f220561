"""Numbers and postcodes as people read them out: "oh seven seven double oh", "M one three nine P L"."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from colloquy.domain.redaction import Category, Finding
from colloquy.domain.text_span import TextWord
from colloquy.settings.redaction_language import SpokenRules

FEWEST_DIGITS = 6
FEWEST_FIRM_DIGITS = 4
FEWEST_PIECE_DIGITS = 3
CUE_WORDS = 7
NEXT_PIECE_WORDS = 4
_GAP = re.compile(r"[\s,.\-–—…;()+]*")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)")
_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}")
_LONGEST_POSTCODE = 10


@dataclass(frozen=True, slots=True)
class Digits:
    """What one or two words say as digits. `is_firm`: each digit was said, so it is no amount, age or year."""

    value: str = field(repr=False)
    is_firm: bool
    next_word: int


@dataclass(frozen=True, slots=True)
class NumberReader:
    """Reads words as digits by one language's rules."""

    rules: SpokenRules
    text: str = field(repr=False)
    words: tuple[TextWord, ...] = field(repr=False)

    def digits_at(self, at: int) -> Digits | None:
        word = self.words[at].text.lower()
        rules = self.rules
        if word in rules.digits:
            return Digits(rules.digits[word], True, at + 1)
        if word in rules.repeats and (after := self._single_after(at)):
            return Digits(after * rules.repeats[word], True, at + 2)
        if word in rules.teens:
            return Digits(rules.teens[word], False, at + 1)
        if word in rules.tens:
            unit = self._single_after(at)
            return Digits(rules.tens[word] + (unit or "0"), False, at + (2 if unit and unit != "0" else 1))
        if word.isascii() and word.isdigit():
            is_year = len(word) == 4 and word[:2] in ("19", "20")
            return Digits(word, not is_year and (len(word) != 2 or word[0] == "0"), at + 1)
        return None

    def are_joined(self, left: int, right: int) -> bool:
        """Whether only spaces and light punctuation stand between two neighbouring words."""
        return _GAP.fullmatch(self.text, self.words[left].end, self.words[right].start) is not None

    def skip_fillers(self, at: int) -> int:
        """The next word that is no filler; looks no further than three words."""
        for step in range(3):
            if at + step >= len(self.words) or self.words[at + step].text.lower() not in self.rules.fillers:
                return at + step
            if at + step > 0 and not self.are_joined(at + step - 1, at + step):
                return at
        return at

    def _single_after(self, at: int) -> str | None:
        if at + 1 >= len(self.words) or not self.are_joined(at, at + 1):
            return None
        word = self.words[at + 1].text.lower()
        return self.rules.digits.get(word, word if word.isascii() and word.isdigit() and len(word) == 1 else None)


def find_numbers(reader: NumberReader) -> list[Finding]:
    """Runs of six digits and more. A plain count ("one, two, three …") and amounts are left."""
    findings: list[Finding] = []
    at = 0
    while at < len(reader.words):
        run, after = _read_run(reader, at)
        last = run[-1].next_word - 1 if run else at
        if _is_identifier(run) and not (_is_count(run) and _with_letters(reader, at, last) == (at, last)):
            findings.append(_finding(reader, at, last, "".join(item.value for item in run)))
        at = max(after, at + 1)
    return findings


def find_pieces(reader: NumberReader) -> list[Finding]:
    """Digits said one by one after a word that announces a number: three, or two after "NHS", "phone" and the like.

    A recogniser mishears words in the middle of a number; the pieces around them identify just as well, so two digits
    are also enough close after another piece.
    """
    findings: list[Finding] = []
    at, end, category = 0, -NEXT_PIECE_WORDS - 1, Category.OTHER_NUMBER
    while at < len(reader.words):
        run, after = _read_run(reader, at)
        firm = sum(len(item.value) for item in run if item.is_firm)
        announced = _announced(reader, at)
        is_next = at - end <= NEXT_PIECE_WORDS
        is_certain = is_next or announced not in (None, Category.OTHER_NUMBER)
        if firm >= FEWEST_PIECE_DIGITS - is_certain and (is_certain or (announced and not _is_count(run))):
            category, end = announced or category, run[-1].next_word - 1
            findings.append(_span(reader, *_with_letters(reader, at, end), category, 0.5))
        at = max(after, at + 1)
    return findings


def find_postcode_pieces(reader: NumberReader) -> list[Finding]:
    """Two and more capitals and digits, one by one, after the word "postcode"."""
    findings: list[Finding] = []
    last_cue, first = -3 * CUE_WORDS, None
    for at, word in enumerate(reader.words):
        if word.text.lower() in reader.rules.postcode_cues:
            last_cue = at
        is_piece = at - last_cue <= 2 * CUE_WORDS and (_is_postcode_letter(word.text) or _is_digit(reader, at))
        if first is not None and not (is_piece and reader.are_joined(at - 1, at)):
            findings += _postcode_piece(reader, first, at - 1)
            first = None
        if is_piece and first is None:
            first = at
    return findings if first is None else [*findings, *_postcode_piece(reader, first, len(reader.words) - 1)]


def _postcode_piece(reader: NumberReader, first: int, last: int) -> list[Finding]:
    return [_span(reader, first, last, Category.POSTCODE, 0.5)] if last > first else []


def _is_postcode_letter(word: str) -> bool:
    return len(word) <= 2 and word.isalpha() and word.isupper() and word != "I"


def _is_digit(reader: NumberReader, at: int) -> bool:
    digits = reader.digits_at(at)
    return digits is not None and digits.is_firm


def _announced(reader: NumberReader, at: int) -> Category | None:
    """What kind of number the words before word `at` speak of; a plain "number" counts least."""
    rules = reader.rules
    before = {word.text.lower() for word in reader.words[max(0, at - CUE_WORDS) : at]}
    cues = (
        (rules.nhs_cues, Category.NHS_NUMBER),
        (rules.phone_cues, Category.PHONE),
        (rules.number_cues, Category.OTHER_NUMBER),
    )
    return next((category for words, category in cues if before & set(words)), None)


def _read_run(reader: NumberReader, start: int) -> tuple[list[Digits], int]:
    """The digits said from word `start` on, and the first word after them."""
    run: list[Digits] = []
    at = start
    while at < len(reader.words):
        if _is_amount(reader, at):
            return (run, at + 1) if run else ([], at + 1)
        item = reader.digits_at(at)
        if item is None:
            break
        if item.next_word < len(reader.words) and reader.words[item.next_word].text.lower() in reader.rules.magnitudes:
            return run, item.next_word + 1
        run.append(item)
        at = reader.skip_fillers(item.next_word)
        if at >= len(reader.words) or not reader.are_joined(at - 1, at):
            break
    return run, run[-1].next_word if run else start + 1


def _is_amount(reader: NumberReader, at: int) -> bool:
    word = reader.words[at]
    if word.start > 0 and reader.text[word.start - 1] in "£$€":
        return True
    if reader.text[word.end : word.end + 1] == "%":
        return True
    begins = word.start
    while begins > 0 and (reader.text[begins - 1].isdigit() or reader.text[begins - 1] == ","):
        begins -= 1
    match = _THOUSANDS.match(reader.text, begins)
    return match is not None and match.end() >= word.end


def _is_identifier(run: list[Digits]) -> bool:
    value = "".join(item.value for item in run)
    if len(value) < FEWEST_DIGITS:
        return False
    firm = sum(len(item.value) for item in run if item.is_firm)
    return firm >= FEWEST_FIRM_DIGITS or (value[0] == "0" and len(value) in (10, 11)) or is_nhs_number(value)


def _is_count(run: list[Digits]) -> bool:
    """Whether somebody counts up or down, one by one."""
    steps = {int(b.value) - int(a.value) for a, b in pairwise(run)}
    return len(run) > 1 and steps in ({1}, {-1})


def is_nhs_number(digits: str) -> bool:
    """Ten digits with a right check digit (NHS Data Dictionary: modulus 11, weights 10 to 2)."""
    if len(digits) != 10 or len(set(digits)) == 1:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    return (11 - total % 11) % 11 == int(digits[9])


def _finding(reader: NumberReader, first: int, last: int, value: str) -> Finding:
    before = {word.text.lower() for word in reader.words[max(0, first - CUE_WORDS) : first]}
    if is_nhs_number(value) or (len(value) == 10 and before & set(reader.rules.nhs_cues)):
        return _span(reader, first, last, Category.NHS_NUMBER, 0.9)
    if (value[0] == "0" and len(value) in (10, 11)) or (value[:2] == "44" and len(value) == 12):
        return _span(reader, first, last, Category.PHONE, 0.85)
    if before & set(reader.rules.phone_cues) and len(value) <= 12:
        return _span(reader, first, last, Category.PHONE, 0.7)
    first, last = _with_letters(reader, first, last)
    return _span(reader, first, last, Category.OTHER_NUMBER, 0.5)


def _with_letters(reader: NumberReader, first: int, last: int) -> tuple[int, int]:
    """With the capital letters that belong to a National Insurance, passport or registration number."""
    begin, end = first, last
    for _ in range(2):
        if begin > 0 and reader.are_joined(begin - 1, begin) and _is_lone_letter(reader.words[begin - 1].text):
            begin -= 1
    if end + 1 < len(reader.words) and reader.are_joined(end, end + 1) and _is_lone_letter(reader.words[end + 1].text):
        end += 1
    return begin, end


def _is_lone_letter(word: str) -> bool:
    return len(word) == 1 and word.isalpha() and word.isupper() and word != "I"


def _span(reader: NumberReader, first: int, last: int, category: Category, score: float) -> Finding:
    start, end = reader.words[first].start, reader.words[last].end
    return Finding(start, end, category, f"spoken:{category.name.lower().replace('_', '-')}", score)


def find_postcodes(reader: NumberReader) -> list[Finding]:
    """A full postcode said letter by letter; the longest reading from its first letter is taken."""
    findings: list[Finding] = []
    at = 0
    while at < len(reader.words):
        last = _postcode_end(reader, at)
        if last is not None:
            findings.append(_span(reader, at, last, Category.POSTCODE, 0.8))
        at = at + 1 if last is None else last + 1
    return findings


def _postcode_end(reader: NumberReader, start: int) -> int | None:
    if _letters(reader.words[start].text, reader.rules.short_words, is_first=True) is None:
        return None
    said, at, found = "", start, None
    while at < min(len(reader.words), start + _LONGEST_POSTCODE) and len(said) <= 7:
        digits = reader.digits_at(at)
        word, short_words = reader.words[at].text, reader.rules.short_words
        letters = None if digits else _letters(word, short_words, is_first=at == start)
        if digits is None and letters is None:
            break
        said += digits.value if digits else letters or ""
        last = digits.next_word - 1 if digits else at
        if _POSTCODE.fullmatch(said):
            found = last
        at = reader.skip_fillers(last + 1)
        if at >= len(reader.words) or not reader.are_joined(at - 1, at):
            break
    return found


def _letters(word: str, short_words: tuple[str, ...], *, is_first: bool) -> str | None:
    """`word` as letters (and digits) of a postcode: "M", "LS", "M13", "9PL"; None for an everyday word."""
    if not word.isascii() or not word.isalnum() or len(word) > (4 if any(c.isdigit() for c in word) else 2):
        return None
    if word in ("a", "i", "I") and is_first:
        return None
    return word.upper() if len(word) == 1 or not word.islower() or word not in short_words else None
