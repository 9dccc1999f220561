"""Several files of one interview become one recording."""

from __future__ import annotations

from colloquy.domain.audio import AudioSamples, DecodedAudio
from colloquy.domain.samples import Samples, SamplesBeside, SamplesInSequence, mixed

MOST_CHANNELS = 2


def join_recordings(decoded: tuple[DecodedAudio, ...], *, is_voice_each: bool) -> DecodedAudio:
    """One after the other, or with `is_voice_each` beside each other: a channel for each, silence after the shorter.

    All are at one rate, as the decoder gives them. A single recording stays as it is. Pieces whose channels differ in
    number are mixed to one. So are three voices or more: what follows looks for a voice of its own in each of two
    channels, and a channel that held two people would give one's words to the other; mixed, their voices tell them
    apart. The figures are those of the poorest: lowest rate, most channels, truncated where any is.
    """
    if len(decoded) == 1:
        return decoded[0]
    samples = _beside(decoded) if is_voice_each else _in_sequence(decoded)
    channels = max(one.source_channel_count for one in decoded)
    return DecodedAudio(
        AudioSamples(samples, decoded[0].audio.rate_hz),
        min(one.source_rate_hz for one in decoded),
        max(channels, len(decoded)) if is_voice_each else channels,
        ", ".join(dict.fromkeys(one.codec for one in decoded)),
        any(one.is_truncated for one in decoded),
        has_voice_each=is_voice_each and samples.shape[0] == len(decoded),
    )


def _in_sequence(decoded: tuple[DecodedAudio, ...]) -> Samples:
    is_alike = len({one.audio.channel_count for one in decoded}) == 1
    return SamplesInSequence(tuple(one.audio.samples if is_alike else mixed(one.audio.samples) for one in decoded))


def _beside(decoded: tuple[DecodedAudio, ...]) -> Samples:
    voices = SamplesBeside(tuple(mixed(one.audio.samples) for one in decoded))
    return voices if len(decoded) <= MOST_CHANNELS else mixed(voices)
