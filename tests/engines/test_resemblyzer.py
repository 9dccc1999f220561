"""A voice known again: the contract with random weights; the published ones only where the model store has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.voice_print import cosine
from colloquy.engines.embedded_dvectors import VoiceEncoder
from colloquy.engines.registry import make_voice_embedder
from colloquy.engines.resemblyzer import ResemblyzerVoices
from colloquy.errors import ModelDamagedError, ModelMissingError
from colloquy.stages.group_voices import SURELY_SAME
from colloquy.stages.recognise_interviewer import CLEAR_BY
from tests.diarisers import demo, mixed
from tests.voice_encoder import ABSENT, PUBLISHED, save_encoder

WHOLE = (Region(0, 10_000),)


def ten_seconds() -> AudioSamples:
    return mixed(demo("P05.flac")[0].cut(3_000, 13_000))


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> ResemblyzerVoices:
    return ResemblyzerVoices(VoiceEncoder(save_encoder(tmp_path_factory.mktemp("models") / "resemblyzer.pt")))


def test_a_vector_has_length_one_and_is_the_same_each_time(voices: ResemblyzerVoices) -> None:
    audio = ten_seconds()
    found = voices.embed(audio, WHOLE)
    assert len(found) == 256
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-4)
    assert voices.embed(audio, WHOLE) == found


def test_only_what_lies_in_the_stretches_is_heard(voices: ResemblyzerVoices) -> None:
    sound = np.array(ten_seconds().samples[:, :])
    other = sound.copy()
    other[:, 16_000:32_000] = 0.5
    stretches = (Region(0, 1_000), Region(2_000, 10_000))
    given = [voices.embed(AudioSamples(one, 16_000), stretches) for one in (sound, other)]
    assert given[0] == given[1]
    assert voices.embed(AudioSamples(other, 16_000), WHOLE) != voices.embed(AudioSamples(sound, 16_000), WHOLE)


@pytest.mark.parametrize(
    "stretches", [(), (Region(0, 4_100),), tuple(Region(at, at + 500) for at in range(0, 60_000, 500))]
)
def test_too_little_at_a_time_or_in_all_gives_nothing(voices: ResemblyzerVoices, stretches: tuple[Region, ...]) -> None:
    assert voices.embed(ten_seconds(), stretches) == ()


def test_of_hours_the_longest_stretches_up_to_two_minutes_are_read() -> None:
    class Listener(VoiceEncoder):
        def embed(self, audio: AudioSamples, centres: np.ndarray, is_speech: np.ndarray) -> np.ndarray:
            self.heard = audio
            return np.ones((len(centres), 4), np.float32)

    encoder = Listener(Path("none"))
    sound = np.repeat(np.arange(200, dtype=np.float32), 16_000)[None] / 200
    many = tuple(Region(s * 1_000, s * 1_000 + (19_000 if s % 40 == 0 else 5_000)) for s in range(0, 200, 20))
    assert ResemblyzerVoices(encoder).embed(AudioSamples(sound), many) == (0.5, 0.5, 0.5, 0.5)
    assert encoder.heard.duration_ms == 5 * 18_800 + 5 * 4_800
    ResemblyzerVoices(encoder).embed(AudioSamples(sound), (Region(0, 150_000), Region(160_000, 200_000)))
    assert encoder.heard.duration_ms == 120_000


def test_the_engine_says_what_it_is_and_a_missing_or_false_encoder_is_refused(
    voices: ResemblyzerVoices, tmp_path: Path
) -> None:
    assert (voices.identity.name, len(voices.identity.model_digest)) == ("resemblyzer", 64)
    with pytest.raises(ModelMissingError, match=r"remember_interviewer is true.*colloquy models fetch resemblyzer"):
        make_voice_embedder(tmp_path)
    save_encoder(tmp_path / "resemblyzer.pt")
    with pytest.raises(ModelDamagedError, match="not what was published"):
        _ = make_voice_embedder(tmp_path).identity


@pytest.mark.skipif(not PUBLISHED.is_file(), reason=ABSENT)
def test_the_demo_s_interviewers_are_known_again_and_its_participants_are_not() -> None:
    """Synthetic: the same voice, called INT, asks in P01 and P02; another in P03."""
    voices = make_voice_embedder(PUBLISHED.parent)

    def vector(recording: str, speaker: str) -> tuple[float, ...]:
        audio, turns, _ = demo(recording)
        return voices.embed(audio, tuple(Region(t.start_ms, t.end_ms) for t in turns if t.speaker == speaker))

    asking = vector("P01.wav", "INT")
    assert cosine(asking, vector("P02 interview.mp3", "INT")) > SURELY_SAME
    for recording, speaker in (("P02 interview.mp3", "P02"), ("P01.wav", "P01"), ("P03 Anna Novak.m4a", "INT")):
        assert cosine(asking, vector(recording, speaker)) < SURELY_SAME - CLEAR_BY
