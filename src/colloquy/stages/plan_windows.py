"""Where a recording is cut into the windows that an engine reads."""

from __future__ import annotations

import numpy as np

from colloquy.domain.audio import AudioSamples, Region

MARGIN_MS = 250
# A stretch without a pause is cut at its quietest moment, sought in this last share of the window.
SEARCH_SHARE = 0.4
LEVEL_FRAME_MS = 50


def plan_windows(audio: AudioSamples, speech: tuple[Region, ...], longest_ms: int) -> tuple[Region, ...]:
    """Windows of at most `longest_ms` that hold all speech, cut in the middle of pauses where there are any."""
    parts = [
        part for region in speech for part in split_at_pauses(audio, _widened(region, audio.duration_ms), longest_ms)
    ]
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


def split_at_pauses(audio: AudioSamples, region: Region, longest_ms: int) -> list[Region]:
    """Parts of at most `longest_ms` that together are the region, cut where it is quietest."""
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
