"""Which voice says each word."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from colloquy.domain.audio import Region
from colloquy.domain.diarisation import Diarisation, Overlap, Turn
from colloquy.domain.transcript import Word
from colloquy.domain.utterance import AttributedWord
from colloquy.settings import AttributionSettings

ONLY_VOICE = "S1"
SENTENCE_ENDS = (".", "?", "!", "…", "。", "？", "！")
_QUESTION_ENDS = ("?", "？")
_CLOSING = "\"'”’)]»"
# Said while another holds the floor. "Good" or "no" are not here: they stand within sentences as often, so that their
# own full stop or pauses must show what they are. That also serves other languages.
_BACK_CHANNELS = re.compile(
    r"((a+h+|aha|hm+|huh|mhm|m+|mm-?hmm|oh|ok|okay|right|uh-?huh|wow|yeah|yep|yes|i see|of course|thank you)( |$))+"
)
# Overlap shorter than this and than half of the word is the diariser's edge, not two people speaking.
_SHORTEST_OVERLAP_MS = 150
# A longer pause between two turns is no edge.
_LONGEST_CHANGE_MS = 1000
# Words of one sentence follow one another faster than this.
_PAUSE_MS = 200

_Changes = dict[tuple[str, str], list[Region]]


def attribute_words(
    words: tuple[Word, ...], diarisation: Diarisation, settings: AttributionSettings
) -> tuple[AttributedWord, ...]:
    """Every word with one voice: that of the turns that cover most of it, else of the nearest turn.

    Two corrections follow. A few words in the middle of another's sentence go to that other, unless they are a
    back-channel or a sentence, or both speak there at once. And where a sentence ends near a turn's edge, the voice
    changes at the sentence's end: within `edge_ms`, in the pause between two turns, or where both voices speak.
    """
    turns = tuple(turn for turn in diarisation.turns if turn.end_ms > turn.start_ms)
    voices = _by_turns(words, turns, next(iter(diarisation.speakers), ONLY_VOICE))
    voices = _without_islands(words, voices, diarisation.overlaps, settings.back_channel_ms)
    if settings.edge_ms and words:
        in_overlap = list(_second_voices(words, voices, diarisation.overlaps))
        voices = _edges_at_sentences(words, voices, in_overlap, _changes(turns), settings.edge_ms)
    seconds = list(_second_voices(words, voices, diarisation.overlaps))
    _give_back_channels(words, voices, seconds)
    return tuple(
        AttributedWord(word.text, word.start_ms, word.end_ms, word.confidence, voice, second)
        for word, voice, second in zip(words, voices, seconds, strict=True)
    )


def ends_sentence(text: str) -> bool:
    return text.rstrip(_CLOSING).endswith(SENTENCE_ENDS)


def is_question(text: str) -> bool:
    return text.rstrip(_CLOSING).endswith(_QUESTION_ENDS)


def runs(values: list[str]) -> Iterator[tuple[int, int]]:
    """First and last (exclusive) index of each run of equal values."""
    first = 0
    for at in range(1, len(values) + 1):
        if at == len(values) or values[at] != values[first]:
            yield first, at
            first = at


def _shared_ms(word: Word, stretch: Turn | Overlap) -> int:
    return min(max(word.end_ms, word.start_ms + 1), stretch.end_ms) - max(word.start_ms, stretch.start_ms)


def _by_turns(words: tuple[Word, ...], turns: tuple[Turn, ...], only_voice: str) -> list[str]:
    if not turns:
        return [only_voice] * len(words)
    starts, ends = [turn.start_ms for turn in turns], [turn.end_ms for turn in turns]
    voices: list[str] = []
    for word in words:
        near = turns[bisect_right(ends, word.start_ms) : bisect_left(starts, max(word.end_ms, word.start_ms + 1))]
        shares: dict[str, int] = {}
        for turn in near:
            shares[turn.speaker] = shares.get(turn.speaker, 0) + _shared_ms(word, turn)
        voices.append(max(shares, key=shares.__getitem__) if shares else _nearest(word, turns, ends))
    return voices


def _nearest(word: Word, turns: tuple[Turn, ...], ends: list[int]) -> str:
    """The voice of the nearer turn; the one before where both are equally near, as words tend to come late."""
    after = bisect_right(ends, word.start_ms)
    if after == 0 or after == len(turns):
        return turns[min(after, len(turns) - 1)].speaker
    before_ms, after_ms = word.start_ms - turns[after - 1].end_ms, turns[after].start_ms - word.end_ms
    return turns[after - 1 if before_ms <= after_ms else after].speaker


def _without_islands(
    words: tuple[Word, ...], voices: list[str], overlaps: tuple[Overlap, ...], longest_ms: int
) -> list[str]:
    kept = list(voices)
    for first, last in runs(voices):
        if first == 0 or last == len(words) or kept[first - 1] != voices[last] or kept[first - 1] == voices[first]:
            continue
        if words[last - 1].end_ms - words[first].start_ms > longest_ms or _stands_alone(words, first, last):
            continue
        around = Region(words[first - 1].start_ms, words[last].end_ms)
        if not any(voices[first] in overlap.speakers for overlap in _touching(overlaps, around)):
            kept[first:last] = [voices[last]] * (last - first)
    return kept


def _touching(overlaps: tuple[Overlap, ...], region: Region | Word) -> tuple[Overlap, ...]:
    first = bisect_right(overlaps, region.start_ms, key=lambda overlap: overlap.end_ms)
    return overlaps[first : bisect_left(overlaps, region.end_ms, key=lambda overlap: overlap.start_ms)]


def _stands_alone(words: tuple[Word, ...], first: int, last: int) -> bool:
    """Whether a few words are something said: back-channels, a sentence, or words set apart by pauses."""
    is_sentence = ends_sentence(words[last - 1].text) and (ends_sentence(words[first - 1].text) or last - first > 1)
    is_apart = (
        words[first].start_ms - words[first - 1].end_ms >= _PAUSE_MS
        and words[last].start_ms - words[last - 1].end_ms >= _PAUSE_MS
    )
    return is_sentence or is_apart or _are_back_channels(words[first:last])


def _are_back_channels(words: tuple[Word, ...]) -> bool:
    said = " ".join(word.text.strip(".,?!…-–—\"'“”‘’") for word in words)
    return _BACK_CHANNELS.fullmatch(said.casefold()) is not None


def _edges_at_sentences(
    words: tuple[Word, ...], voices: list[str], in_overlap: list[str | None], changes: _Changes, edge_ms: int
) -> list[str]:
    """`in_overlap` holds for each word the voice that speaks over it."""
    edges = [0]
    spans = list(runs(voices))
    for (before, edge), (_, after) in pairwise(spans):
        at = edge
        if not (_are_back_channels(words[before:edge]) or _are_back_channels(words[edge:after])):
            pair = voices[edge - 1], voices[edge]
            near = _near_change(words[edge], changes.get(pair, []), edge_ms)
            # Numbers of the words around the edge that may be either's.
            loose = {
                number
                for number in range(before, after)
                if in_overlap[number] in pair or any(_is_within(words[number], region) for region in near)
            }
            at = _sentence_edge(words, edge, range(edges[-1] + 1, after), loose)
        edges.append(at)
    edges.append(len(words))
    return [voices[span[0]] for span, (a, b) in zip(spans, pairwise(edges), strict=True) for _ in range(a, b)]


def _changes(turns: tuple[Turn, ...]) -> _Changes:
    """In order, from the end of a turn to the start of the next one, for each pair of voices."""
    found: _Changes = {}
    for turn, following in pairwise(turns):
        if turn.speaker != following.speaker:
            pause = Region(turn.end_ms, following.start_ms)
            found.setdefault((turn.speaker, following.speaker), []).append(pause)
    return found


def _near_change(word: Word, changes: list[Region], edge_ms: int) -> tuple[Region, ...]:
    """Where the turns' edges are uncertain, at the change nearest to `word`; nothing where there is none."""
    after = bisect_left(changes, word.start_ms, key=lambda change: change.end_ms)
    nearby = changes[max(after - 1, 0) : after + 1]
    if not nearby:
        return ()
    change = min(nearby, key=lambda change: abs(change.end_ms - word.start_ms))
    # What lies deep in a long pause is no matter of a turn's edge.
    ends = (change,) if change.duration_ms <= _LONGEST_CHANGE_MS else _ends(change)
    return tuple(Region(end.start_ms - edge_ms, end.end_ms + edge_ms) for end in ends)


def _ends(region: Region) -> tuple[Region, Region]:
    return Region(region.start_ms, region.start_ms), Region(region.end_ms, region.end_ms)


def _is_within(word: Word, region: Region) -> bool:
    return region.start_ms <= word.start_ms and word.end_ms <= region.end_ms


def _sentence_edge(words: tuple[Word, ...], edge: int, places: range, loose: set[int]) -> int:
    """The place after a sentence's end that has the longest pause, where all words from `edge` are loose; else `edge`.

    "Yes." at the head of an answer stays there, whether or not the question before it has its full stop.
    """
    found = [
        at
        for at in places
        if ends_sentence(words[at - 1].text)
        and loose.issuperset(range(min(edge, at), max(edge, at)))
        and not (at > edge and _are_back_channels(words[edge:at]))
    ]
    return max(found, key=lambda at: (words[at].start_ms - words[at - 1].end_ms, -abs(at - edge)), default=edge)


def _second_voices(words: tuple[Word, ...], voices: list[str], overlaps: tuple[Overlap, ...]) -> Iterator[str | None]:
    for word, voice in zip(words, voices, strict=True):
        shares: dict[str, int] = {}
        for overlap in _touching(overlaps, word):
            for other in overlap.speakers:
                if other != voice:
                    shares[other] = shares.get(other, 0) + _shared_ms(word, overlap)
        enough = min(_SHORTEST_OVERLAP_MS, (word.end_ms - word.start_ms) / 2)
        best = max(shares, key=shares.__getitem__, default=None)
        yield best if best is not None and shares[best] >= enough else None


def _give_back_channels(words: tuple[Word, ...], voices: list[str], seconds: list[str | None]) -> None:
    """Change `voices` and `seconds`: "Mm." over another's unfinished sentence, or before its speaker's own words."""
    for at in range(1, len(words)):
        second = seconds[at]
        if second is None or voices[at - 1] != voices[at] or not _are_back_channels(words[at : at + 1]):
            continue
        leads_on = at + 1 < len(words) and voices[at + 1] == second
        if ends_sentence(words[at].text) and (leads_on or not ends_sentence(words[at - 1].text)):
            voices[at], seconds[at] = second, voices[at]


def relabel(word: AttributedWord, labels: dict[str, str]) -> AttributedWord:
    second = word.second_speaker
    return replace(word, speaker=labels[word.speaker], second_speaker=labels[second] if second else None)
