"""Sound out of any file that FFmpeg reads, through PyAV, which carries FFmpeg: no system package is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from colloquy.domain.audio import AudioSamples, DecodedAudio
from colloquy.domain.samples import Keep, held
from colloquy.engines.wav_header import claimed_s
from colloquy.errors import AudioUnreadableError

RATE_HZ = 16_000
SHORTEST_S = 0.3
# A header may round; more than this is missing.
MISSING_S = 1.0
MISSING_SHARE = 0.02

_DAMAGED = (
    "The file cannot be read as sound: it is damaged, or not a recording at all. "
    "Play it on this computer; if that fails, copy it again from the recorder."
)
_EMPTY = "The file is empty (0 bytes). Copy it again from the recorder."
_NO_SOUND = (
    "The file holds no sound: it is a picture or a film without a sound track. "
    "Export the sound from the meeting or the recorder and drop that file."
)
_TOO_SHORT = (
    "There is less than {seconds} s of sound in the file. Copy it again from the recorder, or leave it out: "
    "colloquy set-aside."
)


def decode(path: Path, keep: Keep = held) -> DecodedAudio:
    """Read a whole recording: float32 (channels, n) at 16 kHz; one or two channels stay, more are mixed to one.

    `keep` says where the sound stays; by itself in memory.

    A file that breaks off is read up to where it breaks and marked `is_truncated`; its length is what was decoded,
    whatever the header says. Raises AudioUnreadableError.
    """
    if path.stat().st_size == 0:
        raise AudioUnreadableError(_EMPTY)
    with _opened(path) as container:
        if not container.streams.audio:
            raise AudioUnreadableError(_NO_SOUND)
        stream = container.streams.audio[0]
        promised_s = max(_promised_s(container, stream), claimed_s(path))
        reading = _Reading(container, stream)
        samples = keep(iter(reading))
        source = stream.codec_context
        rate_hz, channels, codec = source.sample_rate, source.channels, source.name
    seconds = samples.shape[1] / RATE_HZ
    if seconds < SHORTEST_S:
        raise AudioUnreadableError(_DAMAGED if reading.is_broken else _TOO_SHORT.format(seconds=SHORTEST_S))
    is_short = promised_s > seconds + MISSING_S + MISSING_SHARE * seconds
    return DecodedAudio(AudioSamples(samples, RATE_HZ), rate_hz, channels, codec, reading.is_broken or is_short)


def promised_duration_ms(path: Path) -> int | None:
    """What the file's header promises, if that is more than the file can hold; None as `probe_duration_ms`."""
    known = probe_duration_ms(path)
    return None if known is None else max(known, round(claimed_s(path) * 1000))


def probe_duration_ms(path: Path) -> int | None:
    """How long the sound is by the file's header, without decoding it; None where that does not say or is damaged.

    For an MP3 without a header of its own FFmpeg guesses from the bit rate; a header may promise more than there is.
    """
    try:
        with _opened(path) as container:
            promised_s = _promised_s(container, container.streams.audio[0]) if container.streams.audio else 0.0
    except AudioUnreadableError:
        return None
    return round(promised_s * 1000) if promised_s > 0 else None


@contextmanager
def _opened(path: Path) -> Iterator[InputContainer]:
    try:
        container = av.open(str(path), metadata_errors="ignore")
    except (av.error.FFmpegError, ValueError):
        raise AudioUnreadableError(_DAMAGED) from None
    with container:
        yield container


def _promised_s(container: InputContainer, stream: AudioStream) -> float:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else 0.0


class _Reading:
    """Blocks of (channels, n); `is_broken` is known once they are read."""

    def __init__(self, container: InputContainer, stream: AudioStream) -> None:
        self._container = container
        self._stream = stream
        self.is_broken = False

    def __iter__(self) -> Iterator[np.ndarray]:
        layout = "stereo" if self._stream.codec_context.channels == 2 else "mono"
        resampler = av.AudioResampler(format="fltp", layout=layout, rate=RATE_HZ)
        frames = self._frames()
        while True:
            try:
                frame = next(frames)
                blocks = [np.nan_to_num(block.to_ndarray()) for block in resampler.resample(frame)]
            except (av.error.FFmpegError, ValueError):
                self.is_broken = True
                return
            yield from blocks
            if frame is None:
                return

    def _frames(self) -> Iterator[AudioFrame | None]:
        """None ends them: the resampler then gives what it kept."""
        for frame in self._container.decode(self._stream):
            frame.pts = None
            yield frame
        yield None
