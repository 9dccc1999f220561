"""Figures of a recording's sound, piece by piece: levels, peak, clipping, bandwidth."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.samples import mixed, pieces

FRAME_MS = 20
FLOOR_DB = -120.0
FULL = 0.999
# The band ends where the mean spectrum falls this far below its peak for good.
BAND_EDGE_DB = 50.0
SPECTRUM_SAMPLES = 2048


@dataclass(frozen=True, slots=True)
class SoundFigures:
    """Of each channel, and frame by frame; levels in dB below full scale.

    levels_db, peaks_db: float32 (channels, frames of FRAME_MS). means: float64 (channels,), of samples. peak: the
    loudest sample, 1 is full scale. full_ratio: share of samples at full scale.
    """

    levels_db: np.ndarray = field(repr=False)
    peaks_db: np.ndarray = field(repr=False)
    means: np.ndarray = field(repr=False)
    peak: float
    full_ratio: float


def measure_sound(audio: AudioSamples) -> SoundFigures:
    size = audio.rate_hz * FRAME_MS // 1000
    levels: list[np.ndarray] = []
    peaks: list[np.ndarray] = []
    sums, peak, full = np.zeros(audio.channel_count), 0.0, 0
    for piece in audio.pieces(size):
        loudness = np.abs(piece)
        peak, full = max(peak, float(loudness.max())), full + int((loudness >= FULL).sum())
        sums += piece.sum(axis=1, dtype=np.float64)
        count = piece.shape[1] // size
        if not count and levels:
            break  # what is left over is shorter than a frame
        count = max(count, 1)
        frames = piece[:, : count * size].reshape(audio.channel_count, count, -1)
        levels.append(_decibels(np.sqrt((frames**2).mean(axis=2))))
        peaks.append(_decibels(np.abs(frames).max(axis=2)))
    samples = max(audio.sample_count, 1)
    return SoundFigures(
        np.concatenate(levels, axis=1),
        np.concatenate(peaks, axis=1),
        sums / samples,
        peak,
        full / (samples * audio.channel_count),
    )


def speech_and_noise_db(audio: AudioSamples, speech: tuple[Region, ...]) -> tuple[float, float]:
    """Level inside the regions and outside of them, of the mean of the channels."""
    energy, counts, first = [0.0, 0.0], [0, 0], 0
    bounds = [(region.start_ms * audio.rate_hz // 1000, region.end_ms * audio.rate_hz // 1000) for region in speech]
    for piece in pieces(mixed(audio.samples)):
        power = piece[0].astype(np.float64) ** 2
        is_speech = np.zeros(len(power), bool)
        for start, end in bounds:
            is_speech[max(start - first, 0) : max(end - first, 0)] = True
        for at, chosen in enumerate((is_speech, ~is_speech)):
            energy[at] += float(power[chosen].sum())
            counts[at] += int(chosen.sum())
        first += len(power)
    speech_db, noise_db = (
        decibels((total / count) ** 0.5) if count else FLOOR_DB for total, count in zip(energy, counts, strict=True)
    )
    return speech_db, noise_db


def bandwidth_hz(audio: AudioSamples) -> int:
    """Highest frequency whose mean power lies within BAND_EDGE_DB of the strongest band, in steps of 100 Hz."""
    if audio.sample_count < SPECTRUM_SAMPLES:
        return audio.rate_hz // 2
    window = np.hanning(SPECTRUM_SAMPLES).astype(np.float32)
    power = np.zeros(SPECTRUM_SAMPLES // 2 + 1)
    for piece in pieces(mixed(audio.samples), SPECTRUM_SAMPLES):
        count = piece.shape[1] // SPECTRUM_SAMPLES
        windows = piece[0, : count * SPECTRUM_SAMPLES].reshape(count, SPECTRUM_SAMPLES) * window
        power += (np.abs(np.fft.rfft(windows, axis=1)) ** 2).sum(axis=0, dtype=np.float64)
    strong = np.nonzero(power > power.max() * 10 ** (-BAND_EDGE_DB / 10))[0]
    last = float(strong[-1]) if len(strong) else 0.0
    return int(round(last * audio.rate_hz / SPECTRUM_SAMPLES / 100) * 100)


def decibels(amplitude: float) -> float:
    return float(20 * np.log10(max(amplitude, 10 ** (FLOOR_DB / 20))))


def _decibels(amplitudes: np.ndarray) -> np.ndarray:
    found: np.ndarray = 20 * np.log10(np.maximum(amplitudes, 10 ** (FLOOR_DB / 20)))
    return found
