"""One contract for every registered diariser, then what each of them alone must do."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.diarisation import Diarisation, Overlap, SpeakerCount, Turn
from colloquy.domain.engine import EngineIdentity
from colloquy.engines.av_decoder import decode
from colloquy.engines.embedded import EmbeddedDiariser
from colloquy.engines.pyannote import to_diarisation
from colloquy.engines.registry import DIARISERS, make_diariser
from colloquy.errors import DiarisationError, ModelDamagedError, ModelMissingError
from colloquy.inspect.diarisation_error import diarisation_error
from colloquy.protocols import Diariser
from colloquy.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "data" / "demo"
MATERIAL = ROOT.parent / "shared" / "data" / "audio"
TWO = SpeakerCount(2, 2)
ANY = SpeakerCount(1, 6)


@cache
def demo(recording: str) -> tuple[AudioSamples, tuple[Turn, ...], tuple[Region, ...]]:
    """A demo interview with its true turns and speech; words less than 300 ms apart make one turn."""
    truth = json.loads((DEMO / "truth" / f"{recording[:3]}.json").read_text())
    turns: list[Turn] = []
    for speaker in truth["speakers"]:
        own: list[Turn] = []
        for word in (word for word in truth["words"] if word["speaker"] == speaker):
            if own and word["start_ms"] - own[-1].end_ms <= 300:
                own[-1] = replace(own[-1], end_ms=word["end_ms"])
            else:
                own.append(Turn(word["start_ms"], word["end_ms"], speaker))
        turns += own
    turns.sort(key=lambda turn: turn.start_ms)
    speech: list[Region] = []
    for turn in turns:
        if speech and turn.start_ms - speech[-1].end_ms <= 250:
            speech[-1] = Region(speech[-1].start_ms, max(speech[-1].end_ms, turn.end_ms))
        else:
            speech.append(Region(turn.start_ms, turn.end_ms))
    return decode(DEMO / "inbox" / recording).audio, tuple(turns), tuple(speech)


def mixed(audio: AudioSamples) -> AudioSamples:
    return AudioSamples(audio.mono()[None], audio.rate_hz)


def diariser(engine: str, models: Path) -> Diariser:
    settings = load_settings().diarisation
    return make_diariser(settings.model_copy(update={"engine": engine, "device": "cpu", "model": ""}), models)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model store with a pyannote pipeline: its real architecture, tiny, with random weights."""
    store = tmp_path_factory.mktemp("models")
    folder = store / "pyannote-community-1"
    _save_segmentation(folder / "segmentation")
    _save_embedding(folder / "embedding")
    (folder / "plda").mkdir()
    random = np.random.default_rng(0)
    lda = np.linalg.qr(random.standard_normal((64, 32)))[0]
    np.savez(folder / "plda" / "xvec_transform.npz", mean1=np.zeros(64), mean2=np.zeros(32), lda=lda)
    np.savez(folder / "plda" / "plda.npz", mu=np.zeros(32), tr=np.eye(32), psi=np.linspace(3, 0.1, 32))
    (folder / "config.yaml").write_text(
        "pipeline:\n  name: pyannote.audio.pipelines.SpeakerDiarization\n  params:\n    clustering: VBxClustering\n"
        "    segmentation: $model/segmentation\n    segmentation_batch_size: 8\n    embedding: $model/embedding\n"
        "    embedding_batch_size: 8\n    embedding_exclude_overlap: true\n    plda: $model/plda\n"
        "params:\n  clustering: {threshold: 0.6, Fa: 0.07, Fb: 0.8}\n  segmentation: {min_duration_off: 0.0}\n"
    )
    return store


def _save_segmentation(folder: Path) -> None:
    import torch
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.segmentation import PyanNet

    torch.manual_seed(0)
    model = PyanNet(lstm={"hidden_size": 16, "num_layers": 1}, linear={"num_layers": 0})
    model.specifications = Specifications(
        problem=Problem.MONO_LABEL_CLASSIFICATION,
        resolution=Resolution.FRAME,
        duration=2.0,
        classes=["1", "2", "3"],
        powerset_max_classes=2,
        permutation_invariant=True,
    )
    _save(model, folder)


def _save_embedding(folder: Path) -> None:
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.embedding import XVectorMFCC

    model = XVectorMFCC(dimension=64)
    model.specifications = Specifications(
        problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=2.0, classes=["1"]
    )
    _save(model, folder)


def _save(model: Any, folder: Path) -> None:
    import torch

    model.build()
    checkpoint = {
        "state_dict": model.state_dict(),
        "hyper_parameters": dict(model.hparams),
        "pytorch-lightning_version": version("pytorch-lightning"),
    }
    model.on_save_checkpoint(checkpoint)
    folder.mkdir(parents=True)
    torch.save(checkpoint, folder / "pytorch_model.bin")


@cache
def excerpt() -> tuple[AudioSamples, tuple[Region, ...]]:
    """Six seconds in which the interviewer stops and the participant begins."""
    audio, _, speech = demo("P05.flac")
    first_ms, last_ms = 3_000, 9_000
    inside = (Region(max(r.start_ms, first_ms), min(r.end_ms, last_ms)) for r in speech)
    return audio.cut(first_ms, last_ms), tuple(
        Region(r.start_ms - first_ms, r.end_ms - first_ms) for r in inside if r.duration_ms > 0
    )


@pytest.fixture(scope="session", params=sorted(DIARISERS))
def every(request: pytest.FixtureRequest, models: Path) -> tuple[Diariser, Diarisation]:
    """A diariser and what it found in the excerpt."""
    engine = diariser(request.param, models)
    return engine, engine.diarise(*excerpt(), TWO)


class TestContract:
    def test_turns_are_in_order_exclusive_and_inside_the_recording(self, every: tuple[Diariser, Diarisation]) -> None:
        turns = every[1].turns
        assert turns
        assert all(turn.start_ms < turn.end_ms for turn in turns)
        assert all(before.end_ms <= after.start_ms for before, after in pairwise(turns))
        assert turns[0].start_ms >= 0
        assert turns[-1].end_ms <= excerpt()[0].duration_ms

    def test_labels_count_up_by_first_turn_and_within_the_bounds(self, every: tuple[Diariser, Diarisation]) -> None:
        found = every[1]
        assert found.speakers == tuple(f"S{n}" for n in range(1, len(found.speakers) + 1))
        assert len(found.speakers) <= TWO.maximum

    def test_overlaps_are_in_order_and_of_known_voices(self, every: tuple[Diariser, Diarisation]) -> None:
        found = every[1]
        assert all(before.end_ms <= after.start_ms for before, after in pairwise(found.overlaps))
        for overlap in found.overlaps:
            assert 0 <= overlap.start_ms < overlap.end_ms <= excerpt()[0].duration_ms
            assert len(set(overlap.speakers)) >= 2
            assert set(overlap.speakers) <= set(found.speakers)

    def test_a_second_run_gives_the_same_and_names_the_engine(self, every: tuple[Diariser, Diarisation]) -> None:
        engine, first = every
        assert engine.diarise(*excerpt(), TWO) == first
        assert first.engine == engine.identity
        assert first.engine.name in DIARISERS
        assert first.engine.version


class TestEmbedded:
    @pytest.mark.parametrize("recording", ["P01.wav", "P04.wav", "P05.flac", "P06+P07 group.mp3"])
    @pytest.mark.parametrize("is_known", [True, False])
    def test_voices_of_the_demo_are_told_apart_and_counted(self, recording: str, is_known: bool) -> None:
        """P04 is a telephone call (8 kHz), P05 two channels mixed, P06 three voices in a small mp3."""
        audio, truth, speech = demo(recording)
        voices = len({turn.speaker for turn in truth})
        count = SpeakerCount(voices, voices) if is_known else ANY
        found = EmbeddedDiariser().diarise(mixed(audio), speech, count)
        assert len(found.speakers) == voices
        rate = diarisation_error(truth, found.turns).total.rate
        assert rate is not None
        assert rate <= 0.05

    def test_one_voice_is_not_split(self) -> None:
        audio, truth, _ = demo("P02 interview.mp3")
        own = tuple(Region(turn.start_ms, turn.end_ms) for turn in truth if turn.speaker == "P02")
        assert EmbeddedDiariser().diarise(audio, own, ANY).speakers == ("S1",)

    def test_the_bounds_hold_against_the_estimate(self) -> None:
        audio, _, speech = demo("P01.wav")
        assert len(EmbeddedDiariser().diarise(audio, speech, SpeakerCount(1, 1)).speakers) == 1
        assert len(EmbeddedDiariser().diarise(audio, speech, SpeakerCount(3, 6)).speakers) >= 3

    def test_another_rate_gives_the_same_voices(self) -> None:
        from scipy.signal import resample_poly

        audio, truth, speech = demo("P01.wav")
        slow = AudioSamples(resample_poly(audio.samples, 1, 2, axis=1).astype(np.float32), 8_000)
        found = EmbeddedDiariser().diarise(slow, speech, TWO)
        assert (diarisation_error(truth, found.turns).total.rate or 0) <= 0.05

    def test_no_speech_and_a_crumb_of_speech_give_no_more_than_there_is(self) -> None:
        audio = AudioSamples(np.zeros((1, 16_000), np.float32))
        assert EmbeddedDiariser().diarise(audio, (), TWO).turns == ()
        found = EmbeddedDiariser().diarise(audio, (Region(100, 350),), TWO)
        assert found.turns == (Turn(100, 350, "S1"),)

    def test_a_long_recording_is_clustered_part_by_part(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from colloquy.engines import embedded_clusters

        monkeypatch.setattr(embedded_clusters, "_PART_PIECES", 20)
        monkeypatch.setattr(embedded_clusters, "_PART_CLUSTERS", 6)
        audio, truth, speech = demo("P01.wav")
        found = EmbeddedDiariser().diarise(audio, speech, TWO)
        assert (diarisation_error(truth, found.turns).total.rate or 0) <= 0.05

    def test_three_real_voices_are_told_apart(self) -> None:
        path = MATERIAL / "falcon_three_speakers.wav"
        if not path.is_file():
            pytest.skip("the test material beside the checkout is absent")
        truth = (Turn(1_700, 3_900, "1"), Turn(6_200, 11_100, "2"), Turn(12_800, 18_000, "3"))
        speech = tuple(Region(turn.start_ms, turn.end_ms) for turn in truth)
        found = EmbeddedDiariser().diarise(decode(path).audio, speech, ANY)
        assert (diarisation_error(truth, found.turns).total.rate or 0) <= 0.05


class TestChannels:
    def test_each_channel_is_a_voice_in_spite_of_cross_talk(self, models: Path) -> None:
        audio, truth, speech = demo("P05.flac")
        found = diariser("channels", models).diarise(audio, speech, TWO)
        assert (diarisation_error(truth, found.turns).total.rate or 0) <= 0.05

    def test_overlap_is_found_where_both_speak(self, models: Path) -> None:
        audio, truth, speech = demo("P05.flac")
        found = diariser("channels", models).diarise(audio, speech, TWO)
        both = [
            (max(a.start_ms, b.start_ms), min(a.end_ms, b.end_ms))
            for a, b in pairwise(truth)
            if b.start_ms < a.end_ms - 200
        ]
        assert both
        assert len(found.overlaps) == len(both)
        for (start_ms, end_ms), overlap in zip(both, found.overlaps, strict=True):
            assert overlap.start_ms < end_ms
            assert overlap.end_ms > start_ms

    def test_loud_cross_talk_is_no_voice(self, models: Path) -> None:
        audio, truth, speech = demo("P05.flac")
        leak = np.array([[1.0, 0.25], [0.25, 1.0]], np.float32)
        found = diariser("channels", models).diarise(AudioSamples(leak @ audio.samples), speech, TWO)
        assert (diarisation_error(truth, found.turns).total.rate or 0) <= 0.05

    def test_one_channel_is_refused_with_advice(self, models: Path) -> None:
        audio, _, speech = demo("P01.wav")
        with pytest.raises(DiarisationError, match=r"one channel.*embedded"):
            diariser("channels", models).diarise(audio, speech, TWO)

    def test_the_same_sound_in_both_channels_is_refused(self, models: Path) -> None:
        audio, _, speech = demo("P01.wav")
        doubled = AudioSamples(np.repeat(audio.samples, 2, axis=0))
        with pytest.raises(DiarisationError, match="same sound"):
            diariser("channels", models).diarise(doubled, speech, TWO)

    def test_more_voices_than_channels_are_refused(self, models: Path) -> None:
        audio, _, speech = demo("P05.flac")
        with pytest.raises(DiarisationError, match=r"2 channels.*at least 3"):
            diariser("channels", models).diarise(audio, speech, SpeakerCount(3, 3))


class TestPyannote:
    ENGINE = EngineIdentity("pyannote", "test")

    def test_voices_are_renamed_by_first_turn_and_overlaps_come_from_the_full_result(self) -> None:
        exclusive = [(2.0, 3.0, "SPEAKER_00"), (0.0, 2.0, "SPEAKER_01")]
        spoken = [(0.0, 2.4, "SPEAKER_01"), (1.6, 3.0, "SPEAKER_00")]
        assert to_diarisation(exclusive, spoken, 3_000, self.ENGINE) == Diarisation(
            (Turn(0, 2_000, "S1"), Turn(2_000, 3_000, "S2")), (Overlap(1_600, 2_400, ("S1", "S2")),), self.ENGINE
        )

    def test_times_beyond_the_recording_are_cut(self) -> None:
        found = to_diarisation([(-0.1, 1.0, "A"), (1.0, 5.0, "B")], [], 2_000, self.ENGINE)
        assert found.turns == (Turn(0, 1_000, "S1"), Turn(1_000, 2_000, "S2"))

    def test_an_overlap_whose_voices_change_is_cut_there(self) -> None:
        exclusive = [(0.0, 4.0, "A"), (4.0, 5.0, "B"), (5.0, 6.0, "C")]
        spoken = [(0.0, 4.0, "A"), (2.0, 5.0, "B"), (3.0, 6.0, "C")]
        assert to_diarisation(exclusive, spoken, 6_000, self.ENGINE).overlaps == (
            Overlap(2_000, 3_000, ("S1", "S2")),
            Overlap(3_000, 4_000, ("S1", "S2", "S3")),
            Overlap(4_000, 5_000, ("S2", "S3")),
        )

    def test_a_missing_model_says_how_to_fetch_it(self, tmp_path: Path) -> None:
        with pytest.raises(ModelMissingError, match="colloquy models fetch pyannote-community-1"):
            diariser("pyannote", tmp_path).diarise(*excerpt(), TWO)

    def test_a_damaged_model_is_reported_as_such(self, models: Path, tmp_path: Path) -> None:
        import shutil

        shutil.copytree(models / "pyannote-community-1", tmp_path / "pyannote-community-1")
        (tmp_path / "pyannote-community-1" / "segmentation" / "pytorch_model.bin").write_bytes(b"not weights")
        with pytest.raises(ModelDamagedError, match="does not open"):
            diariser("pyannote", tmp_path).diarise(*excerpt(), TWO)

    def test_other_weights_are_another_identity(self, models: Path, tmp_path: Path) -> None:
        import shutil

        shutil.copytree(models / "pyannote-community-1", tmp_path / "pyannote-community-1")
        (tmp_path / "pyannote-community-1" / "embedding" / "pytorch_model.bin").write_bytes(b"other")
        identities = [diariser("pyannote", store).identity for store in (models, tmp_path)]
        assert identities[0].model_digest != identities[1].model_digest
        assert identities[0].model == "pyannote-community-1"

    def test_nothing_is_reported_to_the_makers(self, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PYANNOTE_METRICS_ENABLED", "1")
        diariser("pyannote", models).diarise(excerpt()[0].cut(0, 2_000), (), TWO)
        from pyannote.audio.telemetry.metrics import is_metrics_enabled

        assert not is_metrics_enabled()
