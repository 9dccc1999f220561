"""Sound in files, read piece by piece: what `prepare` keeps, and what it works on meanwhile."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from colloquy.domain.samples import Keep, Samples, pieces
from colloquy.errors import StoreError
from colloquy.store.files import disk_full, is_disk_full, make_private_folder

FULL_SCALE = 32767
STORED = np.dtype(np.int16)
WORKED_ON = np.dtype(np.float32)


@contextmanager
def scratch_sound(folder: Path) -> Iterator[Keep]:
    """Keeps decoded sound in files without a name in `folder`: nothing is left of them, however the process ends.

    They take 4 bytes a sample, and go when the context ends. Raises StoreError when the disk is full.
    """
    with ExitStack() as open_files:

        def keep(blocks: Iterator[np.ndarray]) -> Samples:
            file = open_files.enter_context(tempfile.TemporaryFile(dir=make_private_folder(folder)))
            channels, count = 1, 0
            for block in blocks:
                channels, count = block.shape[0], count + block.shape[1]
                _unless_full(file.write, block.T.astype(WORKED_ON).tobytes())
            _unless_full(file.flush)
            return _ScratchSamples(file, (channels, count))

        yield keep


def _unless_full(write: Callable[..., object], *given: bytes) -> None:
    try:
        write(*given)
    except OSError as error:
        if is_disk_full(error):
            raise disk_full() from None
        raise


@dataclass(frozen=True, slots=True)
class _ScratchSamples:
    """float32, the channels of each moment beside each other."""

    file: IO[bytes]
    shape: tuple[int, int]

    def __getitem__(self, piece: tuple[slice, slice], /) -> np.ndarray:
        channels, count = self.shape
        first, last, _ = piece[1].indices(count)
        self.file.seek(first * channels * WORKED_ON.itemsize)
        found = _read(self.file, WORKED_ON, max(last - first, 0) * channels)
        return found.reshape(-1, channels).T.copy()  # what was read cannot be written to


def stored_pieces(samples: Samples) -> Iterator[bytes]:
    """A .npy file of 16-bit samples, (channels, n), piece by piece."""
    header = np.lib.format.header_data_from_array_1_0(np.empty((0, 0), STORED)) | {"shape": tuple(samples.shape)}
    beginning = _Bytes()
    np.lib.format.write_array_header_1_0(beginning, header)
    yield bytes(beginning)
    for channel in range(samples.shape[0]):
        for piece in pieces(samples):
            yield np.round(np.clip(piece[channel], -1, 1) * FULL_SCALE).astype(STORED).tobytes()


class _Bytes(bytearray):
    def write(self, content: bytes) -> None:
        self.extend(content)


@dataclass(frozen=True, slots=True)
class StoredSamples:
    """A .npy file of 16-bit samples as float32. Raises StoreError where it has gone or changed since it was opened."""

    path: Path
    shape: tuple[int, int]
    first_byte: int

    def __getitem__(self, piece: tuple[slice, slice], /) -> np.ndarray:
        channels, count = self.shape
        first, last, _ = piece[1].indices(count)
        found = np.empty((channels, max(last - first, 0)), np.float32)
        try:
            with self.path.open("rb") as file:
                for channel, sound in enumerate(found):
                    file.seek(self.first_byte + (channel * count + first) * STORED.itemsize)
                    np.divide(_read(file, STORED, len(sound)), np.float32(FULL_SCALE), out=sound)
        except FileNotFoundError:
            raise StoreError("The prepared sound went away while it was read. Run the study again.") from None
        return found


def open_stored(path: Path) -> StoredSamples:
    with path.open("rb") as file:
        np.lib.format.read_magic(file)
        shape, _, _ = np.lib.format.read_array_header_1_0(file)
        return StoredSamples(path, (shape[0], shape[1]), file.tell())


def _read(file: IO[bytes], kind: np.dtype[np.int16] | np.dtype[np.float32], count: int) -> np.ndarray:
    content = file.read(count * kind.itemsize)
    if len(content) < count * kind.itemsize:
        raise StoreError("The prepared sound is shorter than it was. Run the study again.")
    return np.frombuffer(content, kind)
