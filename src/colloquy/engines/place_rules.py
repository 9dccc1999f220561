"""Rules for places: a gazetteer, what stands before a place, and what a street or ward is called."""

from __future__ import annotations

from dataclasses import dataclass, field

from colloquy.domain.redaction import Category, Finding
from colloquy.engines.name_words import NameWord, PhraseSet, fold_all, touches
from colloquy.settings.redaction_language import RedactionLanguage

LONGEST_STREET = 3


@dataclass(frozen=True, slots=True)
class PlaceRules:
    """The lists of one language, folded."""

    gazetteer: PhraseSet = field(repr=False)
    prepositions: frozenset[str] = field(repr=False)
    endings: frozenset[str] = field(repr=False)
    sure_endings: frozenset[str] = field(repr=False)
    ward_prepositions: frozenset[str] = field(repr=False)
    first_names: frozenset[str] = field(repr=False)
    function_words: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, language: RedactionLanguage) -> PlaceRules:
        places = language.places
        return cls(
            gazetteer=PhraseSet.of((*places.towns, *places.world)),
            prepositions=fold_all(places.prepositions),
            endings=fold_all(places.endings),
            sure_endings=fold_all(places.sure_endings),
            ward_prepositions=fold_all(places.ward_prepositions),
            first_names=fold_all(language.people.first_names),
            function_words=fold_all(language.words.function_words),
        )

    def find(self, words: tuple[NameWord, ...]) -> list[Finding]:
        findings: list[Finding] = []
        for at in range(len(words)):
            for found in (self._listed(words, at), self._after_preposition(words, at), self._with_ending(words, at)):
                if found is not None:
                    first, after, rule, score = found
                    span = words[first].start, words[after - 1].end
                    findings.append(Finding(*span, Category.PLACE, f"names:{rule}", score))
        return findings

    def _listed(self, words: tuple[NameWord, ...], at: int) -> tuple[int, int, str, float] | None:
        length = self.gazetteer.length_at(words, at)
        if not length or words[at].is_kept:
            return None
        is_everyday = all(word.is_everyday for word in words[at : at + length])
        if not is_everyday:
            return at, at + length, "place", 0.8 if words[at].is_capital else 0.5
        if not words[at].is_capital or (words[at].is_sentence_start and length == 1):
            return None
        return at, at + length, "place-word", 0.5

    def _after_preposition(self, words: tuple[NameWord, ...], at: int) -> tuple[int, int, str, float] | None:
        word = words[at]
        if not at or words[at - 1].folded not in self.prepositions or word.gap != " ":
            return None
        if not word.is_marked or word.is_common or len(word.text) < 3 or word.folded in self.first_names:
            return None
        after = at + 1
        while after < len(words) and touches(words[after]) and words[after].is_marked:
            after += 1
        return at, after, "place-capital", 0.45

    def _with_ending(self, words: tuple[NameWord, ...], at: int) -> tuple[int, int, str, float] | None:
        word = words[at]
        if word.folded not in self.endings or not at or word.gap != " ":
            return None
        is_sure = word.folded in self.sure_endings
        first = at
        while first and at - first < LONGEST_STREET and (first == at or touches(words[first])):
            if not self._names_a_street(words[first - 1], has_capital=word.is_capital, is_sure=is_sure):
                break
            first -= 1
        if first == at or not self._is_place(words, first):
            return None
        if first and words[first - 1].text.isdigit() and touches(words[first]):
            first -= 1
        return first, at + 1, "place-ending", 0.9 if word.is_capital else 0.4

    def _names_a_street(self, word: NameWord, *, has_capital: bool, is_sure: bool) -> bool:
        if word.folded in self.function_words or word.is_kept or not word.text.isalpha():
            return False
        if word.is_capital:
            return has_capital or is_sure
        return is_sure and not word.is_common and not word.is_acronym

    def _is_place(self, words: tuple[NameWord, ...], first: int) -> bool:
        """False for a person whose surname is also an ending ("Lucy Ward"), unless "on" or "the" comes before."""
        if words[first].folded not in self.first_names:
            return not words[first].is_sentence_start or words[first].is_capital
        return first > 0 and words[first - 1].folded in self.ward_prepositions
