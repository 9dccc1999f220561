from __future__ import annotations

import numpy as np
import pytest

from colloquy.domain.audio import AudioSamples, DecodedAudio, Region
from colloquy.domain.engine import EngineIdentity
from colloquy.errors import AudioSilentError
from colloquy.settings import PrepareSettings, load_settings
from colloquy.stages.prepare import choose_channels, prepare

SETTINGS = load_settings().prepare
SECOND = 16_000


class Scripted:
    """A detector that finds what the test tells it."""

    identity = EngineIdentity("scripted", "1")

    def __init__(self, *regions: Region) -> None:
        self.regions = regions

    def find_speech(self, audio: AudioSamples) -> tuple[Region, ...]:
        return self.regions


def noise(seconds: float, level_db: float, seed: int = 1) -> np.ndarray:
    return (10 ** (level_db / 20) * np.random.default_rng(seed).standard_normal(round(seconds * SECOND))).astype(
        np.float32
    )


def decoded(samples: np.ndarray, *, is_truncated: bool = False) -> DecodedAudio:
    return DecodedAudio(AudioSamples(samples), 44_100, samples.shape[0], "flac", is_truncated)


def settings(**changes: object) -> PrepareSettings:
    return SETTINGS.model_copy(update=changes)


def test_nobody_speaking_is_an_error_with_advice() -> None:
    with pytest.raises(AudioSilentError, match=r"0\.4 s of speech in 10 s. Was the microphone on"):
        prepare(decoded(noise(10, -40)[None, :]), Scripted(Region(0, 400)), SETTINGS)


def test_how_little_speech_is_silence_is_a_setting() -> None:
    sound = decoded(noise(10, -40)[None, :])
    assert prepare(sound, Scripted(Region(0, 400)), settings(minimum_speech_ms=300)).speech == (Region(0, 400),)


def test_figures_describe_the_recording() -> None:
    sound = noise(10, -60)
    sound[2 * SECOND : 7 * SECOND] += noise(5, -20, seed=2)
    quality = prepare(decoded(sound[None, :], is_truncated=True), Scripted(Region(2000, 7000)), SETTINGS).quality
    assert quality.duration_ms == 10_000
    assert quality.speech_level_dbfs == pytest.approx(-20, abs=0.5)
    assert quality.signal_to_noise_db == pytest.approx(40, abs=1)
    assert quality.speech_ratio == pytest.approx(0.5)
    assert quality.clipped_ratio == 0
    assert (quality.codec, quality.source_rate_hz, quality.is_truncated) == ("flac", 44_100, True)


def test_clipping_is_measured() -> None:
    sound = np.clip(noise(5, 0), -1, 1)[None, :]
    assert prepare(decoded(sound), Scripted(Region(0, 5000)), SETTINGS).quality.clipped_ratio > 0.2


def test_a_telephone_band_is_recognised() -> None:
    spectrum = np.fft.rfft(noise(5, -20))
    spectrum[np.fft.rfftfreq(5 * SECOND, 1 / SECOND) > 3400] = 0
    narrow = np.fft.irfft(spectrum).astype(np.float32)[None, :]
    wide = noise(5, -20)[None, :]
    bands = [prepare(decoded(s), Scripted(Region(0, 5000)), SETTINGS).quality.bandwidth_hz for s in (narrow, wide)]
    assert bands[0] == pytest.approx(3400, abs=200)
    assert bands[1] > 7500


def two_voices(leak_db: float) -> AudioSamples:
    """Each channel loud in its own half; the other heard through at `leak_db`."""
    first, second = noise(5, -20, seed=1), noise(5, -20, seed=2)
    leak = 10 ** (leak_db / 20)
    left = np.concatenate([first, second * leak])
    right = np.concatenate([first * leak, second])
    return AudioSamples(np.stack([left, right]))


def test_two_channels_with_a_voice_each_are_kept() -> None:
    assert choose_channels(two_voices(-30), SETTINGS).channel_count == 2


def test_two_channels_with_the_same_room_become_one() -> None:
    assert choose_channels(two_voices(-3), SETTINGS).channel_count == 1


@pytest.mark.parametrize(("keep", "leak_db", "count"), [("never", -30, 1), ("always", -3, 2)])
def test_keeping_channels_is_a_setting(keep: str, leak_db: float, count: int) -> None:
    assert choose_channels(two_voices(leak_db), settings(keep_channels=keep)).channel_count == count


def test_a_dead_channel_does_not_halve_the_level() -> None:
    alive = noise(5, -20)
    chosen = choose_channels(AudioSamples(np.stack([alive, np.zeros_like(alive)])), SETTINGS)
    np.testing.assert_array_equal(chosen.samples[:, :], alive[None, :])


def of_two_speakers(second_s: float, seconds: float = 120, *, has_voice_each: bool) -> DecodedAudio:
    """One speaks all the time, the other, in a file of their own that ends early, for `second_s`."""
    second = np.zeros(round(seconds * SECOND), np.float32)
    second[: round(second_s * SECOND)] = noise(second_s, -20, 2)
    first = noise(seconds, -20)
    first[: len(noise(second_s, -20))] = 0
    audio = AudioSamples(np.stack([first, second]))
    return DecodedAudio(audio, 16_000, 2, "flac", False, has_voice_each=has_voice_each)


def test_a_speakers_own_file_keeps_its_channel_however_little_it_holds() -> None:
    prepared = prepare(of_two_speakers(1.0, has_voice_each=True), Scripted(Region(0, 120_000)), SETTINGS)
    assert prepared.audio.channel_count == 2
    assert prepared.quality.silent_channel_count == 0


def test_a_speakers_file_without_a_voice_is_left_out() -> None:
    prepared = prepare(of_two_speakers(0.1, has_voice_each=True), Scripted(Region(0, 120_000)), SETTINGS)
    assert prepared.audio.channel_count == 1
    assert prepared.quality.silent_channel_count == 1


def test_a_second_of_a_voice_in_an_otherwise_silent_channel_is_not_lost() -> None:
    prepared = prepare(of_two_speakers(1.0, has_voice_each=False), Scripted(Region(0, 120_000)), SETTINGS)
    assert (prepared.audio.channel_count, prepared.quality.silent_channel_count) == (1, 0)
    assert np.abs(prepared.audio.mono()[: SECOND // 2]).max() > 0.01
