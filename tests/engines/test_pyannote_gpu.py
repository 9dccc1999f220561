"""A GPU that fails while voices are told apart: injected where no GPU is, by the errors that PyTorch raises."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from colloquy.domain.diarisation import Diarisation
from colloquy.engines import pyannote
from colloquy.engines.gpu_ladder import Ladder
from colloquy.engines.pyannote import PyannoteDiariser
from colloquy.errors import DeviceBusyError, DeviceFailedError, DiarisationError
from colloquy.settings import load_settings
from tests.diarisers import TWO, diariser, excerpt

FULL = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
BROKEN = RuntimeError("CUDA error: an illegal memory access was encountered")


class Card:
    """Looks to the engine like a GPU with a memory for so many windows; what it holds is computed on the processor."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int, fault: RuntimeError = FULL) -> None:
        self.tried: list[tuple[str, int]] = []
        self.pipelines: list[Any] = []
        run = pyannote._run

        def run_here(pipeline: Any, sound: dict[str, Any], bounds: dict[str, int], ladder: Ladder) -> Any:
            self.tried.append((ladder.device, ladder.size))
            self.pipelines.append(pipeline)
            if ladder.device == "cuda" and ladder.size > room:
                raise fault
            return run(pipeline, sound, bounds, replace(ladder, device="cpu", said=[]))

        monkeypatch.setattr(pyannote, "choose_device", lambda _: "cuda")
        monkeypatch.setattr(pyannote, "_run", run_here)


def found(models: Path, **settings: Any) -> Diarisation:
    changed = {"engine": "pyannote", "model": "", "batch_size": 4} | settings
    return PyannoteDiariser(load_settings().diarisation.model_copy(update=changed), models).diarise(*excerpt(), TWO)


def test_full_memory_halves_the_windows_at_once_and_is_told(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = diariser("pyannote", models).diarise(*excerpt(), TWO)
    card = Card(monkeypatch, room=1)
    result = found(models)
    assert card.tried == [("cuda", 4), ("cuda", 2), ("cuda", 1)]
    assert (result.turns, result.overlaps) == (expected.turns, expected.overlaps)
    assert result.engine.device == "cuda"
    assert result.fallbacks == (
        "Diarisation: The GPU's memory was full: 2 windows at once instead of 4.",
        "Diarisation: The GPU's memory was full: 1 window at once instead of 2.",
    )


def test_the_processor_takes_over_where_the_settings_allow(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = Card(monkeypatch, room=0, fault=BROKEN)
    result = found(models, on_gpu_failure="cpu")
    assert card.tried == [("cuda", 4), ("cpu", 4)]
    assert card.pipelines[0] is not card.pipelines[1]  # what lies on a GPU that failed cannot be moved
    assert result.engine.device == "cpu"
    assert len(result.fallbacks) == 1
    assert "the rest was done on the processor" in result.fallbacks[0]


@pytest.mark.parametrize(("fault", "kind"), [(BROKEN, DeviceFailedError), (FULL, DeviceBusyError)])
def test_else_it_stops_and_names_the_setting(
    models: Path, monkeypatch: pytest.MonkeyPatch, fault: RuntimeError, kind: type[Exception]
) -> None:
    Card(monkeypatch, room=0, fault=fault)
    with pytest.raises(kind, match=r'on_gpu_failure = "cpu" in the study\'s \[diarisation\]'):
        found(models)


def test_a_fault_that_is_not_the_gpus_is_not_tried_again(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = Card(monkeypatch, room=0, fault=RuntimeError("shape mismatch"))
    with pytest.raises(DiarisationError, match="broke off on cuda"):
        found(models, on_gpu_failure="cpu")
    assert len(card.tried) == 1


def test_the_device_is_no_part_of_what_makes_a_result_current(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_processor = diariser("pyannote", models).identity
    Card(monkeypatch, room=4)
    settings = load_settings().diarisation.model_copy(update={"engine": "pyannote", "model": ""})
    assert PyannoteDiariser(settings, models).identity == on_processor
    assert found(models).engine == replace(on_processor, device="cuda")
