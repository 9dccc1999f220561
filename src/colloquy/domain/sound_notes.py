"""What is unusual about a recording, in sentences for those who work with its transcript."""

from __future__ import annotations

from itertools import pairwise

from colloquy.domain.audio import AudioQuality, Region
from colloquy.domain.verbatim import clock

# A telephone line ends at 3,400 Hz, sampling at 8 kHz at 4,000 Hz.
TELEPHONE_HZ = 4_000
CLIPPED_RATIO = 0.001
LONG_PAUSE_MS = 600_000
# Shorter than any interview: a recorder that was switched on and off.
SHORT_MS = 5_000


def sound_notes(quality: AudioQuality, speech: tuple[Region, ...], promised_ms: int | None = None) -> tuple[str, ...]:
    """A sentence for each oddity; none for most recordings. `speech` is in order.

    `promised_ms`: the length by the file's own header, of one that breaks off.
    """
    end = _end(quality, promised_ms)
    return tuple(filter(None, (end, *_level(quality), *_device(quality), *_length(quality, speech))))


def _end(quality: AudioQuality, promised_ms: int | None) -> str:
    """The device lost power, or the copy broke off."""
    if not quality.is_truncated:
        return ""
    what = "The file breaks off or is damaged, and what can be read of it was used"
    if promised_ms is not None and promised_ms > quality.duration_ms:
        there, promised = clock(quality.duration_ms), clock(promised_ms)
        what = f"{what}: {there} is there, and its own header says {promised}"
    return f"{what}. Copy it again from the recorder; if that has no more, the rest is lost."


def _level(quality: AudioQuality) -> tuple[str, ...]:
    return (
        f"Recorded very quietly and made louder by {quality.gain_db:.0f} dB for the transcription; so was its noise."
        if quality.gain_db > 0
        else "",
        f"Recorded above full scale and turned down by {-quality.gain_db:.0f} dB; nothing was lost."
        if quality.gain_db < 0
        else "",
        f"Too loud for its recorder: {quality.clipped_ratio:.1%} of it is cut off (clipped) and distorted."
        if quality.clipped_ratio >= CLIPPED_RATIO
        else "",
    )


def _device(quality: AudioQuality) -> tuple[str, ...]:
    return (
        f"Sound up to {quality.bandwidth_hz / 1000:.1f} kHz only, as over a telephone: look at names and numbers twice."
        if quality.bandwidth_hz <= TELEPHONE_HZ
        else "",
        "One channel is silent or far quieter than the other, which alone was used."
        if quality.silent_channel_count
        else "",
        "Its recorder added a constant offset, which was taken away." if quality.offset_ratio else "",
    )


def _length(quality: AudioQuality, speech: tuple[Region, ...]) -> tuple[str, ...]:
    edges = [0, *(edge for region in speech for edge in (region.start_ms, region.end_ms)), quality.duration_ms]
    pauses = [(end_ms - start_ms, start_ms) for start_ms, end_ms in list(pairwise(edges))[::2]]
    longest_ms, start_ms = max(pauses)
    return (
        f"Nobody speaks for {longest_ms / 60_000:.0f} minutes from {clock(start_ms)}."
        if longest_ms >= LONG_PAUSE_MS
        else "",
        f"Only {quality.duration_ms / 1000:.1f} s long: is that all of it?" if quality.duration_ms < SHORT_MS else "",
    )
