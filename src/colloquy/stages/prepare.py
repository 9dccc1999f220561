"""Sound that the engines can work on, its figures, and where somebody speaks."""

from __future__ import annotations

from dataclasses import dataclass

from colloquy.domain.audio import AudioQuality, AudioSamples, DecodedAudio, PreparedAudio, Region
from colloquy.domain.samples import mixed, one_channel
from colloquy.errors import AudioSilentError
from colloquy.protocols import VoiceActivityDetector
from colloquy.settings import PrepareSettings
from colloquy.stages.even_out import HEADROOM_DB, amplified, centred, find_gain_db, find_offsets
from colloquy.stages.measure_sound import (
    FRAME_MS,
    SoundFigures,
    bandwidth_hz,
    decibels,
    measure_sound,
    speech_and_noise_db,
)

# A channel holds a voice of its own when it is this much louder than the other …
CHANNEL_LEAD_DB = 10.0
# … in at least this share of the frames in which anything is loud.
CHANNEL_SHARE = 0.08
# … or, where each is known to be a speaker's own, in this much of them: an interviewer may say little, and a file may
# end early. A channel that is left out as silent has less.
CHANNEL_MS = 500
LOUD_RANGE_DB = 40.0
# Formats in which a sample may exceed full scale and is not cut off by it.
FLOATING_POINT = "pcm_f"


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The channels that are kept, and how many of the others hold nothing."""

    audio: AudioSamples
    silent_count: int = 0


def prepare(decoded: DecodedAudio, detector: VoiceActivityDetector, settings: PrepareSettings) -> PreparedAudio:
    """Choose the channels, even out the level, find the speech and measure.

    The figures are those of the recording as it arrived. Raises AudioSilentError where nobody speaks.
    """
    arrived = measure_sound(decoded.audio)
    offsets = find_offsets(arrived)
    source = centred(decoded.audio, offsets)
    figures = arrived if source is decoded.audio else measure_sound(source)
    chosen = _choose(source, figures, settings, has_voice_each=decoded.has_voice_each)
    audio = chosen.audio
    are_floating = [codec.startswith(FLOATING_POINT) for codec in decoded.codec.split(", ")]
    level = figures if audio is source else measure_sound(audio)
    gain_db = find_gain_db(level, settings)
    if not gain_db and any(are_floating) and figures.peak > 1:
        gain_db = round(HEADROOM_DB - decibels(figures.peak), 1)
    louder = amplified(audio, gain_db)
    speech = detector.find_speech(louder)
    _refuse_silence(speech, audio, settings)
    speech_db, noise_db = speech_and_noise_db(audio, speech)
    quality = AudioQuality(
        duration_ms=audio.duration_ms,
        channel_count=decoded.source_channel_count,
        source_rate_hz=decoded.source_rate_hz,
        codec=decoded.codec,
        peak_dbfs=round(decibels(arrived.peak), 1),
        speech_level_dbfs=round(speech_db, 1),
        signal_to_noise_db=round(speech_db - noise_db, 1),
        clipped_ratio=0.0 if all(are_floating) and figures.peak > 1 else round(arrived.full_ratio, 5),
        speech_ratio=round(_sample_count(speech, audio) / audio.sample_count, 3),
        bandwidth_hz=bandwidth_hz(audio),
        is_truncated=decoded.is_truncated,
        gain_db=gain_db,
        offset_ratio=round(max(map(abs, offsets)), 4),
        silent_channel_count=chosen.silent_count,
    )
    return PreparedAudio(louder, quality, speech)


def _refuse_silence(speech: tuple[Region, ...], audio: AudioSamples, settings: PrepareSettings) -> None:
    speech_ms = sum(region.duration_ms for region in speech)
    if speech_ms < settings.minimum_speech_ms:
        raise AudioSilentError(
            f"Nobody speaks in this recording: {speech_ms / 1000:.1f} s of speech in "
            f"{audio.duration_ms / 1000:.0f} s. Was the microphone on? Listen to it; if it is silent, leave it out: "
            "colloquy set-aside."
        )


def choose_channels(audio: AudioSamples, settings: PrepareSettings) -> AudioSamples:
    """Keep two channels where each holds a voice of its own; else the mean, or the one that is alive."""
    return _choose(audio, measure_sound(audio), settings).audio


def _choose(
    audio: AudioSamples, figures: SoundFigures, settings: PrepareSettings, *, has_voice_each: bool = False
) -> _Chosen:
    if audio.channel_count == 1 or settings.keep_channels == "always":
        return _Chosen(audio)
    levels = figures.levels_db
    is_loud = levels.max(axis=0) > levels.max() - LOUD_RANGE_DB
    lead = (levels[0] - levels[1])[is_loud]
    first, second = float((lead > CHANNEL_LEAD_DB).mean()), float((lead < -CHANNEL_LEAD_DB).mean())
    has_voices = min(first, second) * len(lead) * FRAME_MS >= CHANNEL_MS
    is_enough = has_voices if has_voice_each else min(first, second) >= CHANNEL_SHARE
    if settings.keep_channels == "auto" and is_enough:
        return _Chosen(audio)
    if max(first, second) > 0.99 and not has_voices:
        alive = 0 if first > second else 1
        return _Chosen(AudioSamples(one_channel(audio.samples, alive), audio.rate_hz), silent_count=1)
    return _Chosen(AudioSamples(mixed(audio.samples), audio.rate_hz))


def _sample_count(speech: tuple[Region, ...], audio: AudioSamples) -> int:
    ends = ((region.start_ms * audio.rate_hz // 1000, region.end_ms * audio.rate_hz // 1000) for region in speech)
    return sum(min(last, audio.sample_count) - first for first, last in ends)
