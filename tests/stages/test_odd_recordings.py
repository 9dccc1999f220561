"""Recordings as they come: what the engines are given, what the figures say, and what the team is told."""

from __future__ import annotations

import json
import wave
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.signal import resample_poly

from colloquy.domain.audio import AudioQuality, AudioSamples, DecodedAudio, PreparedAudio, Region
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.sound_notes import sound_notes
from colloquy.domain.transcript import Transcript
from colloquy.engines.av_decoder import decode
from colloquy.engines.registry import make_transcriber, make_voice_activity_detector
from colloquy.inspect.word_error import count_word_errors
from colloquy.settings import load_settings, read_subtitle_phrases
from colloquy.stages.find_sound import find_sound, measure_levels
from colloquy.stages.prepare import prepare
from colloquy.stages.transcribe import transcribe
from tests.long_recordings import INBOX, ROOT, Scripted

RATE_HZ = 16_000
SETTINGS = load_settings().prepare
TRANSCRIPTION = load_settings().transcription.model_copy(update={"longest_window_s": 10.0, "device": "cpu"})
LENGTH_MS = 10_000


@cache
def speech() -> np.ndarray:
    """The beginning of a demo interview; its loud moments lie at -14 dB."""
    sound: np.ndarray = decode(INBOX / "P01.wav").audio.cut(0, LENGTH_MS).mono()
    return sound


def recorded(sound: np.ndarray, *, codec: str = "pcm_s16le") -> DecodedAudio:
    """As 16-bit samples hold it, or as floating point does."""
    channels = np.atleast_2d(sound)
    if codec == "pcm_s16le":
        channels = np.round(np.clip(channels, -1, 1) * 32_767) / 32_767
    return DecodedAudio(AudioSamples(channels.astype(np.float32)), RATE_HZ, len(channels), codec, False)


def prepared(decoded: DecodedAudio, **changes: object) -> PreparedAudio:
    return prepare(decoded, make_voice_activity_detector(SETTINGS), SETTINGS.model_copy(update=changes))


def notes(sound: PreparedAudio) -> str:
    return " ".join(sound_notes(sound.quality, sound.speech))


def read(sound: PreparedAudio) -> Transcript:
    model = make_transcriber(TRANSCRIPTION, ROOT / "data" / "demo" / "model" / "demo-en.pt", "en")
    return transcribe(sound, model, TRANSCRIPTION, read_subtitle_phrases())


@cache
def truth() -> list[dict[str, Any]]:
    words: list[dict[str, Any]] = json.loads((ROOT / "data" / "demo" / "truth" / "P01.json").read_text())["words"]
    return words


def wrong_words(transcript: Transcript, offset_ms: int = 0) -> float:
    """Share of those that were said, in what was heard from `offset_ms` on."""
    said = " ".join(word["text"] for word in truth() if word["end_ms"] < LENGTH_MS)
    return count_word_errors(said, " ".join(w.text for w in transcript.words if w.end_ms > offset_ms)).rate


def loud_db(audio: AudioSamples) -> float:
    frames = audio.mono()[: audio.sample_count // 320 * 320].reshape(-1, 320)
    return float(np.percentile(20 * np.log10(np.sqrt((frames**2).mean(axis=1)) + 1e-9), 95))


class Everywhere:
    """A detector that takes all of it for speech, or what it is told."""

    identity = EngineIdentity("scripted", "1")

    def __init__(self, *regions: Region) -> None:
        self.regions = regions

    def find_speech(self, audio: AudioSamples) -> tuple[Region, ...]:
        return self.regions or (Region(0, audio.duration_ms),)


def test_a_usual_recording_is_left_as_it_is_and_nothing_is_told() -> None:
    sound = recorded(speech())
    usual = prepare(sound, Everywhere(), SETTINGS)
    assert usual.audio is sound.audio
    assert (usual.quality.gain_db, usual.quality.offset_ratio, usual.quality.silent_channel_count) == (0, 0, 0)
    assert notes(usual) == ""


def test_sound_at_8_khz_is_told(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        narrow = resample_poly(speech()[: 8 * RATE_HZ], 1, 2)
        file.writeframes(np.round(np.clip(narrow, -1, 1) * 32_767).astype(np.int16).tobytes())
    call = prepare(decode(path), Everywhere(), SETTINGS)
    assert (call.quality.source_rate_hz, call.audio.rate_hz) == (8_000, RATE_HZ)
    assert "as over a telephone" in notes(call)


@pytest.mark.parametrize(("level_db", "gain_db"), [(-34.0, 0.0), (-40.0, 20.0), (-50.0, 30.0), (-70.0, 40.0)])
def test_a_very_quiet_recording_is_made_louder_for_the_engines_alone(level_db: float, gain_db: float) -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, 5 * RATE_HZ)  # its frames lie at -20 dB, the loud ones hardly above
    quiet = prepare(recorded(sound * 10 ** ((level_db + 20) / 20)), Everywhere(), SETTINGS)
    assert quiet.quality.gain_db == pytest.approx(gain_db, abs=1)
    assert loud_db(quiet.audio) == pytest.approx(level_db + gain_db, abs=2)
    assert quiet.quality.speech_level_dbfs == pytest.approx(level_db, abs=1)
    assert quiet.quality.peak_dbfs < level_db + 20
    assert ("Recorded very quietly" in notes(quiet)) == (gain_db > 0)


def test_what_is_quiet_is_a_setting() -> None:
    quiet = recorded(speech() * 0.01)
    assert prepare(quiet, Everywhere(), SETTINGS.model_copy(update={"quiet_below_dbfs": -90.0})).quality.gain_db == 0
    assert prepare(quiet, Everywhere(), SETTINGS).quality.gain_db > 20


def test_a_knock_does_not_keep_a_quiet_recording_quiet() -> None:
    sound = np.tile(speech() * 0.005, 4)
    sound[RATE_HZ : RATE_HZ + 50] = 0.9
    knocked = prepare(recorded(sound), Everywhere(), SETTINGS)
    assert loud_db(knocked.audio) > -25
    assert np.abs(knocked.audio.mono()).max() <= 1


def test_silence_says_nothing_about_the_level() -> None:
    """Half an hour of nothing around a minute of speech at a usual level is no quiet recording."""
    sound = np.concatenate([np.zeros(RATE_HZ * 600, np.float32), speech()])
    assert prepare(recorded(sound), Everywhere(), SETTINGS).quality.gain_db == 0


def test_a_recorder_without_a_microphone_is_not_raised_to_speech() -> None:
    noise = np.random.default_rng(0).normal(0, 3e-5, RATE_HZ * 5)
    assert prepare(recorded(noise), Everywhere(), SETTINGS).quality.gain_db <= 40


def test_the_words_of_a_very_quiet_recording_are_heard() -> None:
    quiet = recorded(speech() * 10 ** (-45 / 20))
    assert wrong_words(read(prepared(quiet))) <= 0.1
    assert wrong_words(read(prepared(quiet, quiet_below_dbfs=-120.0))) > 0.5


def test_a_clipped_recording_is_told_and_not_made_louder() -> None:
    clipped = prepare(recorded(speech() * 8), Everywhere(), SETTINGS)
    assert clipped.quality.clipped_ratio > 0.05
    assert clipped.quality.gain_db == 0
    assert "is cut off (clipped)" in notes(clipped)


def test_floating_point_above_full_scale_is_turned_down_and_not_cut_off() -> None:
    sound = (speech() - speech().mean()) * 4
    loud = prepare(recorded(sound, codec="pcm_f32le"), Everywhere(), SETTINGS)
    assert loud.quality.clipped_ratio == 0
    assert loud.quality.gain_db == pytest.approx(-1 - 20 * np.log10(np.abs(sound).max()), abs=0.1)
    heard = loud.audio.mono()
    np.testing.assert_allclose(heard, sound * np.abs(heard).max() / np.abs(sound).max(), atol=1e-5)
    assert "nothing was lost" in notes(loud)


def test_a_knock_above_full_scale_does_not_keep_a_quiet_recording_quiet() -> None:
    sound = np.tile(speech() * 0.005, 4)
    sound[RATE_HZ : RATE_HZ + 50] = 2.0
    knocked = prepare(recorded(sound, codec="pcm_f32le"), Everywhere(), SETTINGS)
    assert loud_db(knocked.audio) > -25
    assert np.abs(knocked.audio.mono()).max() <= 1
    assert "made louder" in notes(knocked)


@pytest.mark.parametrize("codec", ["pcm_s16le, pcm_f32le", "pcm_f32le, pcm_s16le"])
def test_of_joined_files_one_with_floating_point_is_turned_down_and_what_reaches_full_scale_is_told(codec: str) -> None:
    loud = prepare(recorded((speech() - speech().mean()) * 4, codec=codec), Everywhere(), SETTINGS)
    assert np.abs(loud.audio.mono()).max() == pytest.approx(10 ** (-1 / 20), abs=0.01)
    assert loud.quality.clipped_ratio > 0


def test_a_constant_offset_is_taken_away_so_that_levels_can_be_compared() -> None:
    spoken = speech() - speech().mean()
    plain = prepare(recorded(spoken * 0.5), Everywhere(Region(0, 8_000)), SETTINGS)
    offset = prepare(recorded(spoken * 0.5 + 0.2), Everywhere(Region(0, 8_000)), SETTINGS)
    assert offset.quality.offset_ratio == pytest.approx(0.2, abs=0.001)
    assert offset.quality.speech_level_dbfs == pytest.approx(plain.quality.speech_level_dbfs, abs=0.1)
    np.testing.assert_allclose(offset.audio.mono(), plain.audio.mono(), atol=2e-4)
    levels = measure_levels(offset.audio, offset.speech)
    assert find_sound(levels, (Region(0, LENGTH_MS),))
    assert "constant offset" in notes(offset)


def test_a_quiet_recording_with_an_offset_is_raised_by_its_sound() -> None:
    spoken = (speech() - speech().mean()) * 0.005
    quiet = prepare(recorded(spoken + 0.05), Everywhere(), SETTINGS)
    assert loud_db(quiet.audio) == pytest.approx(-20, abs=1)


@pytest.mark.parametrize("noise_db", [-200, -70])
def test_a_silent_half_hour_is_told_and_neither_read_nor_does_it_lose_what_is_around(noise_db: int) -> None:
    pause = np.random.default_rng(0).normal(0, 10 ** (noise_db / 20), RATE_HZ * 1800)
    sound = recorded(np.concatenate([speech(), pause, speech()]))
    around = Region(300, LENGTH_MS - 300), Region(LENGTH_MS + 1_800_300, 2 * LENGTH_MS + 1_799_700)
    silent = prepare(sound, Everywhere(*around), SETTINGS)
    transcript = transcribe(silent, Scripted(), TRANSCRIPTION, read_subtitle_phrases())
    assert "Nobody speaks for 30 minutes from 00:00:09." in notes(silent)
    assert transcript.coverage is not None
    assert transcript.coverage.speech_read_ratio == 1
    assert transcript.coverage.read_ratio * silent.audio.duration_ms <= 2 * LENGTH_MS
    assert all(word.start_ms < LENGTH_MS or word.start_ms >= LENGTH_MS + 1_800_000 for word in transcript.words)


def music(seconds: int) -> np.ndarray:
    """Chords of plucked strings, two a second."""
    at = np.arange(RATE_HZ // 2) / RATE_HZ
    chords = ((262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294))
    plucked = [
        sum(np.exp(-3 * at) * np.sin(2 * np.pi * hz * part * at) / part for hz in chord for part in (1, 2, 3))
        for chord in chords
    ]
    return 0.1 * np.concatenate([plucked[beat % 4] for beat in range(2 * seconds)])


def test_music_at_the_start_loses_no_word_after_it_and_what_is_heard_in_it_is_to_be_listened_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("colloquy.engines.openai_whisper.TEMPERATURES", (0.0,))  # a loop takes a minute at all of them
    transcript = read(prepared(recorded(np.concatenate([music(4), speech()]))))
    assert wrong_words(transcript, 4_000) <= 0.1
    flagged = transcript.passages_to_check
    for word in (word for word in transcript.words if word.end_ms < 3_500):
        assert any(one.start_ms <= word.start_ms and word.end_ms <= one.end_ms for one in flagged)


def test_a_dead_channel_is_left_out_and_told() -> None:
    dead = prepare(recorded(np.stack([np.zeros_like(speech()), speech()])), Everywhere(), SETTINGS)
    np.testing.assert_allclose(dead.audio.mono(), speech(), atol=1e-4)
    assert (dead.quality.channel_count, dead.quality.silent_channel_count) == (2, 1)
    assert "One channel is silent or far quieter than the other, which alone was used." in notes(dead)


def test_less_than_a_second_is_read_and_told() -> None:
    first = truth()[0]["start_ms"] * RATE_HZ // 1000
    short = prepared(recorded(speech()[first : first + RATE_HZ * 9 // 10]))
    assert short.quality.duration_ms == 900
    assert "Only 0.9 s long: is that all of it?" in notes(short)
    assert all(word.end_ms <= 900 for word in read(short).words)


def test_figures_that_an_earlier_release_stored_tell_nothing() -> None:
    earlier = AudioQuality(60_000, 1, 16_000, "pcm", -3, -20, 30, 0, 0.5, 8000, False)
    assert sound_notes(earlier, (Region(0, 30_000),)) == ()


def test_a_recording_that_breaks_off_says_how_much_of_it_is_there() -> None:
    broken = AudioQuality(600_000, 1, 16_000, "pcm", -3, -20, 30, 0, 0.5, 8000, True)
    speech = (Region(0, 600_000),)
    (note,) = sound_notes(broken, speech, promised_ms=3_600_000)
    assert "00:10:00 is there, and its own header says 01:00:00. Copy it again from the recorder" in note
    for promised_ms in (None, 500_000):
        (note,) = sound_notes(broken, speech, promised_ms)
        assert note.startswith("The file breaks off or is damaged")
        assert "header" not in note
