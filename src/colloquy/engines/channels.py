"""Tells voices apart by channel: each voice has its own microphone, or its own end of the line."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.diarisation import Diarisation, Overlap, SpeakerCount, Turn
from colloquy.domain.engine import EngineIdentity
from colloquy.errors import DiarisationError
from colloquy.settings import DiarisationSettings

# Goes up with every change that may move a turn.
METHOD_VERSION = "2"
FRAME_MS = 10
_SMOOTH_FRAMES = 5
_ABOVE_NOISE_DB = 12.0
# How much louder than the expected cross-talk a channel must be before it counts as a voice of its own.
_ABOVE_LEAK_DB = 6.0
_DOMINATES_DB = 6.0
_SAME_SOUND_DB = 1.5
# Below it there is no sound: after the end of the shorter file, or where a call's program sent none.
_DIGITAL_SILENCE_DB = -90.0
_OWN_SOUND_SHARE = 0.05
_LONGEST_GAP_FRAMES = 25
_SHORTEST_BURST_FRAMES = 10
_FLOOR_FRAMES = 30


class ChannelDiariser:
    """`Diariser` for recordings with one voice a channel. The number of voices is that of the channels that speak."""

    @property
    def identity(self) -> EngineIdentity:
        return EngineIdentity("channels", METHOD_VERSION)

    def diarise(self, audio: AudioSamples, speech: tuple[Region, ...], count: SpeakerCount) -> Diarisation:
        """Turns and overlaps to 10 ms. Raises DiarisationError for one channel, or fewer channels than voices."""
        _refuse_channels(audio.channel_count, count)
        levels = _levels_db(audio)
        is_speech = _frames_of(speech, levels.shape[1])
        if not is_speech.any():
            return Diarisation((), (), self.identity)
        _refuse_same_sound(levels[:, is_speech])
        active = _active(levels, is_speech)
        return _diarisation(active, _floor(levels, active), audio.duration_ms, self.identity)


def _refuse_channels(channels: int, count: SpeakerCount) -> None:
    if channels < 2:
        raise DiarisationError(
            "diarisation.engine channels: the recording has one channel, expected one for each voice. "
            'Set diarisation.engine = "embedded", or prepare.keep_channels = "always" if the file has two channels.'
        )
    if channels < count.minimum:
        raise DiarisationError(
            f"diarisation.engine channels: {channels} channels were found, at least {count.minimum} voices expected. "
            'Set diarisation.engine = "embedded", or correct diarisation.fewest_speakers.'
        )


def _refuse_same_sound(levels: np.ndarray) -> None:
    spread = levels.max(axis=0) - levels.min(axis=0)
    if float(np.mean(spread > _SAME_SOUND_DB)) < _OWN_SOUND_SHARE:
        raise DiarisationError(
            "diarisation.engine channels: all channels hold the same sound, expected one voice in each. "
            'Set diarisation.engine = "embedded".'
        )


def _levels_db(audio: AudioSamples) -> np.ndarray:
    """Level of each channel in dB below full scale, smoothed over 50 ms, float64 (channels, n)."""
    from scipy.ndimage import uniform_filter1d

    width = audio.rate_hz * FRAME_MS // 1000
    power = np.concatenate([_power(piece, width) for piece in audio.pieces(width)], axis=1)
    smooth = uniform_filter1d(power, _SMOOTH_FRAMES, axis=1, mode="nearest")
    return np.asarray(10 * np.log10(np.maximum(smooth, 1e-10)))


def _power(piece: np.ndarray, width: int) -> np.ndarray:
    """Mean square of each frame, the last one filled up with silence."""
    length = -(-piece.shape[1] // width)
    padded = np.pad(piece.astype(np.float64), ((0, 0), (0, length * width - piece.shape[1])))
    power: np.ndarray = (padded.reshape(len(piece), length, width) ** 2).mean(axis=2)
    return power


def _frames_of(speech: tuple[Region, ...], length: int) -> np.ndarray:
    is_speech = np.zeros(length, bool)
    for region in speech:
        is_speech[region.start_ms // FRAME_MS : -(-region.end_ms // FRAME_MS)] = True
    return is_speech


def _active(levels: np.ndarray, is_speech: np.ndarray) -> np.ndarray:
    """Whether each channel's own voice speaks, bool (channels, n)."""
    has_sound = levels > _DIGITAL_SILENCE_DB
    noise = np.array([[_quantile(level[heard], 0.05)] for level, heard in zip(levels, has_sound, strict=True)])
    loudest = np.array([[_quantile(level[h & is_speech], 0.95)] for level, h in zip(levels, has_sound, strict=True)])
    active = is_speech & has_sound & (levels > np.minimum(noise + _ABOVE_NOISE_DB, loudest - _ABOVE_NOISE_DB))
    for own in range(len(levels)):
        for other in range(len(levels)):
            if other != own:
                difference = levels[own] - levels[other]
                leak_db = _leak_db(difference[is_speech & has_sound[own] & has_sound[other]])
                active[own] &= difference > leak_db + _ABOVE_LEAK_DB
    return np.stack([_tidy(channel) for channel in active])


def _quantile(heard: np.ndarray, share: float) -> float:
    """Of the frames that hold sound; silence that was put in says nothing about a microphone."""
    return float(np.quantile(heard, share)) if len(heard) else 0.0


def _leak_db(difference: np.ndarray) -> float:
    """Level at which another channel's voice arrives in this one, relative to its own; at most -6 dB."""
    dominated = difference[difference < -_DOMINATES_DB]
    return float(np.median(dominated)) if len(dominated) else -2 * _DOMINATES_DB


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _tidy(flags: np.ndarray) -> np.ndarray:
    """Bridge gaps up to 250 ms, then drop bursts under 100 ms."""
    tidy = flags.copy()
    runs = _runs(flags)
    for (_, end), (start, _) in pairwise(runs):
        if start - end <= _LONGEST_GAP_FRAMES:
            tidy[end:start] = True
    for start, end in _runs(tidy):
        if end - start < _SHORTEST_BURST_FRAMES:
            tidy[start:end] = False
    return tidy


def _floor(levels: np.ndarray, active: np.ndarray) -> np.ndarray:
    """Channel that holds the floor in each frame, -1 where none speaks: in overlaps the one louder for its voice."""
    from scipy.ndimage import uniform_filter1d

    pairs = zip(levels, active, strict=True)
    usual = np.array([np.median(level[flags]) if flags.any() else 0.0 for level, flags in pairs])
    relative = uniform_filter1d(levels - usual[:, None], _FLOOR_FRAMES, axis=1, mode="nearest")
    holder = np.where(active, relative, -np.inf).argmax(axis=0)
    holder[~active.any(axis=0)] = -1
    return np.asarray(holder)


def _diarisation(active: np.ndarray, holder: np.ndarray, duration_ms: int, engine: EngineIdentity) -> Diarisation:
    def in_ms(frame: int) -> int:
        return min(frame * FRAME_MS, duration_ms)

    labels: dict[int, str] = {}
    turns: list[Turn] = []
    for first, last in _constant_runs(holder):
        if holder[first] >= 0 and in_ms(last) > in_ms(first):
            label = labels.setdefault(int(holder[first]), f"S{len(labels) + 1}")
            turns.append(Turn(in_ms(first), in_ms(last), label))
    spoken = np.stack([active[channel] for channel in labels]) if labels else np.zeros((0, len(holder)), bool)
    names = list(labels.values())
    # Each set of channels that speak together has its own number.
    together = (1 << np.arange(len(names))) @ spoken
    overlaps = tuple(
        Overlap(in_ms(first), in_ms(last), tuple(names[i] for i in np.flatnonzero(spoken[:, first])))
        for first, last in _constant_runs(np.asarray(together))
        if spoken[:, first].sum() > 1 and last - first >= _SHORTEST_BURST_FRAMES and in_ms(last) > in_ms(first)
    )
    return Diarisation(tuple(turns), overlaps, engine)


def _constant_runs(values: np.ndarray) -> list[tuple[int, int]]:
    changes = [int(at) for at in 1 + np.flatnonzero(np.diff(values))]
    return list(zip((0, *changes), (*changes, len(values)), strict=True))


def make(settings: DiarisationSettings, models: Path) -> ChannelDiariser:  # noqa: ARG001  # one signature for all
    return ChannelDiariser()
