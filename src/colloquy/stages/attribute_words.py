"""Which voice says each word."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

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
# Words of one sentence follow one another faster than this.
_PAUSE_MS = 200


def attribute_words(
    words: tuple[Word, ...], diarisation: Diarisation, settings: AttributionSettings
) -> tuple[AttributedWord, ...]:
    """Every word with one voice: that of the turns that cover most of it, else of the nearest turn.

    Two corrections follow. A few words in the middle of another's sentence go to that other, unless they are a
    back-channel or a sentence. And where a turn's edge lies within `edge_ms` of a sentence's end, the voice
    changes at the sentence's end.
    """
    voices = _by_turns(words, diarisation.turns)
    voices = _without_islands(words, voices, settings.back_channel_ms)
    voices = _edges_at_sentences(words, voices, diarisation.turns, settings.edge_ms)
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


def _by_turns(words: tuple[Word, ...], turns: tuple[Turn, ...]) -> list[str]:
    if not turns:
        return [ONLY_VOICE] * len(words)
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


def _without_islands(words: tuple[Word, ...], voices: list[str], longest_ms: int) -> list[str]:
    kept = list(voices)
    for first, last in runs(voices):
        if first == 0 or last == len(words) or kept[first - 1] != voices[last] or kept[first - 1] == voices[first]:
            continue
        if words[last - 1].end_ms - words[first].start_ms <= longest_ms and not _stands_alone(words, first, last):
            kept[first:last] = [voices[last]] * (last - first)
    return kept


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


def _edges_at_sentences(words: tuple[Word, ...], voices: list[str], turns: tuple[Turn, ...], edge_ms: int) -> list[str]:
    spans = list(runs(voices))
    if len(spans) < 2 or len(turns) < 2:
        return voices
    starts = [turn.start_ms for turn in turns]
    edges = [0]
    for (before, edge), (_, after) in pairwise(spans):
        at = edge
        if not (_are_back_channels(words[before:edge]) or _are_back_channels(words[edge:after])):
            change = _nearest_change(words[edge], turns, starts)
            at = _sentence_edge(words, edge, range(edges[-1] + 1, after), change, edge_ms)
        edges.append(at)
    edges.append(len(words))
    return [voices[span[0]] for span, (a, b) in zip(spans, pairwise(edges), strict=True) for _ in range(a, b)]


def _nearest_change(word: Word, turns: tuple[Turn, ...], starts: list[int]) -> tuple[int, int]:
    """End of one turn and start of the next, at the change of turns nearest to `word`."""
    after = min(max(bisect_left(starts, word.start_ms), 1), len(turns) - 1)
    if after > 1 and word.start_ms - starts[after - 1] < starts[after] - word.start_ms:
        after -= 1
    return turns[after - 1].end_ms, turns[after].start_ms


def _sentence_edge(words: tuple[Word, ...], edge: int, places: range, change: tuple[int, int], edge_ms: int) -> int:
    """The place nearest to `edge` that follows a sentence's end, where all words between lie near; else `edge`."""

    def is_near(word: Word) -> bool:
        return any(at_ms - edge_ms <= word.start_ms and word.end_ms <= at_ms + edge_ms for at_ms in change)

    found = [
        at
        for at in places
        if ends_sentence(words[at - 1].text) and all(map(is_near, words[min(edge, at) : max(edge, at)]))
    ]
    return min(found, key=lambda at: abs(at - edge), default=edge)


def _second_voices(words: tuple[Word, ...], voices: list[str], overlaps: tuple[Overlap, ...]) -> Iterator[str | None]:
    ends = [overlap.end_ms for overlap in overlaps]
    starts = [overlap.start_ms for overlap in overlaps]
    for word, voice in zip(words, voices, strict=True):
        shares: dict[str, int] = {}
        for overlap in overlaps[bisect_right(ends, word.start_ms) : bisect_left(starts, word.end_ms)]:
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
