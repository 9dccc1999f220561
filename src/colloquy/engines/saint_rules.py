"""Hospitals, churches, schools and places that are named after a saint: one name, and no person called Mary."""

from __future__ import annotations

from dataclasses import dataclass, field

from colloquy.domain.redaction import Category, Finding
from colloquy.engines.name_words import NameWord, PhraseSet, fold_all
from colloquy.settings.redaction_language import RedactionLanguage

LONGEST_TAIL = 3
_AFTER_SAINT = (" ", ". ")
_POSSESSIVES = ("'s", "’s")
_APOSTROPHES = ("'", "’")


@dataclass(frozen=True, slots=True)
class SaintRules:
    """The lists of one language, folded; without words for "saint" nothing is found."""

    saints: frozenset[str] = field(repr=False)
    feasts: frozenset[str] = field(repr=False)
    first_names: frozenset[str] = field(repr=False)
    function_words: frozenset[str] = field(repr=False)
    organisations: PhraseSet = field(repr=False)
    places: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, language: RedactionLanguage) -> SaintRules:
        rules = language.organisations
        return cls(
            saints=fold_all(rules.saints),
            feasts=fold_all(rules.feasts),
            first_names=fold_all(language.people.first_names),
            function_words=fold_all(language.words.function_words),
            organisations=PhraseSet.of((*rules.sure_endings, *rules.endings)),
            places=fold_all(language.places.endings),
        )

    def find(self, words: tuple[NameWord, ...], text: str) -> list[Finding]:
        """`text` is what `words` were read from: they leave out the possessive, which tells a church from a man."""
        found = (self._saint(words, at, text) for at in range(len(words) - 1) if words[at].folded in self.saints)
        return [finding for finding in found if finding is not None]

    def _saint(self, words: tuple[NameWord, ...], at: int, text: str) -> Finding | None:
        if words[at + 1].gap not in _AFTER_SAINT or not self._is_name(words[at + 1]):
            return None
        after = self._name_end(words, at + 1, text)
        is_owned = self._is_owned(words[after - 1], text)
        if is_owned and after < len(words) and words[after].folded in self.feasts:
            return None
        last, category = self._tail(words, after, is_owned=is_owned)
        if not is_owned and category is None:
            return None
        is_sure = last > after or self._is_written_owned(words[after - 1], text)
        score = 0.85 if is_sure and words[at + 1].is_capital else 0.6
        return Finding(words[at].start, words[last - 1].end, category or Category.ORGANISATION, "names:saint", score)

    def _name_end(self, words: tuple[NameWord, ...], first: int, text: str) -> int:
        """`Mary`, `Mary-le-Bow`, `Peter and Paul`, `Peter and St Paul` where the last is the one that owns."""
        after = first + 1
        while after < len(words) and words[after].gap == "-":
            after += 1
        joined = after + 1
        if joined < len(words) and words[after].folded == "and" and words[joined].folded in self.saints:
            joined += 1
        if joined >= len(words) or words[after].folded != "and" or self._is_owned(words[after - 1], text):
            return after
        is_joined = self._is_name(words[joined]) and self._is_written_owned(words[joined], text)
        return joined + 1 if is_joined else after

    def _tail(self, words: tuple[NameWord, ...], after: int, *, is_owned: bool) -> tuple[int, Category | None]:
        """The first word behind what follows the name and belongs to it, and what that makes of it, if it says so."""
        last, at = after, after
        category: Category | None = None
        while at < len(words) and at - after <= LONGEST_TAIL and self._leads(words[at], is_first=at == after):
            length = self.organisations.length_at(words, at)
            if length or words[at].folded in self.places:
                category = Category.ORGANISATION if length else Category.PLACE
                at += max(length, 1)
                last = at if words[at - 1].is_capital else last  # "the church" in small letters tells what, not which
            elif category is None and self._may_belong(words[at]):
                at += 1
                last = at if is_owned else last
            else:
                break
        if last > after and category is None:
            category = Category.PLACE  # St John's Wood
        return last, category

    def _leads(self, word: NameWord, *, is_first: bool) -> bool:
        gap = word.gap
        for sign in (*_POSSESSIVES, *_APOSTROPHES) if is_first else ():
            gap = gap.removeprefix(sign)
        return gap in (" ", "-") and not word.is_sentence_start

    def _may_belong(self, word: NameWord) -> bool:
        return word.is_marked and word.folded not in self.first_names | self.function_words

    def _is_name(self, word: NameWord) -> bool:
        if not word.is_plain or word.folded in self.function_words or word.folded in self.places:
            return False
        return word.is_capital or word.folded in self.first_names or self._stem(word) in self.first_names

    def _is_owned(self, word: NameWord, text: str) -> bool:
        """`Mary's`, `Thomas'`, and `Marys` as recognisers write it."""
        return self._is_written_owned(word, text) or self._stem(word) in self.first_names

    def _is_written_owned(self, word: NameWord, text: str) -> bool:
        behind = text[word.end : word.end + 2].casefold()
        return behind in _POSSESSIVES or (behind[:1] in _APOSTROPHES and word.folded.endswith("s"))

    def _stem(self, word: NameWord) -> str:
        return word.folded.removesuffix("s") if word.folded.endswith("s") else ""
