"""Weights in memory: as the library loads them, in half precision on a GPU, and the same words from both."""

from __future__ import annotations

import base64
import gzip
from pathlib import Path
from typing import Any

import pytest
import torch
import whisper

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.model_size import Precision
from colloquy.domain.transcript import Transcript
from colloquy.engines import openai_whisper, whisper_weights
from colloquy.engines.av_decoder import decode
from colloquy.engines.whisper_weights import choose_precision, load_model, load_weights, precision_of
from colloquy.errors import ModelDamagedError
from colloquy.settings import load_settings
from tests.engines.test_transcribers import CHECKPOINT

LOW = (torch.nn.Linear, torch.nn.Conv1d, torch.nn.Embedding)


def test_a_model_is_what_the_library_loads() -> None:
    ours, theirs = load_weights(CHECKPOINT, "cpu", "float32"), whisper.load_model(str(CHECKPOINT), device="cpu")
    mine, known = ours.state_dict(), theirs.state_dict()
    assert mine.keys() == known.keys()
    assert all(torch.equal(mine[name], known[name]) for name in known)
    assert torch.equal(ours.decoder.mask, theirs.decoder.mask)
    assert torch.equal(ours.alignment_heads.to_dense(), theirs.alignment_heads.to_dense())
    assert ours.dims == theirs.dims
    assert not ours.training


def test_what_multiplies_is_in_half_precision_and_norms_and_positions_are_not() -> None:
    model = load_weights(CHECKPOINT, "cpu", "float16")
    assert precision_of(model) == "float16"
    for module in model.modules():
        expected = torch.float16 if isinstance(module, LOW) else torch.float32
        assert {weight.dtype for weight in module.parameters(recurse=False)} <= {expected}
    assert model.encoder.positional_embedding.dtype is torch.float32
    assert {weight.dtype for weight in load_weights(CHECKPOINT, "cpu", "float32").parameters()} == {torch.float32}


def test_a_model_outlives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "m.pt"
    path.write_bytes(CHECKPOINT.read_bytes())
    model = load_weights(path, "cpu", "float32")
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
    assert torch.isfinite(model.encoder.conv1.weight).all()
    assert model.encoder.conv1.weight.any()


@pytest.mark.parametrize(
    ("device", "capability", "precision"),
    [
        ("cpu", None, "float32"),
        ("cuda", (7, 5), "float16"),
        ("cuda", (9, 0), "float16"),
        ("cuda", (5, 2), "float32"),
    ],
)
def test_precision_is_chosen_by_the_device(device: Any, capability: tuple[int, int] | None, precision: str) -> None:
    assert choose_precision(device, capability) == precision


def in_precision(monkeypatch: pytest.MonkeyPatch, precision: Precision) -> None:
    """As on a GPU, computed on the processor."""
    monkeypatch.setattr(openai_whisper, "_loaded", {})
    monkeypatch.setattr(whisper_weights, "choose_precision", lambda _: precision)


@pytest.fixture(scope="module")
def call(demo_folder: Path) -> AudioSamples:
    return decode(demo_folder / "inbox" / "P01.wav").audio.cut(0, 20_000)


def read(call: AudioSamples) -> Transcript:
    settings = load_settings().transcription.model_copy(update={"device": "cpu"})
    return openai_whisper.make(settings, CHECKPOINT, "en").transcribe(call, (Region(0, 10_000), Region(10_000, 20_000)))


def test_half_precision_writes_the_same_words_at_the_same_times(
    call: AudioSamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_precision(monkeypatch, "float32")
    single = read(call)
    in_precision(monkeypatch, "float16")
    half = read(call)
    assert (single.precision, half.precision) == ("float32", "float16")
    assert len(single.words) > 20
    assert [word.text for word in half.words] == [word.text for word in single.words]
    for ours, theirs in zip(half.words, single.words, strict=True):
        assert abs(ours.start_ms - theirs.start_ms) <= 40
        assert abs(ours.confidence - theirs.confidence) < 0.05


def test_a_card_that_gives_no_numbers_in_half_precision_computes_in_single(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = torch.load(CHECKPOINT, weights_only=True)
    content["model_state_dict"]["encoder.conv1.weight"] = content["model_state_dict"]["encoder.conv1.weight"].float()
    content["model_state_dict"]["encoder.conv1.weight"] *= 1e6  # more than half precision holds
    torch.save(content, tmp_path / "m.pt")
    monkeypatch.setattr(whisper_weights, "choose_precision", lambda _: "float16")
    assert precision_of(load_model(tmp_path / "m.pt", "", "cpu")) == "float32"
    assert precision_of(load_model(CHECKPOINT, "", "cpu")) == "float16"


def test_a_checkpoint_of_a_published_shape_keeps_the_heads_that_follow_the_sound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = load_weights(CHECKPOINT, "cpu", "float32")
    everything = model.alignment_heads.to_dense().sum()
    heads = model.alignment_heads.to_dense().clone()
    heads[:] = False
    heads[0, 1] = True
    monkeypatch.setattr(whisper_weights, "made_from", lambda _: "tiny.en")
    monkeypatch.setitem(whisper._ALIGNMENT_HEADS, "tiny.en", _written(heads))
    followed = load_weights(CHECKPOINT, "cpu", "float32").alignment_heads.to_dense()
    assert followed.sum() == 1 != everything
    assert followed[0, 1]


def _written(heads: torch.Tensor) -> bytes:
    return base64.b85encode(gzip.compress(heads.numpy().tobytes()))


def test_weights_that_cannot_be_mapped_are_told(tmp_path: Path) -> None:
    (tmp_path / "m.pt").write_bytes(CHECKPOINT.read_bytes()[:9000])
    with pytest.raises(ModelDamagedError, match="damaged or not a Whisper checkpoint"):
        load_weights(tmp_path / "m.pt", "cpu", "float32")
