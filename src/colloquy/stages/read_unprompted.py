"""Windows in which the study's vocabulary may have silenced the model, read without it."""

from __future__ import annotations

from colloquy.domain.audio import Region, shared_ms, widened
from colloquy.domain.transcript import Word
from colloquy.stages.decode_again import Read, Reading
from colloquy.stages.find_suspect_passages import NEAR_MS

# A prompt can make a model end at once, or early. Windows with so much speech are read again where less of it than this
# lies near a word; without a prompt nearly all of it does.
LEAST_SPEECH_MS = 2000
LEAST_WORDED_SHARE = 0.8


def read_unprompted(first: Reading, speech: tuple[Region, ...], read: Read) -> Reading:
    """The first reading, and those windows of it by their second one in which that gives words to more of the speech.

    `read` is to keep the vocabulary from the model.
    """
    by_window = first.by_window()
    poor = tuple(
        window for window, words in zip(first.windows, by_window, strict=True) if _is_poor(window, words, speech)
    )
    if not poor:
        return first
    again = dict(zip(poor, Reading(read(poor), poor).by_window(), strict=True))
    better = {
        window: again[window]
        for window, words in zip(first.windows, by_window, strict=True)
        if window in again and _worded_ms(window, again[window], speech) > _worded_ms(window, words, speech)
    }
    words = [word for window, of_it in zip(first.windows, by_window, strict=True) for word in better.get(window, of_it)]
    return Reading(tuple(words), first.windows, tuple(better))


def _is_poor(window: Region, words: tuple[Word, ...], speech: tuple[Region, ...]) -> bool:
    spoken_ms = shared_ms((window,), speech)
    return spoken_ms >= LEAST_SPEECH_MS and _worded_ms(window, words, speech) < LEAST_WORDED_SHARE * spoken_ms


def _worded_ms(window: Region, words: tuple[Word, ...], speech: tuple[Region, ...]) -> int:
    """Speech of the window that lies near one of its words."""
    inside = tuple(
        Region(max(one.start_ms, window.start_ms), min(one.end_ms, window.end_ms))
        for one in speech
        if one.start_ms < window.end_ms and one.end_ms > window.start_ms
    )
    return shared_ms(inside, widened((Region(word.start_ms, word.end_ms) for word in words), NEAR_MS))
