"""How fast the speech is read, against whisper's own `transcribe` on the same weights, in one run.

    python tests/benchmarks/transcription.py [--shape base] [--minutes 6] [--tokens 100] [--batch 8] [--device cpu]

Weights of the published shapes with random values: what is decoded is nonsense, and each window gets the same number
of tokens, so that speed alone is compared. Both give word times. Nothing else should be running. Each engine is
measured in a process of its own, so that peak memory is its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

RATE_HZ = 16_000
# n_mels, n_audio_state, n_audio_head, n_audio_layer, n_text_state, n_text_head, n_text_layer, n_vocab
SHAPES = {
    "tiny": (80, 384, 6, 4, 384, 6, 4, 51865),
    "base": (80, 512, 8, 6, 512, 8, 6, 51865),
    "small": (80, 768, 12, 12, 768, 12, 12, 51865),
    "turbo": (128, 1280, 20, 32, 1280, 20, 4, 51866),
    "large-v3": (128, 1280, 20, 32, 1280, 20, 32, 51866),
}


def make_checkpoint(shape: str, path: Path) -> None:
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
    torch.save({"dims": dims.__dict__, "model_state_dict": model.state_dict()}, path)


def speech_like(minutes: float) -> np.ndarray:
    """Noise with pauses: 4 s of sound, 1 s of silence."""
    count = round(minutes * 60 * RATE_HZ)
    noise = np.random.default_rng(0).normal(0, 0.1, count).astype(np.float32)
    noise[(np.arange(count) // RATE_HZ) % 5 == 4] = 0
    return noise


def ours(path: Path, sound: np.ndarray, tokens: int, batch: int, device: str) -> float:
    from colloquy.domain.audio import AudioSamples, Region
    from colloquy.engines import openai_whisper
    from colloquy.settings import load_settings
    from colloquy.stages.transcribe import plan_windows

    decode = openai_whisper._decode_batch

    def decode_so_many(model: Any, mels: Any, options: Any) -> Any:
        return decode(model, mels, replace(options, sample_len=tokens))

    openai_whisper.TEMPERATURES = (0.0,)
    openai_whisper._decode_batch = decode_so_many
    settings = load_settings(None).transcription.model_copy(update={"batch_size": batch, "device": device})
    audio = AudioSamples(sound[np.newaxis], RATE_HZ)
    speech = tuple(Region(s * 1000, s * 1000 + 4000) for s in range(0, len(sound) // RATE_HZ, 5))
    engine = openai_whisper.make(settings, path, "en")
    openai_whisper._load(path, engine.identity.model, device)
    began = time.monotonic()
    engine.transcribe(audio, plan_windows(audio, speech, 30_000))
    return time.monotonic() - began


def whispers_own(path: Path, sound: np.ndarray, tokens: int, batch: int, device: str) -> float:
    import whisper

    model = whisper.load_model(str(path), device=device)
    began = time.monotonic()
    whisper.transcribe(
        model,
        sound,
        language="en",
        temperature=(0.0,),
        logprob_threshold=None,
        no_speech_threshold=None,
        compression_ratio_threshold=None,
        condition_on_previous_text=False,
        without_timestamps=True,
        word_timestamps=True,
        sample_len=tokens,
        fp16=device == "cuda",
    )
    return time.monotonic() - began


def measured(name: str, given: tuple[Any, ...]) -> tuple[float, float]:
    """Seconds, and peak memory in GB."""
    seconds = {"ours": ours, "whispers_own": whispers_own}[name](*given)
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", choices=SHAPES, default="base")
    parser.add_argument("--minutes", type=float, default=6)
    parser.add_argument("--tokens", type=int, default=100)
    parser.add_argument("--batch", type=int, nargs="+", default=[8])
    parser.add_argument("--device", default="cpu")
    given = parser.parse_args()
    sound = speech_like(given.minutes)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{given.shape}.pt"
        make_checkpoint(given.shape, path)
        context = multiprocessing.get_context("spawn")
        rows = [("whisper.transcribe", "whispers_own", 1)]
        rows += [(f"Colloquy, {batch} windows at once", "ours", batch) for batch in given.batch]
        first = 0.0
        print("| Engine | Times real time | Times as fast | Peak memory, GB |\n| --- | --- | --- | --- |")
        for title, name, batch in rows:
            with context.Pool(1) as pool:
                seconds, memory = pool.apply(measured, (name, (path, sound, given.tokens, batch, given.device)))
            first = first or seconds
            print(
                f"| {title} | {given.minutes * 60 / seconds:.1f} | {first / seconds:.2f} | {memory:.1f} |", flush=True
            )


if __name__ == "__main__":
    main()
