"""What a study knows by now about whom and what must not appear, and in which spellings it may be sought elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from colloquy.domain.redaction import NAMED_CATEGORIES, Category, KeyEntry, RosterEntry
from colloquy.domain.text_span import find_words, plain

# Parts of a person's name from this length on are looked for by themselves; shorter ones meet too many other words.
SHORTEST_NAME_PART = 3
TITLES = frozenset(
    {"Auntie", "Doctor", "Dr", "Miss", "Mister", "Mr", "Mrs", "Ms", "Nurse", "Professor", "Sister", "Uncle"}
)
# A number of fewer digits or words is met by chance elsewhere ("12", "four seven six").
FEWEST_DIGITS, FEWEST_NUMBER_WORDS = 6, 4


@dataclass(frozen=True, slots=True)
class StudyNames:
    """The team's list, the key, and which words are no names: `kept` by the language's rules, everyday by frequency."""

    is_everyday: Callable[[str], bool] = field(repr=False)
    roster: tuple[RosterEntry, ...] = field(default=(), repr=False)
    key: tuple[KeyEntry, ...] = field(default=(), repr=False)
    kept: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class KnownSpelling:
    """`text` as the study knows it and `words` to compare by; `known_as` leads to its entry in the key.

    `needs_capitals`: in small letters it is everyday language, or only weak signs said that it is a name. `is_guess`:
    what stands there may as well be a word.
    """

    text: str = field(repr=False)
    words: tuple[str, ...] = field(repr=False)
    category: Category
    known_as: str = field(repr=False)
    needs_capitals: bool
    is_guess: bool


def known_spellings(names: StudyNames) -> Iterator[KnownSpelling]:
    """Every spelling to seek in each interview: of the roster and of the key, whole and by parts of a person's name.

    Left out: dates, which are ordinary words elsewhere; pieces of numbers; words that are kept, as parts of a name.
    """
    for listed in names.roster:
        for spelling in listed.spellings:
            yield from _with_parts(names, spelling, listed.category, listed.spellings[0], is_guess=False)
    for entry in names.key:
        for spelling in entry.originals:
            if entry.category in NAMED_CATEGORIES:
                # Two people may share a first name: whom it means alone is for the interview to tell.
                known_as = entry.originals[0] if len(find_words(spelling)) > 1 else ""
                is_guess = spelling in entry.guesses
                yield from _with_parts(names, spelling, entry.category, known_as, is_guess=is_guess)
            elif entry.category is not Category.DATE and is_whole_number(spelling):
                yield from _known(names, spelling, entry.category, "", is_guess=False)


def _with_parts(
    names: StudyNames, spelling: str, category: Category, known_as: str, *, is_guess: bool
) -> Iterator[KnownSpelling]:
    yield from _known(names, spelling, category, known_as, is_guess=is_guess)
    if category is Category.PERSON:
        for part in name_parts(spelling, names.kept):
            yield from _known(names, part, category, known_as if "-" in part else "", is_guess=is_guess)


def _known(
    names: StudyNames, spelling: str, category: Category, known_as: str, *, is_guess: bool
) -> Iterator[KnownSpelling]:
    words = tuple(plain(word.text) for word in find_words(spelling))
    # One letter alone would match everywhere.
    if not words or (len(words) == 1 and len(words[0]) == 1):
        return
    is_everyday = all(map(names.is_everyday, words)) and (len(words) == 1 or category is Category.PERSON)
    is_kept = len(words) == 1 and words[0] in names.kept
    yield KnownSpelling(spelling, words, category, known_as, is_guess or is_everyday or is_kept, is_guess or is_kept)


def name_parts(spelling: str, kept: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """First names and surnames that mean the person by themselves: no title, no initial, no word that is kept."""
    return tuple(
        part
        for part in map(_bare, spelling.split())
        if len(part) >= SHORTEST_NAME_PART and part[0].isupper() and part not in TITLES and part.casefold() not in kept
    )


def _bare(part: str) -> str:
    return part.strip(".,;:!?()'\"").removesuffix("'s").removesuffix("’s")


def is_whole_number(spelling: str) -> bool:
    """Whether a number or an address is long enough to mean the same wherever it stands."""
    words = find_words(spelling)
    digits = sum(sign.isdigit() for sign in spelling)
    is_postcode = len(words) <= 2 and 5 <= sum(len(word.text) for word in words) <= 7 and digits > 0
    return len(words) >= FEWEST_NUMBER_WORDS or digits >= FEWEST_DIGITS or is_postcode or "@" in spelling


def forbidden_terms(names: StudyNames) -> tuple[str, ...]:
    """What must not be left in anything that is shared, sorted. Identifiable.

    Guesses are not among them: a word that was taken for a name in one place by weak signs may be a word in another.
    """
    terms = {known.text.strip() for known in known_spellings(names) if not known.is_guess}
    return tuple(sorted(terms - {""}))
