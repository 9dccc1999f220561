"""Sound that is far too quiet, too loud for its format or off its middle, made such as the engines work well on."""

from __future__ import annotations

import numpy as np

from colloquy.domain.audio import AudioSamples
from colloquy.domain.samples import ChangedSamples
from colloquy.settings import PrepareSettings
from colloquy.stages.measure_sound import SoundFigures

# Where speech is raised to: its loud frames lie there in recordings of a usual level.
TARGET_DB = -20.0
# Loud frames: what 5 in 100 of those with any sound exceed. Speech in less of the recording than that is no interview.
LOUD_PERCENT = 95.0
# Frames below it hold nothing: a stretch that was cut out or muted says nothing about the level.
DIGITAL_SILENCE_DB = -90.0
# More would raise the noise of a recorder without a microphone to the level of speech.
MOST_GAIN_DB = 40.0
# All frames but 1 in 1,000 (a knock, a dropped cup) stay below full scale by so much.
HEADROOM_DB = -1.0
PEAK_PERCENT = 99.9
# A constant offset is taken away from 1 in 100 of full scale on, or where it is near the level of what is loud:
# it would count as sound wherever levels are compared.
LEAST_OFFSET = 0.01
LEAST_OFFSET_SHARE = 0.3


def find_offsets(figures: SoundFigures) -> tuple[float, ...]:
    """The constant offset of each channel as a share of full scale; 0 where it is too small to matter."""
    least = min(LEAST_OFFSET, LEAST_OFFSET_SHARE * 10 ** (_loud_db(figures) / 20))
    return tuple(float(mean) if abs(mean) >= least else 0.0 for mean in figures.means)


def find_gain_db(figures: SoundFigures, settings: PrepareSettings) -> float:
    """0 where the level is a usual one."""
    loud_db = _loud_db(figures)
    if loud_db >= settings.quiet_below_dbfs:
        return 0.0
    peak_db = float(np.percentile(figures.peaks_db.max(axis=0), PEAK_PERCENT))
    return max(round(min(TARGET_DB - loud_db, HEADROOM_DB - peak_db, MOST_GAIN_DB), 1), 0.0)


def _loud_db(figures: SoundFigures) -> float:
    """TARGET_DB where there is no sound at all."""
    levels_db = figures.levels_db.max(axis=0)
    heard = levels_db[levels_db > DIGITAL_SILENCE_DB]
    return float(np.percentile(heard, LOUD_PERCENT)) if len(heard) else TARGET_DB


def centred(audio: AudioSamples, offsets: tuple[float, ...]) -> AudioSamples:
    """Without its offsets; the same where there are none."""
    if not any(offsets):
        return audio
    taken = np.array(offsets, np.float32)[:, None]
    return AudioSamples(ChangedSamples(audio.samples, audio.channel_count, lambda piece: piece - taken), audio.rate_hz)


def amplified(audio: AudioSamples, gain_db: float) -> AudioSamples:
    """Louder or quieter, within full scale; the same where the gain is 0."""
    if not gain_db:
        return audio
    gain = np.float32(10 ** (gain_db / 20))
    loud = ChangedSamples(audio.samples, audio.channel_count, lambda piece: np.clip(piece * gain, -1, 1))
    return AudioSamples(loud, audio.rate_hz)
