from __future__ import annotations

import numpy as np
import pytest

from colloquy.domain.audio import AudioSamples, Region
from colloquy.stages.find_sound import find_sound, measure_levels, without_digital_silence

RATE = 16_000
SPEECH = (Region(0, 5000),)


def recording(
    voice_db: float | None, noise_db: float = -70.0, length_ms: int = 1000, at_ms: int = 10_000
) -> AudioSamples:
    """Twenty seconds of room noise, speech of -20 dB in the first five, and at ten seconds a voice of `voice_db`."""
    rng = np.random.default_rng(1)
    samples = rng.standard_normal(20 * RATE).astype(np.float32)
    gain = np.full(20 * RATE, 10 ** (noise_db / 20), np.float32)
    gain[: 5 * RATE] = 0.1
    gain[4 * RATE : 4 * RATE + RATE // 2] = 10 ** (noise_db / 20)  # a pause
    if voice_db is not None:
        gain[at_ms * 16 : (at_ms + length_ms) * 16] = 10 ** (voice_db / 20)
    return AudioSamples((samples * gain)[None, :])


def found_in(audio: AudioSamples) -> tuple[Region, ...]:
    return find_sound(measure_levels(audio, SPEECH), (Region(5500, 20_000),))


@pytest.mark.parametrize("voice_db", [-20.0, -38.0])
def test_a_voice_not_far_below_the_speech_is_heard(voice_db: float) -> None:
    (found,) = found_in(recording(voice_db))
    assert (found.start_ms, found.end_ms) == (10_000, 11_000)


@pytest.mark.parametrize(
    "audio",
    [
        pytest.param(recording(None, noise_db=-35), id="loud room noise"),
        pytest.param(recording(None, noise_db=-120), id="digital silence"),
        pytest.param(recording(-45.0), id="far below the speech"),
        pytest.param(recording(-35.0, noise_db=-40), id="hardly above the noise"),
        pytest.param(recording(-20.0, length_ms=100), id="a click"),
    ],
)
def test_noise_and_silence_are_not_sent_to_the_engine(audio: AudioSamples) -> None:
    assert found_in(audio) == ()


def test_the_shortest_answer_is_heard() -> None:
    assert len(found_in(recording(-25.0, length_ms=250))) == 1


def test_words_with_pauses_between_them_are_one_stretch() -> None:
    audio = recording(-25.0, length_ms=1000)
    audio.samples[:, 10_400 * 16 : 10_600 * 16] *= 0.001
    assert found_in(audio) == (Region(10_000, 11_000),)


def test_nothing_is_sought_outside_what_was_left() -> None:
    levels = measure_levels(recording(-20.0), SPEECH)
    assert find_sound(levels, (Region(5500, 9000), Region(12_000, 20_000))) == ()


def test_only_long_stretches_of_nothing_at_all_are_left_out() -> None:
    audio = recording(None)
    audio.samples[:, 8 * RATE : 9 * RATE] = 0
    audio.samples[:, 12 * RATE : 16 * RATE] = 0
    levels = measure_levels(audio, ())
    assert without_digital_silence(levels) == (Region(0, 12_000), Region(16_000, 20_000))


def test_levels_of_a_long_recording_are_measured_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    audio = recording(-20.0)
    whole = measure_levels(audio, SPEECH).levels_db
    monkeypatch.setattr("colloquy.stages.find_sound.PIECE_MS", 3000)
    np.testing.assert_array_equal(measure_levels(audio, SPEECH).levels_db, whole)


def test_an_empty_recording_has_no_sound() -> None:
    levels = measure_levels(AudioSamples(np.zeros((1, 0), np.float32)), ())
    assert find_sound(levels, ()) == without_digital_silence(levels) == ()
