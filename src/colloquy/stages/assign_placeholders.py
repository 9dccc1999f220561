"""Which placeholder stands for which person, place, organisation or number, the same in the whole study.

A person's variants are one person: the full name, then the first name or surname alone, then with a middle name. A name
alone goes to whom this interview spoke of last under that name, else to the only one of the study who bears it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from colloquy.domain.redaction import NAMED_CATEGORIES, Category, KeyEntry
from colloquy.domain.text_span import find_words, plain

_NUMBER = re.compile(r"\[.+ (\d+)\]")


@dataclass(frozen=True, slots=True)
class Mention:
    """What was found, in order of the interview; `known_as` where a detector knows whom it means."""

    category: Category
    text: str = field(repr=False)
    known_as: str = field(default="", repr=False)
    is_guess: bool = False


def assign_placeholders(
    mentions: tuple[Mention, ...], key: tuple[KeyEntry, ...]
) -> tuple[tuple[str, ...], tuple[KeyEntry, ...]]:
    """A placeholder for each mention, and the key with new entries at its end and new spellings in old ones."""
    book = _Book(key)
    return tuple(book.placeholder(mention) for mention in mentions), book.entries()


@dataclass(slots=True, eq=False)
class _Entity:
    placeholder: str
    category: Category
    originals: list[str] = field(repr=False)
    guesses: set[str] = field(repr=False)
    names: set[tuple[str, ...]] = field(repr=False)


class _Book:
    """The key while it grows."""

    def __init__(self, key: tuple[KeyEntry, ...]) -> None:
        self._entities: list[_Entity] = []
        self._exact: dict[tuple[Category, tuple[str, ...]], _Entity] = {}
        self._by_word: dict[tuple[Category, str], list[_Entity]] = {}
        self._spoken_of: list[_Entity] = []
        self._last_number: dict[Category, int] = {}
        for entry in key:
            self._add(_Entity(entry.placeholder, entry.category, [], set(entry.guesses), set()), entry.originals)
            number = _NUMBER.fullmatch(entry.placeholder)
            if number:
                self._last_number[entry.category] = max(self._last_number.get(entry.category, 0), int(number[1]))

    def entries(self) -> tuple[KeyEntry, ...]:
        return tuple(
            KeyEntry(
                one.placeholder,
                one.category,
                tuple(one.originals),
                tuple(text for text in one.originals if text in one.guesses),
            )
            for one in self._entities
        )

    def placeholder(self, mention: Mention) -> str:
        originals = tuple(text for text in (mention.known_as, mention.text) if text)
        if mention.category not in NAMED_CATEGORIES:
            entity = self._numbers(mention.category)
        else:
            entity = self._known(mention) or self._new(mention.category)
            if entity in self._spoken_of:
                self._spoken_of.remove(entity)
            self._spoken_of.append(entity)
        if not mention.is_guess:
            entity.guesses.discard(mention.text)
        elif mention.text not in entity.originals:
            entity.guesses.add(mention.text)
        self._spell(entity, originals)
        return entity.placeholder

    def _known(self, mention: Mention) -> _Entity | None:
        name = _name(mention.known_as or mention.text)
        exact = self._exact.get((mention.category, name))
        if mention.category is not Category.PERSON:
            return exact or self._longer_or_shorter(mention.category, name)
        if len(name) == 1:
            return self._bearer(name[0]) or exact
        return exact or self._fuller(name)

    def _bearer(self, word: str) -> _Entity | None:
        """Whom a single name means: spoken of last in this interview, else the only one of the study."""
        bearers = self._by_word.get((Category.PERSON, word), [])
        recent = [entity for entity in reversed(self._spoken_of) if entity in bearers]
        if recent:
            return recent[0]
        return bearers[0] if len(bearers) == 1 else None

    def _fuller(self, name: tuple[str, ...]) -> _Entity | None:
        """The person with the same first and last name, or one of this interview known by one of them alone so far."""
        for entity in self._by_word.get((Category.PERSON, name[0]), []):
            if any(len(other) > 1 and (other[0], other[-1]) == (name[0], name[-1]) for other in entity.names):
                return entity
        for entity in reversed(self._spoken_of):
            is_single = entity.category is Category.PERSON and all(len(other) == 1 for other in entity.names)
            if is_single and entity.names & {(name[0],), (name[-1],)}:
                return entity
        return None

    def _longer_or_shorter(self, category: Category, name: tuple[str, ...]) -> _Entity | None:
        """The only entry whose name goes on from this one, or the other way round, by two words and more."""
        if len(name) < 2:
            return None
        alike = [
            entity
            for entity in self._by_word.get((category, name[0]), [])
            if any(
                len(other) > 1 and (other[: len(name)] == name or name[: len(other)] == other) for other in entity.names
            )
        ]
        return alike[0] if len(alike) == 1 else None

    def _numbers(self, category: Category) -> _Entity:
        """Numbers and addresses share one placeholder a category; nobody is told apart by them."""
        for entity in self._entities:
            if entity.category is category:
                return entity
        return self._add(_Entity(f"[{category}]", category, [], set(), set()), ())

    def _new(self, category: Category) -> _Entity:
        self._last_number[category] = self._last_number.get(category, 0) + 1
        return self._add(_Entity(f"[{category} {self._last_number[category]}]", category, [], set(), set()), ())

    def _add(self, entity: _Entity, originals: tuple[str, ...]) -> _Entity:
        self._entities.append(entity)
        self._spell(entity, originals)
        return entity

    def _spell(self, entity: _Entity, originals: tuple[str, ...]) -> None:
        for original in originals:
            if original not in entity.originals:
                entity.originals.append(original)
            name = _name(original)
            if entity.category not in NAMED_CATEGORIES or not name or name in entity.names:
                continue
            entity.names.add(name)
            self._exact.setdefault((entity.category, name), entity)
            for word in set(name):
                bearers = self._by_word.setdefault((entity.category, word), [])
                if entity not in bearers:
                    bearers.append(entity)


def _name(text: str) -> tuple[str, ...]:
    """The words of a name without case, accents and leading article."""
    words = tuple(plain(word.text) for word in find_words(text))
    return words[1:] if len(words) > 1 and words[0] == "the" else words
