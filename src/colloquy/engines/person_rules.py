"""Rules for people's names: lists, phrases before a name, and capitals that nothing else explains."""

from __future__ import annotations

from dataclasses import dataclass, field

from colloquy.domain.redaction import Category, Finding
from colloquy.engines.name_words import NameWord, PhraseSet, fold_all, touches
from colloquy.settings.redaction_language import RedactionLanguage

LONGEST_NAME = 4
SHORTEST_RARE = 4
SHORTEST_START = 3
_MONTH_NAMES = frozenset(("april", "may", "june", "august"))


@dataclass(frozen=True, slots=True)
class PersonRules:
    """The lists of one language, folded."""

    first_names: frozenset[str] = field(repr=False)
    names_that_are_words: frozenset[str] = field(repr=False)
    surnames: frozenset[str] = field(repr=False)
    titles: frozenset[str] = field(repr=False)
    sure_titles: frozenset[str] = field(repr=False)
    relations: frozenset[str] = field(repr=False)
    verbs: frozenset[str] = field(repr=False)
    not_surnames: frozenset[str] = field(repr=False)
    particles: frozenset[str] = field(repr=False)
    function_words: frozenset[str] = field(repr=False)
    places: frozenset[str] = field(repr=False)
    introductions: PhraseSet = field(repr=False)

    @classmethod
    def of(cls, language: RedactionLanguage) -> PersonRules:
        people, places = language.people, language.places
        return cls(
            first_names=fold_all(people.first_names),
            names_that_are_words=fold_all(people.names_that_are_words),
            surnames=fold_all(people.surnames),
            titles=fold_all(people.titles),
            sure_titles=fold_all(people.sure_titles),
            relations=fold_all(people.relations),
            verbs=fold_all(people.verbs),
            not_surnames=fold_all(people.not_surnames),
            particles=fold_all(people.particles),
            function_words=fold_all(language.words.function_words),
            places=fold_all((*places.towns, *places.world)),
            introductions=PhraseSet.of(people.introductions),
        )

    def find(self, words: tuple[NameWord, ...]) -> list[Finding]:
        introduced = self._introduced(words)
        has_case = any(word.is_capital and word.text != "I" for word in words)
        findings: list[Finding] = []
        at = 0
        while at < len(words):
            reason = self._reason(words, at, at in introduced)
            if reason is None and not has_case and self._is_rare(words[at]):
                reason = "rare", 0.35
            if reason is None:
                at += 1
                continue
            rule, score = reason
            after = self._name_end(words, at)
            findings.append(Finding(words[at].start, words[after - 1].end, Category.PERSON, f"names:{rule}", score))
            at = after
        return findings

    def _is_rare(self, word: NameWord) -> bool:
        """Where case says nothing, a word that is neither in everyday use nor kept is taken for a name."""
        return word.is_plain and len(word.text) >= SHORTEST_RARE and not (word.is_kept or word.is_common)

    def _introduced(self, words: tuple[NameWord, ...]) -> frozenset[int]:
        """Numbers of the words that come straight after "my name is", "called" and the like."""
        after = (at + self.introductions.length_at(words, at) for at in range(len(words)))
        return frozenset(
            number
            for at, number in enumerate(after)
            if number > at and number < len(words) and not words[number].is_sentence_start
        )

    def _reason(self, words: tuple[NameWord, ...], at: int, is_introduced: bool) -> tuple[str, float] | None:
        """The rule by which a name begins at word `at`, and its score."""
        word = words[at]
        if not word.is_plain:
            return None
        if at and self._is_title(words[at - 1]) and self._can_follow_title(word, words[at - 1]):
            return "title", 0.85
        if is_introduced and self._can_be_introduced(word):
            return "introduction", 0.8
        if word.folded in self.first_names | self.names_that_are_words and (found := self._first_name(words, at)):
            return found
        return None if word.is_kept else self._other(words, at)

    def _other(self, words: tuple[NameWord, ...], at: int) -> tuple[str, float] | None:
        """Names that no list of first names holds."""
        word = words[at]
        if self._is_sure_surname(word):
            return ("surname", 0.6) if word.is_capital else ("surname", 0.45)
        if word.is_capital and len(word.text) > 1:
            if word.is_marked and self._has_surname(words, at):
                return "full-name", 0.5
            return self._unknown(word)
        is_related = at > 0 and words[at - 1].folded in self.relations and word.gap in (" ", ", ")
        if is_related and len(word.text) > 2 and not (word.is_common or word.is_acronym):
            return "relation", 0.4
        return self._initial(words, at)

    def _is_sure_surname(self, word: NameWord) -> bool:
        return word.folded in self.surnames and len(word.text) > 2 and not word.is_everyday

    def _has_surname(self, words: tuple[NameWord, ...], at: int) -> bool:
        """Whether a capitalised name from the list of surnames, no everyday word, follows."""
        return (
            at + 1 < len(words)
            and words[at + 1].is_marked
            and touches(words[at + 1])
            and self._is_sure_surname(words[at + 1])
        )

    def _is_title(self, word: NameWord) -> bool:
        return word.folded in self.titles and (
            word.text[0].isupper() or word.folded in self.sure_titles or len(word.text) > 3
        )

    def _can_follow_title(self, word: NameWord, title: NameWord) -> bool:
        if word.gap.strip(" .") or "\n" in word.gap or word.is_kept or word.folded in self.function_words:
            return False
        if word.is_capital:
            return word.gap == " " or title.folded in self.sure_titles
        return not word.is_capital and not word.is_common and (title.folded in self.sure_titles or len(word.text) > 3)

    def _can_be_introduced(self, word: NameWord) -> bool:
        if word.is_kept and word.folded not in self.first_names:
            return False
        if word.is_capital:
            return word.folded not in self.function_words
        return word.folded in self.first_names or (not word.is_common and len(word.text) > 2)

    def _first_name(self, words: tuple[NameWord, ...], at: int) -> tuple[str, float] | None:
        word = words[at]
        if word.folded not in self.names_that_are_words:
            return ("first-name", 0.85) if word.is_capital else ("first-name", 0.55)
        continues = at + 1 < len(words) and self._continues(words, at + 1)
        if not word.is_capital:
            is_full = continues and words[at + 1].folded in self.surnames and not words[at + 1].is_everyday
            return ("full-name-small", 0.4) if is_full and not words[at + 1].is_capital else None
        if continues and words[at + 1].is_capital and words[at + 1].folded not in self.first_names | self.places:
            return "full-name", 0.6
        if word.folded in _MONTH_NAMES or word.is_kept:
            return None
        if not word.is_sentence_start:
            return "first-name-word", 0.6
        follows = at + 1 < len(words) and words[at + 1].gap == " " and words[at + 1].folded in self.verbs
        return ("first-name-verb", 0.4) if follows else None

    def _unknown(self, word: NameWord) -> tuple[str, float] | None:
        """A capital on a word that is not in everyday use."""
        if word.is_common:
            return None
        if not word.is_sentence_start:
            return "capital", 0.4
        return ("capital-start", 0.35) if len(word.text) >= SHORTEST_START else None

    def _initial(self, words: tuple[NameWord, ...], at: int) -> tuple[str, float] | None:
        """`J. Smith`, `J Smith`, `J.J.`."""
        word = words[at]
        if len(word.text) != 1 or not word.is_capital or word.text in "AI" or at + 1 >= len(words):
            return None
        after = words[at + 1]
        if after.gap == "." and len(after.text) == 1 and after.is_capital:
            return "initials", 0.35
        is_name = after.gap in (" ", ". ") and after.is_capital and not after.is_kept and len(after.text) > 1
        return ("initial", 0.5) if is_name and (not after.is_common or after.folded in self.surnames) else None

    def _name_end(self, words: tuple[NameWord, ...], at: int) -> int:
        """The first word after the name that begins at `at`."""
        after = at + 1
        while after < min(len(words), at + LONGEST_NAME) and self._continues(words, after):
            after += 1
        if after < len(words) - 1 and words[after].folded in self.particles and self._continues(words, after + 1):
            return after + 2 if words[after + 1].is_capital and touches(words[after]) else after
        return after

    def _continues(self, words: tuple[NameWord, ...], at: int) -> bool:
        """Whether word `at` goes on with the name before it."""
        word, before = words[at], words[at - 1]
        if word.is_kept or not word.is_plain:
            return False
        if len(before.text) == 1 and before.is_capital and word.gap in (". ", ".") and word.is_capital:
            return True
        if not touches(word) or word.is_sentence_start:
            return False
        if word.is_capital:
            return word.folded in self.surnames or word.folded not in self.places
        if word.folded in self.not_surnames or word.folded in self.function_words:
            return False
        is_small = not before.is_capital
        return word.folded in self.surnames or (is_small and not word.is_common and len(word.text) > 3)
