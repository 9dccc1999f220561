"""What the study knows: the people, places and services of its roster, as written, in part, misspelt and misheard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from rapidfuzz.distance import DamerauLevenshtein

from colloquy.domain.engine import EngineIdentity
from colloquy.domain.redaction import Category, Finding, RosterEntry
from colloquy.domain.text_span import find_words
from colloquy.engines.common_words import is_common, is_everyday, is_known
from colloquy.engines.name_words import NameVocabulary, NameWord, PhraseSet, fold, read_name_words
from colloquy.engines.sound_code import sound_code
from colloquy.settings import RedactionSettings
from colloquy.settings.redaction_language import DetectionContext

RULES_VERSION = "2"
SHORTEST_PART = 3
# One slip in a word of five letters and two in nine still leave the name recognisable; more would take in other names.
SHORTEST_FOR_ONE_SLIP, SHORTEST_FOR_TWO_SLIPS = 5, 9


@dataclass(frozen=True, slots=True)
class RosterPart:
    """One word of a roster's spelling that stands for the whole entry."""

    category: Category
    known_as: str = field(repr=False)
    folded: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RosterDetector:
    """`PersonalDataDetector` over one study's roster; finds nothing where the roster is empty."""

    identity: EngineIdentity
    _vocabulary: NameVocabulary = field(repr=False)
    _phrases: PhraseSet = field(repr=False)
    _entries: dict[tuple[str, ...], RosterPart] = field(repr=False)
    _parts: dict[str, RosterPart] = field(repr=False)
    _by_sound: dict[str, tuple[RosterPart, ...]] = field(repr=False)

    def detect(self, text: str) -> tuple[Finding, ...]:
        """Findings with `known_as` set to the entry's first spelling; they may overlap."""
        if not self._entries:
            return ()
        words = read_name_words(text, self._vocabulary)
        return tuple(finding for at in range(len(words)) for finding in self._at(words, at))

    def _at(self, words: tuple[NameWord, ...], at: int) -> Iterator[Finding]:
        if length := self._phrases.length_at(words, at):
            entry = self._entries[tuple(word.folded for word in words[at : at + length])]
            if length > 1 or _is_free(words[at]):
                yield _finding(words[at], words[at + length - 1], entry, "roster:spelling", 0.95)
            if length == 1:
                return
        word = words[at]
        if word.folded in self._parts:
            if _is_free(word):
                yield _finding(word, word, self._parts[word.folded], "roster:part", 0.8)
        elif (alike := self._alike(word)) is not None:
            yield _finding(word, word, alike, "roster:alike", 0.5)

    def _alike(self, word: NameWord) -> RosterPart | None:
        """The entry that `word` is a slip of, by edit distance first, by sound second."""
        if not word.is_plain or word.is_kept or len(word.text) < SHORTEST_PART or is_common(word.text):
            return None
        allowed = _slips(word.folded)
        if allowed:
            distances = (
                (DamerauLevenshtein.distance(word.folded, folded, score_cutoff=allowed), folded)
                for folded in self._parts
            )
            # There are no parts where every entry is made of everyday words ("Good Year"): it is sought whole only.
            nearest = min(distances, default=None)
            if nearest is not None and nearest[0] <= min(allowed, _slips(nearest[1])):
                return self._parts[nearest[1]]
        # A word that is known in its own right ("Navy", "Joan") is not taken for a name that sounds like it.
        if word.folded in self._vocabulary.known or is_known(word.text):
            return None
        return next(iter(self._by_sound.get(sound_code(word.folded), ())), None)


def make(settings: RedactionSettings, context: DetectionContext) -> RosterDetector:  # noqa: ARG001 - one form for all
    """A detector for the roster in `context`."""
    entries: dict[tuple[str, ...], RosterPart] = {}
    parts: dict[str, RosterPart] = {}
    by_sound: dict[str, tuple[RosterPart, ...]] = {}
    vocabulary = NameVocabulary.of(context)
    spellings = [
        (entry, spelling) for entry in context.roster for spelling in entry.spellings if _folded_words(spelling)
    ]
    for entry, spelling in spellings:
        whole = RosterPart(entry.category, entry.spellings[0], fold(spelling), "")
        entries.setdefault(_folded_words(spelling), whole)
        for folded in _telling_words(entry, spelling, vocabulary):
            part = RosterPart(entry.category, entry.spellings[0], folded, sound_code(folded))
            parts.setdefault(folded, part)
            if part.code:
                by_sound[part.code] = (*by_sound.get(part.code, ()), part)
    identity = EngineIdentity("roster", RULES_VERSION, model_digest=f"{context.language_digest}{context.roster_digest}")
    phrases = PhraseSet.of(tuple(spelling for _, spelling in spellings))
    return RosterDetector(identity, vocabulary, phrases, entries, parts, by_sound)


def _folded_words(spelling: str) -> tuple[str, ...]:
    return tuple(fold(word.text) for word in find_words(spelling))


def _telling_words(entry: RosterEntry, spelling: str, vocabulary: NameVocabulary) -> Iterator[str]:
    """Words that point at the entry alone: a person's names, and the unusual words of a place or service."""
    words = _folded_words(spelling)
    for folded in words:
        if len(folded) < SHORTEST_PART or folded in vocabulary.kept or folded in vocabulary.abbreviations:
            continue
        is_unusual = not is_common(folded) and folded not in vocabulary.known
        if entry.category is Category.PERSON or len(words) == 1 or is_unusual:
            yield folded


def _is_free(word: NameWord) -> bool:
    """Whether a single word may be a name: everyday words ("May", "Rose") only with a capital of their own."""
    if not is_everyday(word.text):
        return True
    return (word.is_capital or word.is_acronym) and not word.is_sentence_start


def _slips(folded: str) -> int:
    if len(folded) >= SHORTEST_FOR_TWO_SLIPS:
        return 2
    return 1 if len(folded) >= SHORTEST_FOR_ONE_SLIP else 0


def _finding(first: NameWord, last: NameWord, entry: RosterPart, source: str, score: float) -> Finding:
    return Finding(first.start, last.end, entry.category, source, score, known_as=entry.known_as)
