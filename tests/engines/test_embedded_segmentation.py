"""Overlaps in the embedded engine. The published network is tried only where it lies beside the checkout."""

from __future__ import annotations

import pickle
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.diarisation import Overlap
from colloquy.engines.embedded import EmbeddedDiariser, make
from colloquy.engines.embedded_segmentation import (
    LocalVoices,
    SpeechSegmentation,
    check_segmentation,
    overlaps,
    shares,
    with_heard,
)
from colloquy.errors import ModelDamagedError
from colloquy.inspect.diarisation_error import diarisation_error, spoken_turns
from colloquy.settings import load_settings
from tests.benchmarks.conversations import real_conversations
from tests.diarisers import MATERIAL, TWO, excerpt
from tests.tiny_pyannote import save_embedding, save_segmentation

PUBLISHED = MATERIAL.parent / "models" / "pyannote-segmentation-3.0.bin"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_segmentation(tmp_path_factory.mktemp("models") / "pyannote-segmentation-3.0.pt")


def local(*stretches: np.ndarray, step: int = 50) -> LocalVoices:
    return LocalVoices(np.stack(stretches).astype(np.float16), step, np.zeros(0, bool))


def spoken(*voices: tuple[int, int]) -> np.ndarray:
    """A stretch of 100 frames in which each voice speaks from its first to its last frame."""
    activity = np.zeros((100, len(voices)))
    for voice, (first, last) in enumerate(voices):
        activity[first:last, voice] = 1
    return activity


def test_who_speaks_at_once_is_told_by_the_voices_of_the_recording() -> None:
    """The network's second voice is the recording's first; in the next stretch they have changed places."""
    path = np.repeat([0, 1], [60, 90])
    found = shares(local(spoken((50, 100), (0, 60)), spoken((0, 10), (0, 100))), path, 2)
    assert overlaps(found, 1_500) == (Overlap(500, 600, ("S1", "S2")),)


def test_a_second_voice_that_half_of_the_stretches_hear_is_none() -> None:
    path = np.repeat([0, 1], [60, 90])
    found = shares(local(spoken((0, 60), (40, 100)), spoken((0, 0), (0, 100))), path, 2)
    assert found[52] == pytest.approx([0.5, 1])
    assert overlaps(found, 1_500) == (Overlap(400, 500, ("S1", "S2")),)


def test_a_voice_that_the_network_cuts_in_two_is_no_overlap() -> None:
    found = shares(local(spoken((0, 40), (40, 70), (70, 100))), np.zeros(100, int), 1)
    assert found == pytest.approx(np.ones((100, 1)))


def test_overlaps_end_with_the_recording_and_a_moment_is_none() -> None:
    speaks = np.zeros((100, 3))
    speaks[10:30, :2] = speaks[30:50, 1:] = speaks[60:69, :2] = speaks[80:, ::2] = 1
    found = (Overlap(100, 300, ("S1", "S2")), Overlap(300, 500, ("S2", "S3")), Overlap(800, 995, ("S1", "S3")))
    assert overlaps(speaks, 995) == found


def test_speech_that_voice_activity_passed_over_goes_to_the_voice_that_is_heard_in_it() -> None:
    heard = np.zeros(100, bool)
    heard[10:40] = heard[60:69] = heard[80:] = True
    path = np.repeat([0, -1, 1, -1], [20, 20, 10, 50])
    surely = np.repeat([[0.9, 0.1], [0.2, 0.8], [0.1, 0.9], [0.7, 0.6]], [20, 20, 10, 50], axis=0)
    found = with_heard(path, LocalVoices(np.zeros((1, 100, 2)), 10, heard), surely)
    assert list(found) == list(np.repeat([0, 1, 1, -1, 0], [20, 20, 10, 30, 20]))


def test_the_whole_recording_is_listened_to_in_stretches(tiny: Path) -> None:
    audio, _ = excerpt()
    found = SpeechSegmentation(tiny).listen(audio)
    frame_count = audio.duration_ms // 10 + 1
    assert found.activity.shape[1:] == (200, 3)
    assert (len(found.activity) - 1) * found.step + 200 >= frame_count
    assert found.is_speech.shape == (frame_count,)
    assert 0 <= found.activity.min() <= found.activity.max() <= 1


def test_with_a_segmentation_the_contract_holds_and_the_identity_tells_it(tiny: Path) -> None:
    audio, speech = excerpt()
    engine = EmbeddedDiariser(None, SpeechSegmentation(tiny))
    found = engine.diarise(audio, speech, TWO)
    assert engine.diarise(audio, speech, TWO) == found
    assert found.finds_overlaps
    assert found.engine.model.startswith("pyannote-segmentation-3.0+numpy-")
    assert found.engine.model_digest == SpeechSegmentation(tiny).digest
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(found.turns))
    assert all(overlap.end_ms <= audio.duration_ms for overlap in found.overlaps)
    assert all(set(overlap.speakers) <= set(found.speakers) for overlap in found.overlaps)


def test_no_speech_and_a_crumb_of_speech_are_no_fault(tiny: Path) -> None:
    engine, audio = EmbeddedDiariser(None, SpeechSegmentation(tiny)), AudioSamples(np.zeros((1, 8_000), np.float32))
    assert engine.diarise(audio, (), TWO).turns == ()
    assert engine.diarise(audio, (Region(100, 350),), TWO).speakers == ("S1",)


def test_overlaps_are_looked_for_where_the_store_holds_the_network_and_the_setting_allows_it(tmp_path: Path) -> None:
    settings = load_settings().diarisation
    assert not make(settings, tmp_path).diarise(*excerpt(), TWO).finds_overlaps
    save_segmentation(tmp_path / "pyannote-segmentation-3.0.pt")
    assert "pyannote-segmentation-3.0" in make(settings, tmp_path).identity.model
    assert make(settings, tmp_path).identity.shown == (
        "embedded, computed voices, overlaps by pyannote-segmentation-3.0"
    )
    assert "pyannote" not in make(settings.model_copy(update={"overlaps": "off"}), tmp_path).identity.model


@pytest.mark.parametrize("content", [b"MP3", {"state_dict": {}}, "an embedding"])
def test_a_file_that_is_no_such_network_is_refused(content: Any, tmp_path: Path) -> None:
    import torch

    path = tmp_path / "pyannote-segmentation-3.0.pt"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "an embedding":
        save_embedding(path)
    else:
        torch.save(content, path)
    with pytest.raises(ModelDamagedError, match="not a network of the kind"):
        check_segmentation(path)


def test_weights_that_run_code_are_refused_unrun(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "sprung",)

    (tmp_path / "network.pt").write_bytes(pickle.dumps({"state_dict": Trap()}))
    with pytest.raises(ModelDamagedError):
        check_segmentation(tmp_path / "network.pt")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.skipif(not PUBLISHED.is_file(), reason="the test material beside the checkout is absent")
def test_the_published_network_finds_the_overlaps_of_a_real_call() -> None:
    call = next(real for real in real_conversations() if real.name == "telephone")
    without = EmbeddedDiariser().diarise(call.audio, call.speech, TWO)
    found = EmbeddedDiariser(None, SpeechSegmentation(PUBLISHED)).diarise(call.audio, call.speech, TWO)
    missed = [diarisation_error(call.truth, spoken_turns(one)) for one in (without, found)]
    assert missed[1].overlapped.missed_ms < missed[0].overlapped.missed_ms
    assert (missed[1].total.rate or 0) < (missed[0].total.rate or 0) <= 0.05
