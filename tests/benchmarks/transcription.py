"""How fast speech is read and in how much memory: ours, whisper's own `transcribe` and faster-whisper, in one run.

    python -m tests.benchmarks.transcription [--shape base] [--minutes 6] [--tokens 100] [--batch 8] [--device cpu]
    python -m tests.benchmarks.transcription --device cuda --shape turbo large-v3 --batch 1 4 8 16 32

Weights of the published shapes with random values, the same ones for every engine: what is decoded is nonsense, and
each window gets the same number of tokens, so that speed alone is compared. All give word times. The libraries' own
pipelines go on after the last word of a window, which these weights put anywhere; here they go on by whole windows, so
that all read as many. Every row is measured
in a process of its own, so that its peak memory is its own; loading is not in the time, and is in the memory. Nothing
else should be running. Rows of a library that is not installed are left out, and that is said.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

RATE_HZ = 16_000
WINDOW_S = 30
LOOK_S = 0.02
# Tokens before what faster-whisper's own pipelines write; of the length they ask for, CTranslate2 gives half.
PROMPT = 4
# <|endoftext|> of the models that know several languages; all marks follow it.
FIRST_MARK = 50257
# n_mels, n_audio_state, n_audio_head, n_audio_layer, n_text_state, n_text_head, n_text_layer, n_vocab
SHAPES = {
    "tiny": (80, 384, 6, 4, 384, 6, 4, 51865),
    "base": (80, 512, 8, 6, 512, 8, 6, 51865),
    "small": (80, 768, 12, 12, 768, 12, 12, 51865),
    "turbo": (128, 1280, 20, 32, 1280, 20, 4, 51866),
    "large-v3": (128, 1280, 20, 32, 1280, 20, 32, 51866),
}
NUMBERS = {"int8": "8-bit numbers", "float16": "16-bit numbers", "float32": "32-bit numbers"}


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement; `kind` is CTranslate2's compute type, empty for PyTorch."""

    title: str
    reader: str
    batch: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What every row is measured on."""

    shape: str
    checkpoint: Path
    converted: Path
    minutes: float
    tokens: int
    device: str

    @property
    def sound(self) -> np.ndarray:
        return speech_like(self.minutes)


def make_checkpoint(shape: str, path: Path) -> None:
    """In half precision, as published ones are."""
    import torch
    from whisper.model import ModelDimensions, Whisper

    mels, audio, audio_heads, audio_layers, text, text_heads, text_layers, vocabulary = SHAPES[shape]
    dims = ModelDimensions(
        n_mels=mels,
        n_audio_ctx=1500,
        n_audio_state=audio,
        n_audio_head=audio_heads,
        n_audio_layer=audio_layers,
        n_vocab=vocabulary,
        n_text_ctx=448,
        n_text_state=text,
        n_text_head=text_heads,
        n_text_layer=text_layers,
    )
    torch.manual_seed(0)
    model = Whisper(dims)
    with torch.no_grad():
        # Positions that outweigh what was written last, and marks that are never likely: many words, and no end.
        model.decoder.positional_embedding.normal_()
        model.decoder.token_embedding.weight *= 0.1
        model.decoder.token_embedding.weight[FIRST_MARK:] *= 0.01
    torch.save({"dims": dims.__dict__, "model_state_dict": model.half().state_dict()}, path)


def make_converted(shape: str, checkpoint: Path, folder: Path) -> None:
    """The same weights for CTranslate2, with the same heads for the word times."""
    import torch
    from whisper import _ALIGNMENT_HEADS
    from whisper.model import ModelDimensions, Whisper

    from tests.ctranslate2_model import convert

    convert(checkpoint, folder)
    model = Whisper(ModelDimensions(**torch.load(checkpoint, weights_only=True)["dims"]))
    model.set_alignment_heads(_ALIGNMENT_HEADS[shape])
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["alignment_heads"] = model.alignment_heads.indices().T.tolist()
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def speech_like(minutes: float) -> np.ndarray:
    """Noise with pauses: 4 s of sound, 1 s of silence."""
    count = round(minutes * 60 * RATE_HZ)
    noise = np.random.default_rng(0).normal(0, 0.1, count).astype(np.float32)
    noise[(np.arange(count) // RATE_HZ) % 5 == 4] = 0
    return noise


def fix_tokens(tokens: int) -> None:
    """Every window gets as many in our engines, whatever the weights say, and none is read twice."""
    from colloquy.engines import faster_whisper_decoding, openai_whisper

    decode_batch, generate = openai_whisper._decode_batch, faster_whisper_decoding._generate

    def decode_so_many(model: Any, mels: Any, options: Any) -> Any:
        return decode_batch(model, mels, replace(options, sample_len=tokens))

    class SoMany:
        def __init__(self, whisper: Any) -> None:
            self.model = self
            self._whisper = whisper

        def generate(self, *given: Any, **named: Any) -> Any:
            # the library gives at most half of this
            return self._whisper.model.generate(*given, **named, max_length=2 * tokens)

    def generate_so_many(weights: Any, tokenizer: Any, *rest: Any) -> Any:
        return generate(type("Weights", (), {"whisper": SoMany(weights.whisper)})(), tokenizer, *rest)

    openai_whisper.TEMPERATURES = faster_whisper_decoding.TEMPERATURES = (0.0,)
    openai_whisper.NO_SPEECH_LIMIT = faster_whisper_decoding.NO_SPEECH_LIMIT = 2.0
    openai_whisper._decode_batch, faster_whisper_decoding._generate = decode_so_many, generate_so_many


def ours(given: Given, row: Row) -> Callable[[], int]:
    from colloquy.domain.audio import AudioSamples, Region
    from colloquy.engines import faster_whisper_weights, registry
    from colloquy.settings import load_settings
    from colloquy.stages.plan_windows import plan_windows

    fix_tokens(given.tokens)
    engine = "faster-whisper" if row.kind else "openai-whisper"
    if row.kind:
        faster_whisper_weights.COMPUTE_TYPES["cuda" if given.device == "cuda" else "cpu"] = row.kind
    changed = {"engine": engine, "batch_size": row.batch, "device": given.device}
    settings = load_settings().transcription.model_copy(update=changed)
    audio = AudioSamples(given.sound[np.newaxis], RATE_HZ)
    speech = tuple(Region(s * 1000, s * 1000 + 4000) for s in range(0, audio.duration_ms // 1000, 5))
    windows = plan_windows(audio, speech, WINDOW_S * 1000)
    transcriber = registry.make_transcriber(settings, given.converted if row.kind else given.checkpoint, "en")
    transcriber.transcribe(audio.cut(0, 1000), (Region(0, 1000),))  # loaded before the clock starts
    return lambda: len(transcriber.transcribe(audio, windows).words)


def whispers_own(given: Given, _row: Row) -> Callable[[], int]:
    import whisper

    sys.modules["whisper.transcribe"].get_end = lambda _: None  # type: ignore[attr-defined]
    model = whisper.load_model(str(given.checkpoint), device=given.device)
    model.set_alignment_heads(whisper._ALIGNMENT_HEADS[given.shape])
    model.to(given.device)
    options = {
        "language": "en",
        "temperature": (0.0,),
        "logprob_threshold": None,
        "no_speech_threshold": None,
        "compression_ratio_threshold": None,
        "condition_on_previous_text": False,
        "without_timestamps": True,
        "word_timestamps": True,
        "sample_len": given.tokens,
        "fp16": given.device == "cuda",
    }

    def read(sound: np.ndarray = given.sound) -> int:
        found = whisper.transcribe(model, sound, **options)
        return sum(len(segment["words"]) for segment in found["segments"])

    read(speech_like(1 / 60))
    return read


def faster_whispers_own(given: Given, row: Row) -> Callable[[], int]:
    """Its sequential pipeline, or with more than one window at once the batched one, on windows of 30 s."""
    import torch
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    sys.modules["faster_whisper.transcribe"].get_end = lambda _: None  # type: ignore[attr-defined]
    model = WhisperModel(
        str(given.converted), device=given.device, compute_type=row.kind, cpu_threads=torch.get_num_threads()
    )
    options = {
        "language": "en",
        "temperature": [0.0],
        "beam_size": 1,
        "log_prob_threshold": None,
        "no_speech_threshold": None,
        "compression_ratio_threshold": None,
        "condition_on_previous_text": False,
        "without_timestamps": True,
        "word_timestamps": True,
        "vad_filter": False,
        "max_new_tokens": 2 * given.tokens - PROMPT,
    }

    def read(sound: np.ndarray = given.sound) -> int:
        if row.batch == 1:
            segments, _ = model.transcribe(sound, **options)
        else:
            length_s = len(sound) / RATE_HZ
            clips = [{"start": s, "end": min(s + WINDOW_S, length_s)} for s in np.arange(0, length_s, WINDOW_S)]
            pipeline = BatchedInferencePipeline(model)
            segments, _ = pipeline.transcribe(sound, clip_timestamps=clips, batch_size=row.batch, **options)
        return sum(len(segment.words or ()) for segment in segments)

    read(speech_like(1 / 60))
    return read


READERS = {"ours": ours, "whispers_own": whispers_own, "faster_whispers_own": faster_whispers_own}


def measured(given: Given, row: Row) -> tuple[float, int, float]:
    """Seconds, words, and peak memory in GB: of the process, or of the GPU since the process began."""
    peak = GpuPeak(given.device)
    read = READERS[row.reader](given, row)
    began = time.monotonic()
    count = read()
    seconds = time.monotonic() - began
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return seconds, count, peak.gb() if given.device == "cuda" else own


class GpuPeak:
    """The most GPU memory in use since now, whoever allocates it: CTranslate2's is none of PyTorch's."""

    def __init__(self, device: str) -> None:
        self._least_free = self._free_at_first = 0
        if device == "cuda":
            self._least_free = self._free_at_first = self._free()
            threading.Thread(target=self._look, daemon=True).start()

    @staticmethod
    def _free() -> int:
        import torch

        return int(torch.cuda.mem_get_info(0)[0])

    def _look(self) -> None:
        while True:
            self._least_free = min(self._least_free, self._free())
            time.sleep(LOOK_S)

    def gb(self) -> float:
        return (self._free_at_first - self._least_free) / 1e9


def rows_of(batches: list[int], device: str, *, has_faster_whisper: bool) -> Iterator[Row]:
    yield Row("whisper.transcribe", "whispers_own", 1)
    for batch in batches:
        yield Row(f"Colloquy, openai-whisper, {_windows(batch)}", "ours", batch)
    if not has_faster_whisper:
        return
    kinds = ("int8", "float32") if device == "cpu" else ("float16",)
    for kind in kinds:
        yield Row(f"faster-whisper, sequential, {NUMBERS[kind]}", "faster_whispers_own", 1, kind)
        for batch in batches:
            if batch > 1:
                title = f"faster-whisper, batched, {_windows(batch)}, {NUMBERS[kind]}"
                yield Row(title, "faster_whispers_own", batch, kind)
            yield Row(f"Colloquy, faster-whisper, {_windows(batch)}, {NUMBERS[kind]}", "ours", batch, kind)


def _windows(count: int) -> str:
    return f"{count} window{'' if count == 1 else 's'} at once"


def measure_shape(shape: str, asked: argparse.Namespace, *, has_faster_whisper: bool) -> None:
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        given = Given(
            shape, Path(folder) / f"{shape}.pt", Path(folder) / shape, asked.minutes, asked.tokens, asked.device
        )
        make_checkpoint(shape, given.checkpoint)
        if has_faster_whisper:
            make_converted(shape, given.checkpoint, given.converted)
        first = 0.0
        memory = "Peak GPU memory, GB" if asked.device == "cuda" else "Peak memory, GB"
        print(
            f"\n| Shape {shape}, {asked.tokens} tokens a window | Times real time | Times as fast | {memory} | Words |"
        )
        print("| --- | --- | --- | --- | --- |", flush=True)
        for row in rows_of(asked.batch, asked.device, has_faster_whisper=has_faster_whisper):
            with context.Pool(1) as pool:
                seconds, count, peak = pool.apply(measured, (given, row))
            first = first or seconds
            speed = asked.minutes * 60 / seconds
            print(f"| {row.title} | {speed:.1f} | {first / seconds:.2f} | {peak:.1f} | {count} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", choices=SHAPES, nargs="+", default=["base"])
    parser.add_argument("--minutes", type=float, default=6)
    parser.add_argument("--tokens", type=int, default=100)
    parser.add_argument("--batch", type=int, nargs="+", default=[8])
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    asked = parser.parse_args()
    from colloquy.engines import registry

    has_faster_whisper = registry.has_extra("faster-whisper")
    if not has_faster_whisper:
        print("faster-whisper is not installed: its rows are left out (pip install 'colloquy[faster-whisper]').")
    for shape in asked.shape:
        measure_shape(shape, asked, has_faster_whisper=has_faster_whisper)


if __name__ == "__main__":
    main()
