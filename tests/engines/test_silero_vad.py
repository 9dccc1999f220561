"""Voice activity: it finds speech, leaves silence alone and keeps inside the recording."""

from __future__ import annotations

import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from colloquy.domain.audio import AudioSamples
from colloquy.engines.av_decoder import decode
from colloquy.engines.registry import make_voice_activity_detector
from colloquy.protocols import VoiceActivityDetector
from colloquy.settings import PrepareSettings

MATERIAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "audio"
THREE_SPEAKERS = MATERIAL / "falcon_three_speakers.wav"
needs_material = pytest.mark.skipif(
    not THREE_SPEAKERS.is_file(), reason="the test material beside the checkout is absent"
)


def detector(minimum_pause_ms: int = 250, threshold: float = 0.5) -> VoiceActivityDetector:
    return make_voice_activity_detector(
        PrepareSettings(
            keep_channels="auto",
            minimum_speech_ms=500,
            speech_threshold=threshold,
            minimum_pause_ms=minimum_pause_ms,
            quiet_below_dbfs=-35.0,
        )
    )


def read(path: Path) -> AudioSamples:
    with wave.open(str(path)) as sound:
        values = np.frombuffer(sound.readframes(sound.getnframes()), np.int16).reshape(-1, sound.getnchannels())
        return AudioSamples(values.T.astype(np.float32) / 32768, sound.getframerate())


@pytest.mark.parametrize("level", [0.0, 0.01])
def test_silence_and_noise_are_not_speech(level: float) -> None:
    noise = np.random.default_rng(0).standard_normal((1, 32_000)).astype(np.float32) * level
    assert detector().find_speech(AudioSamples(noise)) == ()


def test_importing_the_library_leaves_torch_threads_alone() -> None:
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    detector().find_speech(AudioSamples(np.zeros((1, 512), np.float32)))
    assert torch.get_num_threads() == 2
    torch.set_num_threads(threads)


def test_the_identity_names_version_and_weights() -> None:
    identity = detector().identity
    assert identity.name == "silero-vad"
    assert len(identity.model_digest) == 64
    assert identity.version


@needs_material
def test_speech_is_found_where_people_speak_and_twice_the_same() -> None:
    audio = read(THREE_SPEAKERS)
    regions = detector().find_speech(audio)
    for start_ms, end_ms in ((1_700, 3_900), (6_200, 11_100), (12_800, 18_000)):
        inside = sum(max(0, min(r.end_ms, end_ms) - max(r.start_ms, start_ms)) for r in regions)
        assert inside > 0.75 * (end_ms - start_ms)
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(regions))
    assert regions[0].start_ms >= 0
    assert regions[-1].end_ms <= audio.duration_ms
    assert detector().find_speech(audio) == regions


@needs_material
def test_two_channels_and_another_rate_give_about_the_same_speech() -> None:
    audio = read(THREE_SPEAKERS)
    once = detector().find_speech(audio)
    stereo = AudioSamples(np.repeat(audio.samples, 2, axis=0))
    assert detector().find_speech(stereo) == once
    slow = AudioSamples(audio.samples[:, ::2], 8_000)
    total = sum(region.duration_ms for region in once)
    assert sum(region.duration_ms for region in detector().find_speech(slow)) == pytest.approx(total, rel=0.15)


@needs_material
def test_a_longer_minimum_pause_joins_regions() -> None:
    audio = read(THREE_SPEAKERS)
    assert len(detector(minimum_pause_ms=3_000).find_speech(audio)) < len(detector().find_speech(audio))


@needs_material
def test_a_higher_threshold_finds_less_speech() -> None:
    audio = read(THREE_SPEAKERS)
    totals = [sum(r.duration_ms for r in detector(threshold=t).find_speech(audio)) for t in (0.3, 0.97)]
    assert totals[1] < totals[0]


def test_sound_in_pieces_gives_the_speech_that_the_library_finds_in_the_whole(
    demo_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import silero_vad
    import torch

    monkeypatch.setattr("colloquy.domain.samples.PIECE_SAMPLES", 50_000)
    audio = decode(demo_folder / "inbox" / "P04.wav").audio.cut(0, 15_000)
    stamps = silero_vad.get_speech_timestamps(
        torch.from_numpy(audio.mono()),
        silero_vad.load_silero_vad(),
        min_speech_duration_ms=100,
        min_silence_duration_ms=250,
        speech_pad_ms=40,
    )
    expected = [(round(stamp["start"] / 16), round(stamp["end"] / 16)) for stamp in stamps]
    assert len(expected) > 2
    assert [(region.start_ms, region.end_ms) for region in detector().find_speech(audio)] == expected
