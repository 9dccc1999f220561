"""A recording's words, each with its speaker, as utterances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from colloquy.domain.utterance import AttributedWord, Role, Utterance
from colloquy.settings import AttributionSettings

# A word of a recording: its times are known.
Words = tuple[AttributedWord, ...]


def form_utterances(
    words: Words, role_of: Mapping[str, Role], settings: AttributionSettings, interview_id: str
) -> tuple[Utterance, ...]:
    """Utterances in order, each of one speaker. `role_of` gives the role of each speaker in `words`.

    A speaker's consecutive words make one utterance; it ends where another speaks, at a pause longer than
    `longest_pause_ms`, and at its longest pauses where it is longer than `longest_utterance_ms`.
    """
    return tuple(
        Utterance(
            f"{interview_id}-u{number:04d}",
            said[0].speaker,
            role_of[said[0].speaker],
            said,
            said[0].start_ms,
            max(_end_ms(word) for word in said),
        )
        for number, said in enumerate(_utterances(words, settings), start=1)
    )


def _utterances(words: Words, settings: AttributionSettings) -> Iterator[Words]:
    first = 0
    for at in range(1, len(words) + 1):
        is_over = at == len(words) or (
            words[at].speaker != words[first].speaker or _pause_ms(words[at - 1], words[at]) > settings.longest_pause_ms
        )
        if is_over:
            yield from _in_parts(words[first:at], settings.longest_utterance_ms)
            first = at


def _in_parts(words: Words, longest_ms: int) -> Iterator[Words]:
    """Cut at the longest pause, near the middle where several are equally long, until every part is short enough."""
    rest = [words]
    while rest:
        part = rest.pop()
        if len(part) < 2 or _end_ms(part[-1]) - _start_ms(part[0]) <= longest_ms:
            yield part
            continue
        pauses = [_pause_ms(before, after) for before, after in pairwise(part)]
        middle = (len(pauses) - 1) / 2
        cut = 1 + max(range(len(pauses)), key=lambda at: (max(pauses[at], 0), -abs(at - middle)))
        rest += [part[cut:], part[:cut]]


def _pause_ms(before: AttributedWord, after: AttributedWord) -> int:
    return _start_ms(after) - _end_ms(before)


def _start_ms(word: AttributedWord) -> int:
    return word.start_ms or 0


def _end_ms(word: AttributedWord) -> int:
    return word.end_ms or 0
