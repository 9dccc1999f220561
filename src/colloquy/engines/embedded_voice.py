"""What a voice sounds like, frame by frame: mel-frequency cepstra.

Source: S. Davis and P. Mermelstein, IEEE Trans. ASSP 28(4), 1980. No normalisation by the mean: within one recording
the mean is what tells voices apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.samples import Samples, mixed

RATE_HZ = 16_000
FRAME_MS = 10
CEPSTRA = 12
_HOP, _WINDOW, _FFT = 160, 400, 512
_BANDS, _LOWEST_HZ, _HIGHEST_HZ = 32, 80.0, 7_600.0
_RANGE_DB = 80.0
# The quietest fifth of the speech is breath, closures and edges: it says little about who speaks.
_QUIET_SHARE = 0.2
_BLOCK = 8_192


@dataclass(frozen=True, slots=True)
class VoiceFrames:
    """Frames of 10 ms over the whole recording.

    cepstra: float64 (n, 12), without the loudness. level_db: float64 (n,).
    is_speech: bool (n,), inside a speech region. is_clear: bool (n,), speech loud enough to tell a voice by.
    """

    cepstra: np.ndarray
    level_db: np.ndarray
    is_speech: np.ndarray
    is_clear: np.ndarray

    @property
    def frame_count(self) -> int:
        return len(self.cepstra)


def voice_frames(audio: AudioSamples, speech: tuple[Region, ...]) -> VoiceFrames:
    from scipy.fft import dct

    mel_db = _mel_db(at_16_khz(audio))
    cepstra, level_db = np.empty((len(mel_db), CEPSTRA)), np.empty(len(mel_db))
    for first in range(0, len(mel_db), _BLOCK):
        block = slice(first, first + _BLOCK)
        cepstra[block] = dct(mel_db[block], norm="ortho", axis=1)[:, 1 : CEPSTRA + 1]
        level_db[block] = mel_db[block].mean(axis=1)
    is_speech = np.zeros(len(mel_db), bool)
    for first, last in frame_spans(speech, len(mel_db)):
        is_speech[first:last] = True
    is_clear = is_speech.copy()
    if is_speech.any():
        is_clear &= level_db > np.quantile(level_db[is_speech], _QUIET_SHARE)
    return VoiceFrames(cepstra, level_db, is_speech, is_clear)


def frame_spans(speech: tuple[Region, ...], frame_count: int) -> list[tuple[int, int]]:
    """First and last (exclusive) frame of each region; regions shorter than a frame are left out."""
    spans = [(region.start_ms // FRAME_MS, min(region.end_ms // FRAME_MS, frame_count)) for region in speech]
    return [(first, last) for first, last in spans if last > first]


def at_16_khz(audio: AudioSamples) -> Samples:
    """The mean of the channels at 16 kHz, (1, n); another rate is converted in memory."""
    from scipy.signal import resample_poly

    if audio.rate_hz == RATE_HZ:
        return mixed(audio.samples)
    resampled: np.ndarray = resample_poly(audio.mono(), RATE_HZ, audio.rate_hz)
    return resampled[None, :]


def _mel_db(samples: Samples) -> np.ndarray:
    """Mel power in dB, float64 (n, 32), cut off 80 dB below the loudest band of the recording."""
    from torchaudio.functional import melscale_fbanks

    bank = melscale_fbanks(_FFT // 2 + 1, _LOWEST_HZ, _HIGHEST_HZ, _BANDS, RATE_HZ).double().numpy()
    window = np.hanning(_WINDOW)
    count = samples.shape[1] // _HOP + 1
    power = np.empty((count, _BANDS))
    for first in range(0, count, _BLOCK):
        last = min(first + _BLOCK, count)
        power[first:last] = np.abs(np.fft.rfft(windows(samples, first, last) * window, _FFT)) ** 2 @ bank
    np.maximum(power, max(power.max(), 1e-10) * 10 ** (-_RANGE_DB / 10), out=power)
    np.log10(power, out=power)
    power *= 10
    return power


def windows(samples: Samples, first: int, last: int) -> np.ndarray:
    """25 ms around each frame from `first` to `last` (exclusive), float64 (n, 400); silence outside the recording."""
    start, end = first * _HOP - _WINDOW // 2, (last - 1) * _HOP + _WINDOW // 2
    sound = samples[:, max(start, 0) : max(end, 0)][0]
    before = max(-start, 0)
    padded = np.pad(sound.astype(np.float64), (before, max(end - start - before - len(sound), 0)))
    return np.lib.stride_tricks.sliding_window_view(padded[: end - start], _WINDOW)[::_HOP]
