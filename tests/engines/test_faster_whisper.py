"""What is faster-whisper's own; the contract of every transcriber is in test_transcribers.py."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from colloquy.domain.audio import AudioSamples, Region
from colloquy.engines import (
    devices,
    faster_whisper,
    faster_whisper_decoding,
    faster_whisper_weights,
    model_fit,
    openai_whisper,
    registry,
    whisper_checkpoint,
)
from colloquy.engines.av_decoder import decode
from colloquy.engines.ctranslate2_folder import read_shape
from colloquy.engines.devices import Device, DeviceReport, GpuCondition
from colloquy.engines.model_fit import Memory
from colloquy.errors import DeviceBusyError, DeviceUnavailableError, ModelDamagedError, ModelTooBigError
from colloquy.inspect.word_error import WordErrors, count_word_errors
from colloquy.protocols import Transcriber
from colloquy.settings import load_settings, read_subtitle_phrases
from colloquy.stages.prepare import prepare
from colloquy.stages.transcribe import transcribe
from tests.ctranslate2_model import convert

pytest.importorskip("faster_whisper", reason="pip install 'colloquy[faster-whisper]'")

ROOT = Path(__file__).resolve().parents[2]
CHECKPOINT = ROOT / "data" / "demo" / "model" / "demo-en.pt"
PHRASES = read_subtitle_phrases()
SETTINGS = load_settings().transcription.model_copy(
    update={"engine": "faster-whisper", "device": "cpu", "longest_window_s": 10.0}
)
WINDOWS = (Region(500, 8_000), Region(9_000, 16_000), Region(16_000, 23_500))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return convert(CHECKPOINT, tmp_path_factory.mktemp("models") / "demo-en")


@pytest.fixture(scope="module")
def call(demo_folder: Path) -> AudioSamples:
    return decode(demo_folder / "inbox" / "P04.wav").audio.cut(0, 24_000)


@pytest.fixture
def copied(model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model, tmp_path / "copied"))


def make(model: Path, language: str = "en", **changed: object) -> Transcriber:
    return registry.make_transcriber(SETTINGS.model_copy(update=changed), model, language)


def test_both_engines_write_the_same_words_from_the_same_weights(model: Path, demo_folder: Path) -> None:
    """At most 2 in 100 words apart (8-bit weights here, 32-bit there), and as near to the truth."""
    ours, theirs = make(model), openai_whisper.make(SETTINGS, CHECKPOINT, "en")
    settings = load_settings().prepare
    detector = registry.make_voice_activity_detector(settings)
    apart, wrong, wrong_there = WordErrors.zero(), WordErrors.zero(), WordErrors.zero()
    for name in ("P01.wav", "P04.wav"):
        prepared = prepare(decode(demo_folder / "inbox" / name), detector, settings)
        here, there = (
            " ".join(word.text for word in transcribe(prepared, engine, SETTINGS, PHRASES).words)
            for engine in (ours, theirs)
        )
        truth = json.loads((demo_folder / "truth" / f"{name[:3]}.json").read_text(encoding="utf-8"))["words"]
        said = " ".join(word["text"] for word in truth)
        apart += count_word_errors(there, here)
        wrong += count_word_errors(said, here)
        wrong_there += count_word_errors(said, there)
    assert apart.reference_words > 350
    assert apart.rate <= 0.02
    assert wrong.rate <= wrong_there.rate + 0.01


def test_what_is_drawn_at_random_is_the_same_every_time(
    model: Path, call: AudioSamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faster_whisper_decoding, "TEMPERATURES", (0.0, 1.0))
    monkeypatch.setattr(faster_whisper_decoding, "LOG_PROBABILITY_LIMIT", 0.0)  # nothing passes at temperature 0
    engine = make(model)
    drawn = engine.transcribe(call, WINDOWS)
    assert engine.transcribe(call, WINDOWS) == drawn
    monkeypatch.undo()
    assert engine.transcribe(call, WINDOWS).words != drawn.words


def test_a_window_too_short_for_a_word_and_one_of_silence_break_nothing(model: Path) -> None:
    silence = AudioSamples(np.zeros((1, 48_000), np.float32), 16_000)
    words = make(model).transcribe(silence, (Region(0, 10), Region(10, 400), Region(500, 3_000))).words
    assert all(0 <= word.start_ms <= word.end_ms <= 3_000 for word in words)


def test_weights_are_whole_numbers_on_a_processor(model: Path) -> None:
    assert faster_whisper_weights.load_weights(model, "cpu").whisper.model.compute_type == "int8_float32"


@pytest.mark.parametrize(
    ("device", "supported", "chosen"),
    [
        ("cpu", {"int8", "float32"}, "int8"),
        ("cpu", {"float32"}, "float32"),
        ("cuda", {"float16", "float32", "int8"}, "float16"),
        ("cuda", {"float32", "int8"}, "float32"),
    ],
)
def test_numbers_are_those_that_the_device_computes_with(device: Device, supported: set[str], chosen: str) -> None:
    assert faster_whisper_weights.choose_compute_type(device, supported) == chosen


def test_the_numbers_that_were_computed_with_stand_in_the_transcript(
    model: Path, call: AudioSamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = make(model).transcribe(call, WINDOWS)
    assert (usual.precision, usual.fallbacks) == ("int8_float32", ())
    monkeypatch.setattr(faster_whisper_weights, "_loaded", {})
    monkeypatch.setattr(faster_whisper_weights, "choose_compute_type", lambda *_: "float32")
    other = make(model).transcribe(call, WINDOWS)
    assert other.precision == "float32"
    assert other.fallbacks == ("This machine does not compute with int8: float32 it was.",)


def test_the_size_of_a_converted_model_is_read_from_its_folder(model: Path) -> None:
    ours, theirs = read_shape(model), whisper_checkpoint.read_shape(CHECKPOINT)
    assert ours is not None
    assert (ours.audio_states, ours.text_states, ours.text_layers) == (
        theirs.audio_states,
        theirs.text_states,
        theirs.text_layers,
    )
    assert ours.parameter_count == pytest.approx(theirs.parameter_count, rel=0.02)


def test_a_model_that_does_not_fit_is_told_before_it_is_loaded(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faster_whisper_weights, "_loaded", {})
    monkeypatch.setattr(model_fit, "memory_of", lambda _: Memory(20, 30))
    with pytest.raises(ModelTooBigError, match='"ours" needs about'):
        registry.refuse_too_big(SETTINGS, model, '"ours"')
    with pytest.raises(ModelTooBigError, match="demo-en needs about"):
        make(model).transcribe(AudioSamples(np.zeros((1, 48_000), np.float32), 16_000), (Region(0, 3_000),))
    assert faster_whisper_weights._loaded == {}


def test_truncated_weights_are_told_before_any_work(copied: Path) -> None:
    path = copied / "model.bin"
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ModelDamagedError, match=r"model\.bin is cut short"):
        make(copied)


def test_a_folder_without_a_tokenizer_is_told_and_none_is_fetched(copied: Path) -> None:
    (copied / "tokenizer.json").unlink()
    with pytest.raises(ModelDamagedError, match=r"lacks tokenizer\.json"):
        make(copied)


@pytest.mark.parametrize("content", ["{}", '{"model": {"type": "BPE"}}', "[]"])
def test_a_tokenizer_that_is_none_is_told(copied: Path, content: str) -> None:
    (copied / "tokenizer.json").write_text(content)
    with pytest.raises(ModelDamagedError, match="damaged or not a Whisper model"):
        make(copied)


def test_a_tokenizer_and_weights_of_different_models_are_told(copied: Path) -> None:
    tokens = json.loads((copied / "vocabulary.json").read_text(encoding="utf-8"))
    (copied / "vocabulary.json").write_text(json.dumps(tokens[1:] + tokens[:1]))
    with pytest.raises(ModelDamagedError, match="damaged or not a Whisper model"):
        make(copied)


def test_a_vocabulary_and_weights_of_different_models_are_told(copied: Path) -> None:
    (copied / "vocabulary.json").write_text('["a", "b"]')
    with pytest.raises(ModelDamagedError, match="knows 51864 tokens and the vocabulary 2"):
        make(copied)


def test_the_prompt_is_what_openai_whisper_gives(
    model: Path, call: AudioSamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    from whisper.decoding import DecodingOptions, DecodingTask

    vocabulary = ("PWP", "PHQ-9", "Exampleton Trust")
    given: list[list[int]] = []
    theirs: list[list[int]] = []
    generate, task = faster_whisper_decoding._generate, DecodingTask.__init__

    def spied(weights: Any, tokenizer: Any, heard: Any, start: list[int], temperature: float) -> Any:
        given.append(start)
        return generate(weights, tokenizer, heard, start, temperature)

    def spied_there(self: Any, whisper: Any, options: DecodingOptions) -> None:
        task(self, whisper, options)
        theirs.append(list(self.initial_tokens))

    monkeypatch.setattr(faster_whisper_decoding, "_generate", spied)
    monkeypatch.setattr(DecodingTask, "__init__", spied_there)
    make(model, vocabulary=vocabulary).transcribe(call, WINDOWS)
    told = SETTINGS.model_copy(update={"vocabulary": vocabulary})
    openai_whisper.make(told, CHECKPOINT, "en").transcribe(call, WINDOWS)
    assert given[0] == theirs[0]
    assert len(given[0]) > 10


def test_the_gpu_is_asked_for_in_vain(model: Path, call: AudioSamples, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "probe_gpu", lambda: DeviceReport(GpuCondition.NO_CARD))
    with pytest.raises(DeviceUnavailableError, match='device is "cuda"'):
        make(model, device="cuda").transcribe(call, WINDOWS)


@pytest.mark.parametrize("wanted", ["auto", "cuda"])
def test_a_gpu_that_only_pytorch_sees_is_told_and_the_processor_not_taken(
    wanted: str, model: Path, call: AudioSamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ctranslate2

    monkeypatch.setattr(devices, "probe_gpu", lambda: DeviceReport(GpuCondition.WORKS))
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 0)
    with pytest.raises(DeviceUnavailableError, match="CTranslate2 does not see it"):
        make(model, device=wanted).transcribe(call, WINDOWS)


@pytest.mark.parametrize(
    ("message", "error", "said"),
    [
        ("CUDA failed with error out of memory", DeviceBusyError, "a smaller model needs less"),
        ("Library libcublas.so.12 is not found", DeviceUnavailableError, "libcublas.so.12 is not found"),
    ],
)
def test_a_fault_of_the_gpu_stops_with_a_way_out(
    message: str,
    error: type[Exception],
    said: str,
    model: Path,
    call: AudioSamples,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(message)

    weights = faster_whisper_weights.load_weights(model, "cpu")
    monkeypatch.setattr(faster_whisper, "choose_device_of_both", lambda _wanted: "cuda")
    monkeypatch.setattr(faster_whisper, "load_weights", lambda *_: weights)
    monkeypatch.setattr(faster_whisper, "_read", fail)
    with pytest.raises(error, match=said):
        make(model, device="cuda").transcribe(call, WINDOWS)


def test_a_model_that_does_not_load_on_the_gpu_goes_the_way_that_the_settings_allow(
    model: Path, call: AudioSamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, plain = faster_whisper_weights.load_weights, make(model).transcribe(call, WINDOWS)

    def short_of_memory(folder: Path, device: Device) -> object:
        if device == "cuda":
            raise RuntimeError("CUDA failed with error out of memory")
        return load(folder, device)

    monkeypatch.setattr(faster_whisper, "choose_device_of_both", lambda _wanted: "cuda")
    monkeypatch.setattr(faster_whisper, "load_weights", short_of_memory)
    monkeypatch.setattr(faster_whisper, "_fit", lambda *_: None)
    with pytest.raises(DeviceBusyError, match="a smaller model needs less"):
        make(model, device="cuda").transcribe(call, WINDOWS)
    on_cpu = make(model, device="cuda", on_gpu_failure="cpu").transcribe(call, WINDOWS)
    assert on_cpu.words == plain.words
    assert on_cpu.engine.device == "cpu"
    assert "the rest was done on the processor" in on_cpu.fallbacks[-1]
