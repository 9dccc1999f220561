"""A GPU that fails in the middle: injected where no GPU is, by the errors that PyTorch raises."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.transcript import Transcript
from colloquy.engines import openai_whisper
from colloquy.engines.av_decoder import decode
from colloquy.engines.gpu_ladder import Ladder
from colloquy.errors import DeviceBusyError, DeviceFailedError, ModelDamagedError
from colloquy.settings import load_settings
from tests.engines.test_transcribers import CHECKPOINT

FULL = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
BROKEN = RuntimeError("CUDA error: an illegal memory access was encountered")
WINDOWS = tuple(Region(start, start + 3_000) for start in range(500, 21_000, 3_500))


@pytest.fixture(scope="module")
def call(demo_folder: Path) -> AudioSamples:
    return decode(demo_folder / "inbox" / "P04.wav").audio.cut(0, 24_000)


class Card:
    """Looks to the engine like a GPU with a memory for so many windows; what it holds is computed on the processor."""

    def __init__(self, room: int, fault: RuntimeError = FULL, fails_from: int = 0) -> None:
        self.room = room
        self.fault = fault
        self.fails_from = fails_from  # the call on the card from which on it fails
        self.sizes: list[tuple[str, int]] = []
        self.device = "cuda"

    def put_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        load, decode_batch = openai_whisper._load, openai_whisper._decode_batch

        def load_here(path: Path, name: str, device: str) -> Any:
            self.device = device
            return load(path, name, "cpu")

        def decode_here(model: Any, mels: torch.Tensor, options: Any) -> Any:
            self.sizes.append((self.device, len(mels)))
            is_due = len(self.sizes) > self.fails_from
            if self.device == "cuda" and is_due and len(mels) > self.room:
                raise self.fault
            return decode_batch(model, mels, options)

        monkeypatch.setattr(openai_whisper, "choose_device", lambda _: "cuda")
        monkeypatch.setattr(openai_whisper, "_load", load_here)
        monkeypatch.setattr(openai_whisper, "_decode_batch", decode_here)
        monkeypatch.setattr(openai_whisper, "TEMPERATURES", (0.0,))


def read(call: AudioSamples, **settings: Any) -> Transcript:
    chosen = load_settings().transcription.model_copy(update={"batch_size": 4} | settings)
    return openai_whisper.make(chosen, CHECKPOINT, "en").transcribe(call, WINDOWS)


@pytest.fixture
def expected(call: AudioSamples, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """The words as the processor reads them."""
    with monkeypatch.context() as patch:
        patch.setattr(openai_whisper, "TEMPERATURES", (0.0,))
        words = [word.text for word in read(call, device="cpu").words]
    assert len(words) > 20
    return lambda: words


def test_full_memory_halves_what_is_read_at_once_and_loses_nothing(
    call: AudioSamples, expected: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    card = Card(room=1)
    card.put_in(monkeypatch)
    transcript = read(call)
    assert [word.text for word in transcript.words] == expected()
    assert card.sizes == [("cuda", size) for size in (4, 2, 1, 1, 1, 1, 1, 1)]
    assert transcript.engine.device == "cuda"
    assert [said.rpartition(": ")[2] for said in transcript.fallbacks] == [
        "2 windows at once instead of 4.",
        "1 window at once instead of 2.",
    ]


def test_full_memory_while_languages_are_found_is_stepped_down_from_and_told(
    call: AudioSamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def detect(_: Any, mels: torch.Tensor) -> list[dict[str, float]]:
        sizes.append(len(mels))
        if len(mels) > 2:
            raise FULL
        return [{"en": 1.0}] * len(mels)

    Card(room=6).put_in(monkeypatch)
    monkeypatch.setattr(openai_whisper, "detect_languages", detect)
    monkeypatch.setattr(openai_whisper, "read_language_count", lambda _: 99)  # the demo's model knows English alone
    settings = load_settings().transcription.model_copy(update={"batch_size": 4})
    detected = openai_whisper.make(settings, CHECKPOINT, "auto").detect_languages(call, WINDOWS)
    assert (sizes, len(detected.probabilities)) == ([4, 2, 2, 2], 6)
    assert detected.fallbacks == ("The GPU's memory was full: 2 windows at once instead of 4.",)


def test_a_card_that_holds_not_even_one_window_stops_the_interview_and_says_what_to_do(
    call: AudioSamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    Card(room=0).put_in(monkeypatch)
    with pytest.raises(DeviceBusyError, match=r'no free memory.*nvidia-smi.*on_gpu_failure = "cpu"'):
        read(call)


@pytest.mark.parametrize("fault", [FULL, BROKEN])
def test_the_processor_does_the_rest_where_the_study_allows_it(
    call: AudioSamples, expected: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch, fault: RuntimeError
) -> None:
    card = Card(room=0, fault=fault, fails_from=1)
    card.put_in(monkeypatch)
    transcript = read(call, on_gpu_failure="cpu")
    assert [word.text for word in transcript.words] == expected()
    assert (card.sizes[0], card.sizes[-1]) == (("cuda", 4), ("cpu", 2))
    assert transcript.engine.device == "cpu"
    assert "the rest was done on the processor" in transcript.fallbacks[-1]


def test_another_fault_than_full_memory_is_not_tried_again_on_the_card(
    call: AudioSamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = Card(room=0, fault=BROKEN)
    card.put_in(monkeypatch)
    with pytest.raises(DeviceFailedError, match="Restart the machine") as raised:
        read(call)
    assert type(raised.value) is DeviceFailedError  # which is not tried again
    assert raised.value.__cause__ is BROKEN
    assert card.sizes == [("cuda", 4)]


def test_a_model_that_does_not_fit_on_the_card_is_no_damaged_model(
    call: AudioSamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load_nothing(_path: Path, _name: str, device: str) -> torch.nn.Module:
        assert device == "cuda"
        raise FULL

    monkeypatch.setattr(openai_whisper, "choose_device", lambda _: "cuda")
    monkeypatch.setattr(openai_whisper, "_loaded", {})
    monkeypatch.setattr(openai_whisper, "load_model", load_nothing)
    with pytest.raises(DeviceFailedError, match="a smaller model needs less"):
        read(call, batch_size=1)


@pytest.mark.parametrize(
    "said", ["The size of tensor a must match", "Expected all tensors to be on the same device, cuda:0 and cpu!"]
)
def test_a_fault_that_is_none_of_the_cards_is_not_hidden(
    call: AudioSamples, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    Card(room=0, fault=RuntimeError(said)).put_in(monkeypatch)
    with pytest.raises(RuntimeError, match=said):
        read(call, on_gpu_failure="cpu")
    ladder = Ladder("cpu", 4, may_use_cpu=True)
    with pytest.raises(RuntimeError, match="out of memory"):
        ladder.step_down(FULL)


def test_a_file_that_is_no_model_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(ModelDamagedError, match="damaged"):
        openai_whisper.make(load_settings().transcription, path, "en")
