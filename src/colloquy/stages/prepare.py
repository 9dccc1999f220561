"""Sound that the engines can work on, its figures, and where somebody speaks."""

from __future__ import annotations

import numpy as np

from colloquy.domain.audio import AudioQuality, AudioSamples, DecodedAudio, PreparedAudio, Region
from colloquy.errors import AudioSilentError
from colloquy.protocols import VoiceActivityDetector
from colloquy.settings import PrepareSettings

FRAME_MS = 20
# A channel holds a voice of its own when it is this much louder than the other …
CHANNEL_LEAD_DB = 10.0
# … in at least this share of the frames in which anything is loud.
CHANNEL_SHARE = 0.08
FLOOR_DB = -120.0
# The band ends where the mean spectrum falls this far below its peak for good.
BAND_EDGE_DB = 50.0


def prepare(decoded: DecodedAudio, detector: VoiceActivityDetector, settings: PrepareSettings) -> PreparedAudio:
    """Choose the channels, find the speech and measure. Raises AudioSilentError where nobody speaks."""
    audio = choose_channels(decoded.audio, settings)
    speech = detector.find_speech(audio)
    speech_ms = sum(region.duration_ms for region in speech)
    if speech_ms < settings.minimum_speech_ms:
        raise AudioSilentError(
            f"Nobody speaks in this recording: {speech_ms / 1000:.1f} s of speech in "
            f"{audio.duration_ms / 1000:.0f} s. Was the microphone on? Listen to it; if it is silent, leave it out: "
            "colloquy set-aside."
        )
    return PreparedAudio(audio, measure(decoded, audio, speech), speech)


def choose_channels(audio: AudioSamples, settings: PrepareSettings) -> AudioSamples:
    """Keep two channels where each holds a voice of its own; else the mean, or the one that is alive."""
    if audio.channel_count == 1:
        return audio
    if settings.keep_channels == "always":
        return audio
    levels = _frame_levels_db(audio)
    is_loud = levels.max(axis=0) > levels.max() - 40.0
    lead = (levels[0] - levels[1])[is_loud]
    first, second = float((lead > CHANNEL_LEAD_DB).mean()), float((lead < -CHANNEL_LEAD_DB).mean())
    if settings.keep_channels == "auto" and min(first, second) >= CHANNEL_SHARE:
        return audio
    if max(first, second) > 0.99:
        alive = 0 if first > second else 1
        return AudioSamples(audio.samples[alive : alive + 1], audio.rate_hz)
    return AudioSamples(audio.mono()[None, :], audio.rate_hz)


def measure(decoded: DecodedAudio, audio: AudioSamples, speech: tuple[Region, ...]) -> AudioQuality:
    mono = audio.mono()
    is_speech = np.zeros(len(mono), bool)
    for region in speech:
        first, last = (ms * audio.rate_hz // 1000 for ms in (region.start_ms, region.end_ms))
        is_speech[first:last] = True
    speech_db, noise_db = _level_db(mono[is_speech]), _level_db(mono[~is_speech])
    return AudioQuality(
        duration_ms=audio.duration_ms,
        channel_count=decoded.source_channel_count,
        source_rate_hz=decoded.source_rate_hz,
        codec=decoded.codec,
        peak_dbfs=round(_db(float(np.abs(decoded.audio.samples).max())), 1),
        speech_level_dbfs=round(speech_db, 1),
        signal_to_noise_db=round(speech_db - noise_db, 1),
        clipped_ratio=round(float((np.abs(decoded.audio.samples) >= 0.999).mean()), 5),
        speech_ratio=round(float(is_speech.mean()), 3),
        bandwidth_hz=_bandwidth_hz(mono, audio.rate_hz),
        is_truncated=decoded.is_truncated,
    )


def _frame_levels_db(audio: AudioSamples) -> np.ndarray:
    """(channels, frames)"""
    size = audio.rate_hz * FRAME_MS // 1000
    count = max(audio.samples.shape[1] // size, 1)
    frames = audio.samples[:, : count * size].reshape(audio.channel_count, count, -1)
    levels: np.ndarray = 20 * np.log10(np.maximum(np.sqrt((frames**2).mean(axis=2)), 10 ** (FLOOR_DB / 20)))
    return levels


def _level_db(samples: np.ndarray) -> float:
    return _db(float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))) if len(samples) else FLOOR_DB


def _db(amplitude: float) -> float:
    return float(20 * np.log10(max(amplitude, 10 ** (FLOOR_DB / 20))))


def _bandwidth_hz(mono: np.ndarray, rate_hz: int) -> int:
    """Highest frequency whose mean power lies within BAND_EDGE_DB of the strongest band, in steps of 100 Hz."""
    size = 2048
    count = len(mono) // size
    if count == 0:
        return rate_hz // 2
    windows = mono[: count * size].reshape(count, size) * np.hanning(size).astype(np.float32)
    power = (np.abs(np.fft.rfft(windows, axis=1)) ** 2).mean(axis=0)
    strong = np.nonzero(power > power.max() * 10 ** (-BAND_EDGE_DB / 10))[0]
    return int(round(float(strong[-1]) * rate_hz / size / 100) * 100)
