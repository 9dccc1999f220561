"""Voices told apart by learnt vectors. Those of the published encoder are tried only where the model store has it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.diarisation import SpeakerCount
from colloquy.domain.engine import EngineIdentity
from colloquy.engines.embedded import EmbeddedDiariser, make
from colloquy.engines.embedded_dvectors import VoiceEncoder, check_voice_encoder
from colloquy.engines.embedded_learned import VoiceClusters, VoiceWindows, spread, tightness, window_centres
from colloquy.errors import ModelDamagedError, ModelMissingError
from colloquy.inspect.diarisation_error import diarisation_error
from colloquy.settings import load_settings
from tests.benchmarks.conversations import real_conversations
from tests.diarisers import ANY, TWO, demo, excerpt, mixed
from tests.voice_encoder import ABSENT, PUBLISHED, save_encoder

needs_encoder = pytest.mark.skipif(not PUBLISHED.is_file(), reason=ABSENT)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> VoiceEncoder:
    return VoiceEncoder(save_encoder(tmp_path_factory.mktemp("models") / "resemblyzer.pt"))


def windows(*directions: tuple[float, float, float], each: int = 20) -> VoiceWindows:
    """Vectors near each direction in turn, one stretch of speech each."""
    rng = np.random.default_rng(1)
    rows = np.repeat(np.array(directions), each, axis=0) + 0.02 * rng.standard_normal((each * len(directions), 3))
    vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return VoiceWindows(np.arange(len(rows)) * 25, np.repeat(np.arange(len(directions)), each), vectors)


def test_the_spectra_are_those_of_librosa() -> None:
    """Slaney's mel scale and norm, a periodic Hann window, power: sums worked out here from their definitions."""
    from colloquy.engines.embedded_dvectors import _mel

    rng = np.random.default_rng(3)
    sound = rng.standard_normal((1, 16_000 * 2)).astype(np.float32) * 0.1
    mel = _mel(sound, 10)
    assert mel.shape == (160, 40)

    def to_mel(hz: float) -> float:
        return hz * 3 / 200 if hz < 1_000 else 15 + 27 * np.log(hz / 1_000) / np.log(6.4)

    def to_hz(m: float) -> float:
        return m * 200 / 3 if m < 15 else 1_000 * np.exp(np.log(6.4) * (m - 15) / 27)

    edges = [to_hz(m) for m in np.linspace(0, to_mel(8_000), 42)]
    frame = sound[0, 50 * 160 - 200 : 50 * 160 + 200].astype(float)
    power = np.abs(np.fft.rfft(frame * np.sin(np.pi * np.arange(400) / 400) ** 2)) ** 2
    for band in (0, 13, 39):
        low, mid, high = edges[band : band + 3]
        hz = np.arange(201) * 40.0
        triangle = np.maximum(0, np.minimum((hz - low) / (mid - low), (high - hz) / (high - mid))) * 2 / (high - low)
        assert mel[40, band] == pytest.approx(triangle @ power, rel=1e-3)


def test_vectors_have_length_one_and_do_not_depend_on_the_windows_asked_for(encoder: VoiceEncoder) -> None:
    audio, _ = excerpt()
    speech = np.ones(600, bool)
    found = encoder.embed(audio, np.array([0, 200, 599]), speech)
    assert found.shape == (3, 256)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-5)
    assert encoder.embed(audio, np.array([200]), speech)[0] == pytest.approx(found[1], abs=1e-5)


def test_quiet_speech_is_made_louder_and_loud_speech_is_left(encoder: VoiceEncoder) -> None:
    audio, _ = excerpt()
    speech, centre = np.ones(600, bool), np.array([200])
    quiet = AudioSamples(np.asarray(audio.samples[:, :]) * np.float32(0.003), audio.rate_hz)
    quieter = AudioSamples(np.asarray(audio.samples[:, :]) * np.float32(0.001), audio.rate_hz)
    loud = encoder.embed(audio, centre, speech)
    assert encoder.embed(quiet, centre, speech) == pytest.approx(encoder.embed(quieter, centre, speech), abs=1e-4)
    assert encoder.embed(quiet, centre, speech) != pytest.approx(loud, abs=1e-4)


@pytest.mark.parametrize("content", [b"MP3", {"step": 1}, {"model_state": {"lstm.bias_ih_l0": 1}}, "other shape"])
def test_a_file_that_is_not_the_encoder_is_refused(content: Any, tmp_path: Path) -> None:
    import torch

    path = tmp_path / "resemblyzer.pt"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "other shape":
        save_encoder(path, units=128)
    else:
        torch.save(content, path)
    with pytest.raises(ModelDamagedError, match="not the voice encoder"):
        check_voice_encoder(path)


def test_weights_that_run_code_are_refused_unrun(tmp_path: Path) -> None:
    import pickle

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "sprung",)

    (tmp_path / "resemblyzer.pt").write_bytes(pickle.dumps({"model_state": Trap()}))
    with pytest.raises(ModelDamagedError):
        check_voice_encoder(tmp_path / "resemblyzer.pt")
    assert not (tmp_path / "sprung").exists()


def test_people_are_told_by_what_voices_are_told_apart(tmp_path: Path) -> None:
    save_encoder(tmp_path / "resemblyzer.pt")
    learned = EmbeddedDiariser(VoiceEncoder(tmp_path / "resemblyzer.pt", ""))
    assert learned.identity.shown == "embedded, learnt voices"
    assert EmbeddedDiariser().identity.shown == "embedded, computed voices"
    assert EngineIdentity("pyannote", "4", "community-1", "0" * 64).shown == "pyannote"
    assert EngineIdentity("channels", "1").shown == "channels"


def test_the_setting_chooses_and_the_identity_says_what_was_used(tmp_path: Path) -> None:
    settings = load_settings().diarisation

    def name(voices: str) -> str:
        return make(settings.model_copy(update={"voices": voices}), tmp_path).identity.model

    assert "resemblyzer" not in name("auto")
    with pytest.raises(ModelMissingError, match="models fetch resemblyzer"):
        name("learned")
    save_encoder(tmp_path / "resemblyzer.pt")
    assert "resemblyzer" not in name("computed")
    for voices in ("auto", "learned"):  # the store's name is that of a published model, and this is another
        with pytest.raises(ModelDamagedError, match="not what was published"):
            name(voices)


def test_with_an_encoder_the_contract_holds_and_a_second_run_gives_the_same(encoder: VoiceEncoder) -> None:
    audio, speech = excerpt()
    engine = EmbeddedDiariser(encoder)
    found = engine.diarise(audio, speech, TWO)
    assert engine.diarise(audio, speech, TWO) == found
    assert found.engine.model.startswith("resemblyzer+")
    assert len(found.engine.model_digest) == 64
    assert found.speakers[0] == "S1"
    assert 1 <= len(found.speakers) <= 2
    assert all(turn.start_ms < turn.end_ms for turn in found.turns)
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(found.turns))


def test_a_crumb_of_speech_gives_one_voice(encoder: VoiceEncoder) -> None:
    audio = AudioSamples(np.zeros((1, 16_000), np.float32))
    assert EmbeddedDiariser(encoder).diarise(audio, (), TWO).turns == ()
    found = EmbeddedDiariser(encoder).diarise(audio, (Region(100, 350),), TWO)
    assert found.speakers == ("S1",)


def test_windows_lie_in_every_stretch_of_speech_and_their_number_is_bounded() -> None:
    centres, regions = window_centres([(100, 104), (200, 1_200)])
    assert regions[0] == 0
    assert 100 <= centres[0] < 104
    assert np.all(np.diff(centres) > 0)
    assert len(window_centres([(0, 3 * 360_000)])[0]) <= 14_400


def test_three_directions_are_three_voices_and_one_is_one() -> None:
    three = windows((1, 0, 0), (0, 1, 0), (1, 0, 0), (0, 0, 1))
    clusters = VoiceClusters(three, 6, is_steady=True)
    assert clusters.fitting_count(ANY, computed=1) == 3
    voices = clusters.voices(3)
    assert len(set(voices[:20])) == 1
    assert voices[0] == voices[40]
    assert voices[0] != voices[20]
    assert VoiceClusters(windows((1, 0, 0)), 6, is_steady=True).fitting_count(ANY, computed=3) == 1


def test_likely_voices_count_only_where_the_cepstra_agree() -> None:
    near = windows((1, 0, 0), (0.8, 0.6, 0))
    clusters = VoiceClusters(near, 6, is_steady=False)
    assert clusters.fitting_count(ANY, computed=1) == 1
    assert clusters.fitting_count(ANY, computed=3) == 2
    assert clusters.fitting_count(SpeakerCount(3, 4), computed=1) == 3


def test_voices_beyond_the_number_asked_for_are_heard_where_vectors_and_cepstra_agree() -> None:
    three = VoiceClusters(windows((1, 0, 0), (0, 1, 0), (0, 0, 1)), 2, is_steady=True)
    assert [three.heard_count(2, computed=computed) for computed in (1, 2, 3)] == [2, 2, 3]
    near = VoiceClusters(windows((1, 0, 0), (0, 1, 0), (0, 0.45, 0.89)), 2, is_steady=True)
    assert near.heard_count(2, computed=3) == 3
    nearer = VoiceClusters(windows((1, 0, 0), (0, 1, 0), (0, 0.89, 0.45)), 2, is_steady=True)
    assert nearer.heard_count(2, computed=3) == 2
    assert VoiceClusters(windows((1, 0, 0)), 2, is_steady=True).heard_count(2, computed=3) == 1


def test_a_long_recording_is_clustered_by_some_of_its_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    from colloquy.engines import embedded_learned

    monkeypatch.setattr(embedded_learned, "_MOST_CLUSTERED", 10)
    many = windows((1, 0, 0), (0, 1, 0), each=100)
    voices = VoiceClusters(many, 2, is_steady=False).voices(2)
    assert len(voices) == 200
    assert len(set(voices[:100])) == len(set(voices[100:])) == 1


def test_tight_voices_are_tighter_than_mixed_ones_and_frames_follow_the_nearest_window() -> None:
    two = windows((1, 0, 0), (0, 1, 0))
    apart = np.repeat([0, 1], 20)
    assert tightness(two, apart) > 0.95 > tightness(two, np.tile([0, 1], 20))
    assert list(spread(two, apart, 520)[[0, 486, 490, 519]]) == [0, 0, 1, 1]


@needs_encoder
@pytest.mark.parametrize("recording", ["P04.wav", "P06+P07 group.mp3"])
@pytest.mark.parametrize("is_known", [True, False])
def test_learnt_vectors_tell_the_voices_of_the_demo_apart(recording: str, is_known: bool) -> None:
    audio, truth, speech = demo(recording)
    voices = len({turn.speaker for turn in truth})
    count = SpeakerCount(voices, voices) if is_known else ANY
    found = EmbeddedDiariser(VoiceEncoder(PUBLISHED)).diarise(mixed(audio), speech, count)
    assert len(found.speakers) == voices
    assert (diarisation_error(truth, found.turns).total.rate or 0) <= 0.05


@needs_encoder
@pytest.mark.parametrize(("recording", "voices"), [("P04.wav", 2), ("P06+P07 group.mp3", 3)])
def test_learnt_vectors_hear_the_third_voice_where_two_were_promised(recording: str, voices: int) -> None:
    audio, _, speech = demo(recording)
    found = EmbeddedDiariser(VoiceEncoder(PUBLISHED)).diarise(mixed(audio), speech, TWO)
    assert (len(found.speakers), found.heard_count) == (2, voices)


@needs_encoder
def test_learnt_vectors_count_the_voices_of_a_real_call_and_of_three_in_turn() -> None:
    engine, seen = EmbeddedDiariser(VoiceEncoder(PUBLISHED)), 0
    for real in real_conversations():
        if real.name in ("telephone", "three in turn"):
            found = engine.diarise(real.audio, real.speech, ANY)
            assert len(found.speakers) == real.voice_count
            assert (diarisation_error(real.truth, found.turns).total.rate or 0) <= 0.05
            seen += 1
    assert seen >= 1
