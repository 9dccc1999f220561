"""Sound as the stages see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from colloquy.domain.samples import Samples, mixed, pieces


@dataclass(frozen=True, slots=True)
class AudioSamples:
    """Decoded sound of shape (channels, n) at `rate_hz`, in memory or in a file: read by `cut` or in `pieces`."""

    samples: Samples = field(repr=False)
    rate_hz: int = 16_000

    @property
    def channel_count(self) -> int:
        return int(self.samples.shape[0])

    @property
    def sample_count(self) -> int:
        return int(self.samples.shape[1])

    @property
    def duration_ms(self) -> int:
        return round(1000 * self.sample_count / self.rate_hz)

    def mono(self) -> np.ndarray:
        """Mean of the channels, float32, shape (n,): 4 bytes a sample, so of a cut rather than of hours."""
        sound: np.ndarray = mixed(self.samples)[:, :][0]
        return sound

    def cut(self, start_ms: int, end_ms: int) -> AudioSamples:
        """The sound between two times, in memory."""
        first, last = (round(ms * self.rate_hz / 1000) for ms in (start_ms, end_ms))
        return AudioSamples(self.samples[:, first:last], self.rate_hz)

    def pieces(self, multiple_of: int = 1) -> Iterator[np.ndarray]:
        """All of it in order, in arrays of (channels, m); m is a multiple of `multiple_of` in all but the last."""
        return pieces(self.samples, multiple_of)


@dataclass(frozen=True, slots=True)
class DecodedAudio:
    """A recording as the decoder gives it: 16 kHz, one or two channels, and what the file was.

    `is_truncated` is True when the file ends before its own header says, or is damaged on the way. `has_voice_each` is
    True where each channel is known to be one speaker's own.
    """

    audio: AudioSamples
    source_rate_hz: int
    source_channel_count: int
    codec: str
    is_truncated: bool
    has_voice_each: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of time, end exclusive."""

    start_ms: int
    end_ms: int

    @property
    def duration_ms(self) -> int:
        return self.end_ms - self.start_ms


def joined(regions: Iterable[Region], within_ms: int = 0) -> tuple[Region, ...]:
    """In order, those that overlap or lie at most `within_ms` apart made one."""
    found: list[Region] = []
    for region in sorted(regions, key=lambda one: one.start_ms):
        if found and region.start_ms - found[-1].end_ms <= within_ms:
            found[-1] = Region(found[-1].start_ms, max(found[-1].end_ms, region.end_ms))
        else:
            found.append(region)
    return tuple(found)


def widened(regions: Iterable[Region], margin_ms: int) -> tuple[Region, ...]:
    """Each longer at both ends, those that then meet made one."""
    return joined(Region(region.start_ms - margin_ms, region.end_ms + margin_ms) for region in regions)


def shared_ms(first: tuple[Region, ...], second: tuple[Region, ...]) -> int:
    """Time that lies in both; each in order and without overlaps."""
    total, at = 0, 0
    for region in first:
        while at < len(second) and second[at].end_ms <= region.start_ms:
            at += 1
        index = at
        while index < len(second) and second[index].start_ms < region.end_ms:
            total += min(second[index].end_ms, region.end_ms) - max(second[index].start_ms, region.start_ms)
            index += 1
    return total


def between(regions: tuple[Region, ...], duration_ms: int) -> tuple[Region, ...]:
    """What the regions leave of a recording; they are in order and without overlaps."""
    starts = (0, *(region.end_ms for region in regions))
    ends = (*(region.start_ms for region in regions), duration_ms)
    return tuple(Region(start, end) for start, end in zip(starts, ends, strict=True) if end > start)


@dataclass(frozen=True, slots=True)
class AudioQuality:
    """Figures of one recording as it arrived; levels in dB below full scale, ratios of the duration.

    What was done to it for the engines: `gain_db` was applied, below 0 where it was louder than full scale; a constant
    offset of `offset_ratio` of full scale was taken away; `silent_channel_count` channels were left out.
    """

    duration_ms: int
    channel_count: int
    source_rate_hz: int
    codec: str
    peak_dbfs: float
    speech_level_dbfs: float
    signal_to_noise_db: float
    clipped_ratio: float
    speech_ratio: float
    bandwidth_hz: int
    is_truncated: bool
    gain_db: float = 0.0
    offset_ratio: float = 0.0
    silent_channel_count: int = 0


@dataclass(frozen=True, slots=True)
class PreparedAudio:
    """What `prepare` gives: sound, its figures, and where somebody speaks."""

    audio: AudioSamples
    quality: AudioQuality
    speech: tuple[Region, ...]
