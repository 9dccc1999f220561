"""Rules for services, trusts, schools and firms: what their names end and begin with, and where people work."""

from __future__ import annotations

from dataclasses import dataclass, field

from colloquy.domain.redaction import Category, Finding
from colloquy.engines.name_words import NameWord, PhraseSet, fold_all, touches
from colloquy.settings.redaction_language import RedactionLanguage

LONGEST_NAME = 6
SMALL_LETTER_REACH = 3
_LINKS = frozenset(("and", "of", "for", "the"))


@dataclass(frozen=True, slots=True)
class OrganisationRules:
    """The lists of one language, folded."""

    sure_endings: PhraseSet = field(repr=False)
    endings: PhraseSet = field(repr=False)
    beginnings: PhraseSet = field(repr=False)
    workplaces: PhraseSet = field(repr=False)
    function_words: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, language: RedactionLanguage) -> OrganisationRules:
        rules = language.organisations
        return cls(
            sure_endings=PhraseSet.of(rules.sure_endings),
            endings=PhraseSet.of(rules.endings),
            beginnings=PhraseSet.of(rules.beginnings),
            workplaces=PhraseSet.of(rules.workplaces),
            function_words=fold_all(language.words.function_words),
        )

    def find(self, words: tuple[NameWord, ...]) -> list[Finding]:
        findings: list[Finding] = []
        for at in range(len(words)):
            for found in (self._ending(words, at), self._beginning(words, at), self._workplace(words, at)):
                if found is not None:
                    first, after, rule, score = found
                    span = words[first].start, words[after - 1].end
                    findings.append(Finding(*span, Category.ORGANISATION, f"names:{rule}", score))
            if self._is_camel(words[at]):
                span = words[at].start, words[at].end
                findings.append(Finding(*span, Category.ORGANISATION, "names:organisation-camel", 0.4))
        return findings

    def _ending(self, words: tuple[NameWord, ...], at: int) -> tuple[int, int, str, float] | None:
        """`Riverside Medical Centre`; in small letters only where the words before are unusual."""
        is_sure = True
        length = self.sure_endings.length_at(words, at)
        if not length:
            is_sure, length = False, self.endings.length_at(words, at)
        if not length or not at or not touches(words[at]) or (not is_sure and not words[at].text[0].isupper()):
            return None
        first = self._capitals_before(words, at)
        if first < at:
            return first, at + length, "organisation", 0.9 if is_sure else 0.75
        if not is_sure:
            return None
        reach = range(max(0, at - SMALL_LETTER_REACH), at)
        unusual = [number for number in reach if self._is_unusual(words, number, at)]
        return (unusual[0], at + length, "organisation-small", 0.4) if unusual else None

    def _capitals_before(self, words: tuple[NameWord, ...], at: int) -> int:
        """First of the capitalised words that lead up to `at`, links such as "of" within them allowed."""
        first, number = at, at - 1
        while number >= 0 and at - number <= LONGEST_NAME and self._leads(words[number + 1]):
            word = words[number]
            if word.folded in _LINKS and not word.is_capital:
                number -= 1
                continue
            if not (word.is_acronym or (word.is_capital and word.folded not in self.function_words)):
                break
            first = number
            if word.is_sentence_start:
                break
            number -= 1
        return first

    def _leads(self, word: NameWord) -> bool:
        return touches(word) or (word.gap in (" & ", ". ", "'s ", "’s ") and not word.is_sentence_start)

    def _is_unusual(self, words: tuple[NameWord, ...], number: int, at: int) -> bool:
        between = words[number:at]
        if any(not touches(word) for word in words[number + 1 : at + 1]):
            return False
        if any(word.folded in self.function_words for word in between):
            return False
        return not words[number].is_common and not words[number].is_kept and not words[number].is_acronym

    def _beginning(self, words: tuple[NameWord, ...], at: int) -> tuple[int, int, str, float] | None:
        """`University of Leeds`, with the article between them where there is one."""
        length = self.beginnings.length_at(words, at)
        after = at + length
        if not length or after >= len(words) or not words[at].text[0].isupper():
            return None
        if words[after].folded == "the":
            after += 1
        begin = after
        while after < len(words) and touches(words[after]) and (words[after].is_capital or words[after].is_acronym):
            after += 1
        return (at, after, "organisation-of", 0.7) if after > begin else None

    def _workplace(self, words: tuple[NameWord, ...], at: int) -> tuple[int, int, str, float] | None:
        """`I work at Turning Point`, `works for GMMH`."""
        length = self.workplaces.length_at(words, at)
        first = at + length
        if first < len(words) and words[first].folded == "the":
            first += 1
        after = first
        while length and after < len(words) and after - first < LONGEST_NAME and self._names(words[after]):
            after += 1
        return (first, after, "workplace", 0.45) if after > first else None

    def _names(self, word: NameWord) -> bool:
        return (
            touches(word) and not word.is_kept and not word.is_sentence_start and (word.is_capital or word.is_acronym)
        )

    def _is_camel(self, word: NameWord) -> bool:
        inner = word.text[2:]
        is_scottish = word.folded.startswith(("mac", "mc", "de", "o'", "fitz", "la"))
        has_inner_capital = any(letter.isupper() for letter in inner) and not word.text.isupper()
        return has_inner_capital and not is_scottish and not word.is_kept and word.text.isalpha()
