"""Where something is heard, by level alone: what voice activity may have passed over."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from colloquy.domain.audio import AudioSamples, Region, between

FRAME_MS = 50
# A few minutes at once, so that three hours need no second copy of their samples.
PIECE_MS = 300_000
FLOOR_DB = -120.0
# Voices in one room lie within this of each other; a second voice 20 dB below the first is still understood.
BELOW_SPEECH_DB = 20.0
# Room noise is steady and speech is not: what is no louder than this above the quietest moments is noise.
QUIETEST_PERCENT = 5.0
ABOVE_NOISE_DB = 9.0
# A pause within a word or between two of them; and the shortest "mm", so that a click or a knock is none.
PAUSE_MS = 300
SHORTEST_SOUND_MS = 200
# 16-bit samples cannot hold less; what stays below it for so long was cut out, muted or never recorded.
DIGITAL_SILENCE_DB = -90.0
SHORTEST_SILENCE_MS = 2000


@dataclass(frozen=True, slots=True)
class SoundLevels:
    """`levels_db` below full scale, one a frame of FRAME_MS; `threshold_db` is what parts sound from the background."""

    levels_db: np.ndarray = field(repr=False)
    threshold_db: float
    duration_ms: int


def find_sound(levels: SoundLevels, within: tuple[Region, ...]) -> tuple[Region, ...]:
    """Stretches inside `within` that are heard above the background, in order; each has SHORTEST_SOUND_MS of it."""
    is_heard = levels.levels_db > levels.threshold_db
    heard = _runs(is_heard & _mask(within, len(is_heard)), levels.duration_ms)
    heard_ms = np.concatenate(([0], np.cumsum([region.duration_ms for region in heard])))
    found, first = [], 0
    for last, region in enumerate(heard):
        if last + 1 < len(heard) and heard[last + 1].start_ms - region.end_ms <= PAUSE_MS:
            continue
        if heard_ms[last + 1] - heard_ms[first] >= SHORTEST_SOUND_MS:
            found.append(Region(heard[first].start_ms, region.end_ms))
        first = last + 1
    return tuple(found)


def without_digital_silence(levels: SoundLevels) -> tuple[Region, ...]:
    """The whole recording but for long stretches in which there is nothing at all."""
    empty = _runs(levels.levels_db < DIGITAL_SILENCE_DB, levels.duration_ms)
    return between(tuple(one for one in empty if one.duration_ms >= SHORTEST_SILENCE_MS), levels.duration_ms)


def measure_levels(audio: AudioSamples, speech: tuple[Region, ...]) -> SoundLevels:
    """Levels of the whole recording; `speech` says what a voice is like in it. Without any, the loudest moments do."""
    pieces = [
        _levels_db(audio.cut(start_ms, min(start_ms + PIECE_MS, audio.duration_ms)))
        for start_ms in range(0, audio.duration_ms, PIECE_MS)
    ]
    levels = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
    return SoundLevels(levels, _threshold_db(levels, speech), audio.duration_ms)


def _threshold_db(levels: np.ndarray, speech: tuple[Region, ...]) -> float:
    if not len(levels):
        return 0.0
    spoken = levels[_mask(speech, len(levels))]
    voice_db = float(np.median(spoken)) if len(spoken) else float(np.percentile(levels, 95))
    noise_db = float(np.percentile(levels, QUIETEST_PERCENT))
    return max(voice_db - BELOW_SPEECH_DB, noise_db + ABOVE_NOISE_DB)


def _levels_db(audio: AudioSamples) -> np.ndarray:
    size = audio.rate_hz * FRAME_MS // 1000
    mono = audio.mono()
    frames = np.pad(mono, (0, -len(mono) % size)).reshape(-1, size)
    power = np.einsum("ij,ij->i", frames, frames) / size
    levels: np.ndarray = 10 * np.log10(np.maximum(power, 10 ** (FLOOR_DB / 10)))
    return levels


def _mask(regions: tuple[Region, ...], count: int) -> np.ndarray:
    """Frames that lie wholly in a region."""
    mask = np.zeros(count, bool)
    for region in regions:
        mask[-(-region.start_ms // FRAME_MS) : region.end_ms // FRAME_MS] = True
    return mask


def _runs(is_in: np.ndarray, duration_ms: int) -> tuple[Region, ...]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], is_in, [False])).astype(np.int8)))
    ends = np.minimum(edges[1::2] * FRAME_MS, duration_ms)
    return tuple(Region(int(a) * FRAME_MS, int(b)) for a, b in zip(edges[::2], ends, strict=True))
