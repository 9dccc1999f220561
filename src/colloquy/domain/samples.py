"""Samples that are read piece by piece, so that hours of sound need no room in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

# Two minutes at 16 kHz, 8 MB a channel.
PIECE_SAMPLES = 1_920_000


class Samples(Protocol):
    """Sound of shape (channels, n). A piece `[:, first:last]` of it is an array, float32, full scale from -1 to 1.

    A NumPy array is one. Others read or work out a piece when asked for it; they take all channels at once.
    """

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __getitem__(self, piece: tuple[slice, slice], /) -> np.ndarray: ...


# Takes blocks of (channels, n) in order, and keeps them somewhere.
Keep = Callable[[Iterator[np.ndarray]], Samples]


def held(blocks: Iterator[np.ndarray]) -> Samples:
    """Keep the blocks in memory."""
    found = list(blocks)
    return np.concatenate(found, axis=1) if found else np.zeros((1, 0), np.float32)


def pieces(samples: Samples, multiple_of: int = 1) -> Iterator[np.ndarray]:
    """All of it in order, (channels, m); m is a multiple of `multiple_of` in all pieces but the last."""
    count = max(PIECE_SAMPLES // multiple_of, 1) * multiple_of
    for first in range(0, samples.shape[1], count):
        yield samples[:, first : first + count]


@dataclass(frozen=True, slots=True)
class ChangedSamples:
    """`source` changed as it is read; `change` gives for each piece what it would give in the whole."""

    source: Samples = field(repr=False)
    channel_count: int
    change: Callable[[np.ndarray], np.ndarray]

    @property
    def shape(self) -> tuple[int, ...]:
        return self.channel_count, self.source.shape[1]

    def __getitem__(self, piece: tuple[slice, slice], /) -> np.ndarray:
        return self.change(self.source[piece])


def mixed(samples: Samples) -> Samples:
    """The mean of the channels as one."""
    return samples if samples.shape[0] == 1 else ChangedSamples(samples, 1, _mean)


def one_channel(samples: Samples, channel: int) -> Samples:
    return ChangedSamples(samples, 1, lambda piece: piece[channel : channel + 1])


def _mean(piece: np.ndarray) -> np.ndarray:
    mean: np.ndarray = piece.mean(axis=0, dtype=np.float32)
    return mean[None, :]


@dataclass(frozen=True, slots=True)
class SamplesInSequence:
    """One after the other; all have the same channels."""

    parts: tuple[Samples, ...] = field(repr=False)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.parts[0].shape[0], sum(part.shape[1] for part in self.parts)

    def __getitem__(self, piece: tuple[slice, slice], /) -> np.ndarray:
        first, last, _ = piece[1].indices(self.shape[1])
        found, start = [np.zeros((self.shape[0], 0), np.float32)], 0
        for part in self.parts:
            if first < start + part.shape[1] and start < last:
                found.append(part[:, max(first - start, 0) : last - start])
            start += part.shape[1]
        return np.concatenate(found, axis=1)


@dataclass(frozen=True, slots=True)
class SamplesBeside:
    """A channel for each part, which has one, and silence after the shorter."""

    parts: tuple[Samples, ...] = field(repr=False)

    @property
    def shape(self) -> tuple[int, ...]:
        return len(self.parts), max(part.shape[1] for part in self.parts)

    def __getitem__(self, piece: tuple[slice, slice], /) -> np.ndarray:
        first, last, _ = piece[1].indices(self.shape[1])
        found = np.zeros((len(self.parts), max(last - first, 0)), np.float32)
        for channel, part in zip(found, self.parts, strict=True):
            sound = part[:, first:last]
            channel[: sound.shape[1]] = sound[0]
        return found
