"""Which words of a transcript may be invented. It decides nothing: what is found is decoded again or listened to."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from colloquy.domain.audio import Region, widened
from colloquy.domain.suspect_passage import Suspicion
from colloquy.domain.transcript import Word
from colloquy.settings import SubtitlePhrases
from colloquy.stages.find_loops import find_loops
from colloquy.stages.find_vocabulary import as_listed, find_vocabulary

# A voice activity detector's edges and a transcriber's word times differ by a few hundred ms on the same speech.
NEAR_MS = 500
# The fastest recital on record ran at 655 words a minute (Guinness, Sean Shannon, 1995), near eleven a second;
# conversation has two to four. Whisper's word times are too coarse to say this of fewer words.
PACE_WORDS = 10
FASTEST_WORDS_PER_S = 10.0
# What stands so far from other words stands alone.
ALONE_MS = 2000
ALONE_CONFIDENCE = 0.5
# So many terms of the vocabulary, one after the other and in its order, are rather the list than speech.
LISTED_TERMS = 3
# A pause that ends a sentence as a full stop does; and one that parts two passages.
SENTENCE_PAUSE_MS = 700
PASSAGE_PAUSE_MS = 2000
SENTENCE_END = re.compile(r"[.,?!…:;]\W*\Z")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What words are held against: `speech` is where somebody speaks, `sound` where anything is heard, in order.

    `vocabulary` is what the engine was told of, but for what begins in the regions of `unprompted`.
    """

    speech: tuple[Region, ...]
    sound: tuple[Region, ...]
    duration_ms: int
    phrases: SubtitlePhrases
    vocabulary: tuple[str, ...] = field(default=(), repr=False)
    unprompted: tuple[Region, ...] = ()

    def near(self) -> Evidence:
        """With regions as wide as word times are uncertain."""
        return replace(self, speech=widened(self.speech, NEAR_MS), sound=widened(self.sound, NEAR_MS))


@dataclass(frozen=True, slots=True)
class Suspect:
    """Words `first` to `last`, both included, and when they are said to be spoken."""

    first: int
    last: int
    start_ms: int
    end_ms: int
    suspicions: tuple[Suspicion, ...]


@dataclass(slots=True)
class _Marks:
    by_word: dict[int, set[Suspicion]] = field(default_factory=dict)

    def add(self, suspicion: Suspicion, *positions: int) -> None:
        for position in positions:
            self.by_word.setdefault(position, set()).add(suspicion)


def find_suspect_passages(words: Sequence[Word], evidence: Evidence) -> tuple[Suspect, ...]:
    """Stretches of suspect words, in order. The words have the engine's own times, which may lie after the end."""
    near, marks = evidence.near(), _Marks()
    tokens = [token(word.text) for word in words]
    for position, word in enumerate(words):
        if _is_late(word, evidence.duration_ms):
            marks.add(Suspicion.AFTER_END, position)
        elif not _overlaps(word, near.speech):
            heard = _overlaps(word, near.sound)
            marks.add(Suspicion.OUTSIDE_SPEECH if heard else Suspicion.IN_SILENCE, position)
    marks.add(Suspicion.LOOP, *find_loops(tokens))
    marks.add(Suspicion.TOO_FAST, *_too_fast(words))
    marks.add(Suspicion.SUBTITLE_PHRASE, *_subtitle_phrases(words, tokens, evidence))
    marks.add(Suspicion.VOCABULARY, *_leaked_vocabulary(words, tokens, evidence))
    return tuple(_passages(words, marks.by_word))


def token(text: str) -> str:
    """Without case and punctuation."""
    return re.sub(r"[\W_]+", "", text).casefold()


def _is_late(word: Word, duration_ms: int) -> bool:
    return word.start_ms >= duration_ms or word.end_ms > duration_ms + NEAR_MS


def _overlaps(word: Word, regions: tuple[Region, ...]) -> bool:
    """Touching counts: a word may have no length."""
    at = bisect_right(regions, word.end_ms, key=lambda region: region.start_ms) - 1
    return at >= 0 and regions[at].end_ms >= word.start_ms


def _too_fast(words: Sequence[Word]) -> Iterator[int]:
    for first in range(len(words) - PACE_WORDS + 1):
        several = words[first : first + PACE_WORDS]
        if several[-1].end_ms - several[0].start_ms < 1000 * PACE_WORDS / FASTEST_WORDS_PER_S:
            yield from range(first, first + PACE_WORDS)


def _subtitle_phrases(words: Sequence[Word], tokens: Sequence[str], evidence: Evidence) -> Iterator[int]:
    for first, last in _occurrences(tokens, evidence.phrases.sentences):
        if _ends_before(words, first) and _ends_before(words, last + 1):
            yield from range(first, last + 1)
    for first, last in _occurrences(tokens, evidence.phrases.alone):
        if _is_alone(words, first, last) and _is_doubtful(words[first : last + 1], evidence):
            yield from range(first, last + 1)


def _leaked_vocabulary(words: Sequence[Word], tokens: Sequence[str], evidence: Evidence) -> Iterator[int]:
    """Terms as they stand in the list, or where nobody speaks; two, or one that stands alone, where little is heard."""
    near = evidence.near().speech
    terms = find_vocabulary(tokens, [token(term) for term in evidence.vocabulary])
    for run in as_listed(terms):
        first, last = run[0].first, run[-1].last
        is_doubtful = _is_doubtful(words[first : last + 1], evidence)
        is_list = len(run) >= LISTED_TERMS or (len(run) > 1 and is_doubtful)
        is_unspoken = not any(_overlaps(word, near) for word in words[first : last + 1])
        if is_list or is_unspoken or (is_doubtful and _is_alone(words, first, last)):
            yield from (at for at in range(first, last + 1) if not _begins_in(words[at], evidence.unprompted))


def _begins_in(word: Word, regions: tuple[Region, ...]) -> bool:
    return any(region.start_ms <= word.start_ms < region.end_ms for region in regions)


def _occurrences(tokens: Sequence[str], phrases: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """First and last position of each phrase wherever it stands."""
    wanted: dict[str, list[tuple[str, ...]]] = {}
    for phrase in phrases:
        parts = tuple(token(part) for part in phrase.split())
        wanted.setdefault(parts[0], []).append(parts)
    for first, begins in enumerate(tokens):
        for parts in wanted.get(begins, ()):
            if tuple(tokens[first : first + len(parts)]) == parts:
                yield first, first + len(parts) - 1


def _ends_before(words: Sequence[Word], position: int) -> bool:
    """Whether a sentence ends before the word at `position`."""
    if position in (0, len(words)):
        return True
    before = words[position - 1]
    pause_ms = words[position].start_ms - before.end_ms
    return bool(SENTENCE_END.search(before.text)) or pause_ms >= SENTENCE_PAUSE_MS


def _is_alone(words: Sequence[Word], first: int, last: int) -> bool:
    is_after_pause = first == 0 or words[first].start_ms - words[first - 1].end_ms >= ALONE_MS
    return is_after_pause and (last + 1 == len(words) or words[last + 1].start_ms - words[last].end_ms >= ALONE_MS)


def _is_doubtful(words: Sequence[Word], evidence: Evidence) -> bool:
    is_outside = 2 * sum(not _overlaps(word, evidence.speech) for word in words) > len(words)
    return is_outside or sum(word.confidence for word in words) / len(words) < ALONE_CONFIDENCE


def _passages(words: Sequence[Word], marks: dict[int, set[Suspicion]]) -> Iterator[Suspect]:
    first = 0
    positions = sorted(marks)
    for index, last in enumerate(positions):
        follows = index + 1 < len(positions) and positions[index + 1] == last + 1
        if follows and words[last + 1].start_ms - words[last].end_ms < PASSAGE_PAUSE_MS:
            continue
        inside = positions[first : index + 1]
        found = set().union(*(marks[position] for position in inside))
        start_ms = min(words[position].start_ms for position in inside)
        end_ms = max(words[position].end_ms for position in inside)
        kinds = tuple(kind for kind in Suspicion if kind in found)
        yield Suspect(inside[0], last, start_ms, max(end_ms, start_ms), kinds)
        first = index + 1
