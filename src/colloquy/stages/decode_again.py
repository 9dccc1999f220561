"""A second reading of the windows in which words are suspect, cut anew around these words; the better reading stays."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

import numpy as np

from colloquy.domain.audio import AudioSamples, Region, shared_ms, widened
from colloquy.domain.transcript import Word
from colloquy.stages.find_suspect_passages import NEAR_MS, Evidence, Suspect, find_suspect_passages
from colloquy.stages.plan_windows import LEVEL_FRAME_MS, MARGIN_MS, split_at_pauses

Read = Callable[[tuple[Region, ...]], tuple[Word, ...]]
# A shorter piece holds no word worth a reading of its own.
SHORTEST_PIECE_MS = 500
# Where suspect words fill a window, its parts are at most so much of it.
NARROWER_SHARE = 0.6
# The share of the first reading's speech that a second one must hold: a loop fills more time than what was said.
LEAST_SPEECH_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Reading:
    """Words in the order in which they were read, and the windows they were read from.

    `unprompted` are the windows whose words were read without the study's vocabulary.
    """

    words: tuple[Word, ...]
    windows: tuple[Region, ...]
    unprompted: tuple[Region, ...] = ()

    def by_window(self) -> tuple[tuple[Word, ...], ...]:
        """The words of each window; a word outside all of them belongs to the one before it."""
        found: list[list[Word]] = [[] for _ in self.windows]
        for word, number in zip(self.words, self.numbers(), strict=True):
            found[number].append(word)
        return tuple(tuple(words) for words in found)

    def numbers(self) -> tuple[int, ...]:
        """Each word's window."""
        starts = [window.start_ms for window in self.windows]
        # A word's time may lie a little before the last word's; the order is that of reading all the same.
        latest = accumulate((word.start_ms for word in self.words), max)
        return tuple(max(bisect_right(starts, start_ms) - 1, 0) for start_ms in latest)


def decode_again(
    audio: AudioSamples, first: Reading, suspects: Sequence[Suspect], evidence: Evidence, read: Read
) -> Reading:
    """The first reading with each suspicious window replaced by its second one where that is better by `_is_better`.

    `read` is to keep the study's vocabulary from the model: what is written then was heard.
    """
    numbers = first.numbers()
    of_window: dict[int, list[Suspect]] = {}
    for suspect in suspects:
        for number in sorted(set(numbers[suspect.first : suspect.last + 1])):
            of_window.setdefault(number, []).append(suspect)
    anew = {number: cut_anew(audio, first.windows[number], found) for number, found in of_window.items()}
    if not evidence.vocabulary:
        anew = {number: pieces for number, pieces in anew.items() if len(pieces) > 1}  # else it would read the same
    unprompted = replace(evidence, vocabulary=())
    if not anew:
        return first
    pieces = tuple(piece for number in sorted(anew) for piece in anew[number])
    again = Reading(read(pieces), tuple(first.windows[number] for number in sorted(anew)))
    second = dict(zip(sorted(anew), again.by_window(), strict=True))
    is_suspect = {position for suspect in suspects for position in range(suspect.first, suspect.last + 1)}
    words: list[Word] = []
    replaced: list[Region] = []
    at = 0
    for number, of_it in enumerate(first.by_window()):
        sound = tuple(word for position, word in enumerate(of_it, start=at) if position not in is_suspect)
        is_better = number in second and _is_better(second[number], of_it, sound, unprompted)
        replaced += [first.windows[number]] if is_better else []
        words += second[number] if is_better else of_it
        at += len(of_it)
    return Reading(tuple(words), first.windows, (*first.unprompted, *replaced))


def cut_anew(audio: AudioSamples, window: Region, suspects: Sequence[Suspect]) -> tuple[Region, ...]:
    """The whole window in narrower parts: each suspect passage by itself, or parts of it where it fills the window."""
    edges = {window.start_ms, window.end_ms}
    for suspect in suspects:
        for edge_ms in (suspect.start_ms - MARGIN_MS, suspect.end_ms + MARGIN_MS):
            if window.start_ms + SHORTEST_PIECE_MS <= edge_ms <= window.end_ms - SHORTEST_PIECE_MS:
                edges.add(_quietest_ms(audio, edge_ms))
    kept = [window.start_ms]
    for edge_ms in sorted(edges)[1:-1]:
        if min(edge_ms - kept[-1], window.end_ms - edge_ms) >= SHORTEST_PIECE_MS:
            kept.append(edge_ms)
    pieces = [Region(start_ms, end_ms) for start_ms, end_ms in pairwise([*kept, window.end_ms])]
    if len(pieces) == 1 and window.duration_ms >= 4 * SHORTEST_PIECE_MS:
        pieces = split_at_pauses(audio, window, round(window.duration_ms * NARROWER_SHARE))
    return tuple(pieces)


def _quietest_ms(audio: AudioSamples, around_ms: int) -> int:
    """The middle of the quietest moment within MARGIN_MS."""
    start_ms = max(around_ms - MARGIN_MS, 0)
    sought = audio.cut(start_ms, around_ms + MARGIN_MS).mono()
    size = audio.rate_hz * LEVEL_FRAME_MS // 1000
    count = len(sought) // size
    if not count:
        return around_ms
    levels = (sought[: count * size].reshape(count, size) ** 2).mean(axis=1)
    return start_ms + int(np.argmin(levels)) * LEVEL_FRAME_MS + LEVEL_FRAME_MS // 2


def _is_better(second: tuple[Word, ...], first: tuple[Word, ...], sound: tuple[Word, ...], evidence: Evidence) -> bool:
    """Fewer suspect words, and no speech lost: neither what the first reading's sound words cover nor all of a loop."""
    doubtful = sum(found.last - found.first + 1 for found in find_suspect_passages(second, evidence))
    spoken_ms, sound_ms, again_ms = (_spoken_ms(words, evidence) for words in (first, sound, second))
    is_whole = again_ms >= sound_ms - NEAR_MS and again_ms >= LEAST_SPEECH_SHARE * spoken_ms
    return doubtful < len(first) - len(sound) and is_whole


def _spoken_ms(words: tuple[Word, ...], evidence: Evidence) -> int:
    """Speech that lies near a word."""
    return shared_ms(evidence.speech, widened((Region(w.start_ms, w.end_ms) for w in words), NEAR_MS))
