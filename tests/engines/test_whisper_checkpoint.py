"""Bad models are told before any work, and nothing in them is run."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch
from whisper.model import ModelDimensions, Whisper

from colloquy.domain.model_size import PUBLISHED_HEADS
from colloquy.engines.whisper_checkpoint import PUBLISHED_SHAPES, made_from, read_shape
from colloquy.errors import ModelDamagedError

DIMENSIONS = ModelDimensions(80, 1500, 16, 2, 1, 51864, 448, 8, 2, 2)
DEMO = Path(__file__).resolve().parents[2] / "data" / "demo" / "model" / "demo-en.pt"


@pytest.fixture(scope="module")
def checkpoint() -> dict[str, Any]:
    return {"dims": asdict(DIMENSIONS), "model_state_dict": Whisper(DIMENSIONS).half().state_dict()}


@pytest.fixture
def path(checkpoint: dict[str, Any], tmp_path: Path) -> Path:
    torch.save(checkpoint, tmp_path / "m.pt")
    return tmp_path / "m.pt"


def test_the_size_of_a_model_is_read_from_its_file(path: Path, checkpoint: dict[str, Any]) -> None:
    shape = read_shape(path)
    assert shape.parameter_count == sum(values.numel() for values in checkpoint["model_state_dict"].values())
    assert (shape.audio_states, shape.text_states, shape.text_layers, shape.head_count) == (16, 8, 2, 0)


def test_the_shipped_checkpoint_is_whole() -> None:
    assert read_shape(DEMO).parameter_count > 1_000_000


def test_every_kind_of_number_that_whisper_loads_is_read(checkpoint: dict[str, Any], tmp_path: Path) -> None:
    for kind in (torch.float32, torch.bfloat16, torch.float64):
        weights = {name: values.to(kind) for name, values in checkpoint["model_state_dict"].items()}
        torch.save({"dims": checkpoint["dims"], "model_state_dict": weights}, tmp_path / "m.pt")
        assert read_shape(tmp_path / "m.pt").parameter_count > 0


def test_a_model_of_a_published_shape_is_known_by_it() -> None:
    dims = {"n_mels": 128, "n_text_state": 1280, "n_text_layer": 4, "n_vocab": 51866}
    assert made_from(dims) == "turbo"
    assert made_from(dims | {"n_text_layer": 5}) == ""
    assert made_from(asdict(DIMENSIONS)) == ""
    from whisper import _ALIGNMENT_HEADS

    assert set(PUBLISHED_SHAPES.values()) <= _ALIGNMENT_HEADS.keys()
    assert PUBLISHED_HEADS > 0


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda content: b"", "it is empty"),
        (lambda content: b"RIFF....WAVE", "it is something else"),
        (lambda content: content[:5000], "it is cut short"),
        (lambda content: content[:-1], "it is cut short"),
        (lambda content: pickle.dumps({"dims": {}}), "before 2020"),
    ],
)
def test_a_file_that_is_no_whole_checkpoint_says_what_it_is(
    path: Path, damage: Callable[[bytes], bytes], said: str
) -> None:
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ModelDamagedError, match=said):
        read_shape(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda dims, weights: [1], "something else"),
        (lambda dims, weights: {"model_state_dict": weights}, "something else"),
        (lambda dims, weights: {"dims": dims | {"n_mels": "80"}, "model_state_dict": weights}, "dimensions are none"),
        (lambda dims, weights: {"dims": dims | {"n_mels": -1}, "model_state_dict": weights}, "dimensions are none"),
        (lambda dims, weights: {"dims": dims | {"n_mels": 128}, "model_state_dict": weights}, "not of the size"),
        (lambda dims, weights: {"dims": dims | {"n_text_layer": 3}, "model_state_dict": weights}, "missing or unknown"),
        (lambda dims, weights: {"dims": dims, "model_state_dict": weights | {"more": torch.ones(1)}}, "1 of its"),
        (lambda dims, weights: {"dims": dims, "model_state_dict": dict.fromkeys(weights, 1)}, "not of the size"),
    ],
)
def test_weights_that_are_not_a_whisper_models_are_refused(
    checkpoint: dict[str, Any], tmp_path: Path, change: Callable[..., Any], said: str
) -> None:
    torch.save(change(dict(checkpoint["dims"]), dict(checkpoint["model_state_dict"])), tmp_path / "m.pt")
    with pytest.raises(ModelDamagedError, match=said):
        read_shape(tmp_path / "m.pt")


def test_weights_whose_numbers_are_missing_are_told(path: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(tmp_path / "less.pt", "w") as target:
        for member in source.namelist():
            content = source.read(member)
            target.writestr(member, content[:10] if member.endswith("/data/3") else content)
    with pytest.raises(ModelDamagedError, match="cut short"):
        read_shape(tmp_path / "less.pt")


class Harmful:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("harm-done"),))


def test_code_in_a_checkpoint_is_not_run(
    checkpoint: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save(checkpoint | {"more": Harmful()}, "m.pt")
    with pytest.raises(ModelDamagedError, match="more than weights, and nothing of it was run"):
        read_shape(Path("m.pt"))
    assert not Path("harm-done").exists()
