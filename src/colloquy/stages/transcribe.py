"""Words out of sound: the recording is cut at pauses into windows, each is read by the engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from colloquy.domain.audio import AudioSamples, PreparedAudio, Region
from colloquy.domain.transcript import Transcript, Word
from colloquy.errors import TranscriptionError
from colloquy.protocols import Transcriber
from colloquy.settings import TranscriptionSettings

MARGIN_MS = 250
SHORTEST_WORD_MS = 20
# A stretch without a pause is cut at its quietest moment, sought in this last share of the window.
SEARCH_SHARE = 0.4
LEVEL_FRAME_MS = 50


def transcribe(prepared: PreparedAudio, transcriber: Transcriber, settings: TranscriptionSettings) -> Transcript:
    """Read every window and make the words' times sound: in order, inside the recording, never of no length.

    Raises TranscriptionError when the engine gives words outside the recording.
    """
    windows = plan_windows(prepared.audio, prepared.speech, round(settings.longest_window_s * 1000))
    transcript = transcriber.transcribe(prepared.audio, windows)
    return replace(transcript, words=_sound_times(transcript.words, prepared.audio.duration_ms))


def plan_windows(audio: AudioSamples, speech: tuple[Region, ...], longest_ms: int) -> tuple[Region, ...]:
    """Windows of at most `longest_ms` that hold all speech, cut in the middle of pauses where there are any."""
    parts = [part for region in speech for part in _split(audio, _widened(region, audio.duration_ms), longest_ms)]
    windows: list[Region] = []
    for part in parts:
        last = windows[-1] if windows else None
        if last is not None and part.end_ms - last.start_ms <= longest_ms:
            windows[-1] = Region(last.start_ms, max(last.end_ms, part.end_ms))
        elif last is not None and part.start_ms < last.end_ms:
            middle = (part.start_ms + last.end_ms) // 2
            windows[-1] = Region(last.start_ms, middle)
            windows.append(Region(middle, part.end_ms))
        else:
            windows.append(part)
    return tuple(windows)


def _widened(region: Region, duration_ms: int) -> Region:
    return Region(max(0, region.start_ms - MARGIN_MS), min(duration_ms, region.end_ms + MARGIN_MS))


def _split(audio: AudioSamples, region: Region, longest_ms: int) -> list[Region]:
    parts: list[Region] = []
    start_ms = region.start_ms
    while region.end_ms - start_ms > longest_ms:
        sought = audio.cut(start_ms + round(longest_ms * (1 - SEARCH_SHARE)), start_ms + longest_ms).mono()
        size = audio.rate_hz * LEVEL_FRAME_MS // 1000
        count = len(sought) // size
        levels = (sought[: count * size].reshape(count, size) ** 2).mean(axis=1)
        cut_ms = start_ms + round(longest_ms * (1 - SEARCH_SHARE)) + int(np.argmin(levels)) * LEVEL_FRAME_MS
        parts.append(Region(start_ms, cut_ms))
        start_ms = cut_ms
    return [*parts, Region(start_ms, region.end_ms)]


def _sound_times(words: tuple[Word, ...], duration_ms: int) -> tuple[Word, ...]:
    ordered: list[Word] = []
    for word in words:
        if word.start_ms > duration_ms or word.start_ms < 0:
            raise TranscriptionError(
                f"transcription: a word lies at {word.start_ms} ms in a recording of {duration_ms} ms. "
                "This is a fault of the engine: try another model or engine and report it."
            )
        earliest = ordered[-1].start_ms if ordered else 0
        start_ms = min(max(word.start_ms, earliest), max(duration_ms - SHORTEST_WORD_MS, 0))
        end_ms = min(max(word.end_ms, start_ms + SHORTEST_WORD_MS), duration_ms)
        ordered.append(replace(word, start_ms=start_ms, end_ms=end_ms))
    return tuple(ordered)
