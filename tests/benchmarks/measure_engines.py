"""Both engines on the demo's recordings with the same weights: word errors and speed, in one run.

    python -m tests.benchmarks.measure_engines [--minutes 2] [--shape base] [--tokens 100]

Needs the extra faster-whisper. Three tables. First the demo checkpoint, converted, on the demo's recordings: how many
words are wrong, and how many differ between the engines. The same checkpoint on real speech beside
`whisper.transcribe`. Then weights of a published shape with random values, where every window gets the same number of
tokens, so that speed alone is compared. Nothing else should be running.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from colloquy.domain.audio import AudioSamples, PreparedAudio, Region
from colloquy.engines import faster_whisper_weights, registry
from colloquy.engines.av_decoder import decode
from colloquy.inspect.word_error import WordErrors, count_word_errors
from colloquy.settings import TranscriptionSettings, load_settings, read_subtitle_phrases
from colloquy.stages.plan_windows import plan_windows
from colloquy.stages.prepare import prepare
from colloquy.stages.transcribe import transcribe
from tests.benchmarks.transcription import RATE_HZ, SHAPES, fix_tokens, make_checkpoint, speech_like
from tests.ctranslate2_model import convert
from tests.diarisers import MATERIAL

DEMO = Path(__file__).resolve().parents[2] / "data" / "demo"
NUMBERS = {"int8": "8-bit numbers", "float32": "32-bit numbers"}


def settings_for(engine: str, longest_window_s: float = 30.0) -> TranscriptionSettings:
    changed = {"engine": engine, "device": "cpu", "longest_window_s": longest_window_s}
    return load_settings().transcription.model_copy(update=changed)


def demo_recordings() -> dict[str, PreparedAudio]:
    settings = load_settings().prepare
    detector = registry.make_voice_activity_detector(settings)
    found = {path.name[:3]: path for path in sorted((DEMO / "inbox").iterdir()) if path.suffix not in (".docx", ".vtt")}
    return {name: prepare(decode(path), detector, settings) for name, path in found.items()}


def words_of(engine: str, model: Path, recordings: dict[str, PreparedAudio]) -> tuple[dict[str, str], float]:
    settings = settings_for(engine, 10.0)
    transcriber = registry.make_transcriber(settings, model, "en")
    transcriber.transcribe(next(iter(recordings.values())).audio, (Region(0, 5000),))  # loaded before the clock starts
    began = time.monotonic()
    phrases = read_subtitle_phrases()
    read = {name: transcribe(sound, transcriber, settings, phrases).words for name, sound in recordings.items()}
    seconds = time.monotonic() - began
    return {name: " ".join(word.text for word in words) for name, words in read.items()}, seconds


def errors(said: dict[str, str], heard: dict[str, str]) -> WordErrors:
    total = WordErrors.zero()
    for name, text in heard.items():
        total += count_word_errors(said[name], text)
    return total


def on_the_demo(converted: Path) -> None:
    recordings = demo_recordings()
    truths = {name: json.loads((DEMO / "truth" / f"{name}.json").read_text(encoding="utf-8")) for name in recordings}
    said = {name: " ".join(word["text"] for word in truth["words"]) for name, truth in truths.items()}
    length_s = sum(sound.audio.duration_ms for sound in recordings.values()) / 1000
    first: dict[str, str] = {}
    print("| Demo checkpoint | Word errors | Differ from the first | Times real time |\n| --- | --- | --- | --- |")
    for engine, model in (("openai-whisper", DEMO / "model" / "demo-en.pt"), ("faster-whisper", converted)):
        heard, seconds = words_of(engine, model, recordings)
        first = first or heard
        wrong, apart = errors(said, heard).rate, errors(first, heard).rate
        print(f"| {engine} | {wrong:.2%} | {apart:.2%} | {length_s / seconds:.1f} |", flush=True)


def on_real_speech() -> None:
    """The checkpoint knows a few hundred words: this tells what is invented, and no more."""
    import whisper

    if not MATERIAL.is_dir():
        return print("\n../shared/data is not beside this checkout: nothing is measured on real speech")
    settings, detector = load_settings().prepare, registry.make_voice_activity_detector(load_settings().prepare)
    model = whisper.load_model(str(DEMO / "model" / "demo-en.pt"), device="cpu")
    print("\n| Demo checkpoint, real speech | Word errors | of whisper.transcribe |\n| --- | --- | --- |")
    for name in ("jfk.flac", "read_en_US.wav"):
        said = (MATERIAL / name).with_suffix(".txt").read_text(encoding="utf-8-sig").split("\t")[-1]
        sound = prepare(decode(MATERIAL / name), detector, settings)
        heard, _ = words_of("openai-whisper", DEMO / "model" / "demo-en.pt", {name: sound})
        samples = np.ascontiguousarray(sound.audio.mono())
        plain = whisper.transcribe(model, samples, language="en", fp16=False)["text"]
        ours, theirs = (count_word_errors(said, text).rate for text in (heard[name], plain))
        print(f"| {name} | {ours:.0%} | {theirs:.0%} |")
    return None


def on_a_shape(shape: str, minutes: float, tokens: int, folder: Path) -> None:
    checkpoint = folder / f"{shape}.pt"
    make_checkpoint(shape, checkpoint)
    converted = convert(checkpoint, folder / shape)
    fix_tokens(tokens)
    audio = AudioSamples(speech_like(minutes)[None], RATE_HZ)
    speech = tuple(Region(s * 1000, s * 1000 + 4000) for s in range(0, audio.duration_ms // 1000, 5))
    windows = plan_windows(audio, speech, 30_000)
    print(f"\n| Shape {shape}, random weights | Words | Times real time |\n| --- | --- | --- |")
    rows = [("openai-whisper", checkpoint, ""), *(("faster-whisper", converted, kind) for kind in NUMBERS)]
    for engine, model, kind in rows:
        faster_whisper_weights.COMPUTE_TYPES["cpu"] = kind or "int8"
        faster_whisper_weights._loaded.clear()
        transcriber = registry.make_transcriber(settings_for(engine), model, "en")
        transcriber.transcribe(audio, windows[:1])
        began = time.monotonic()
        count = len(transcriber.transcribe(audio, windows).words)
        title = f"{engine}, {NUMBERS[kind]}" if kind else engine
        print(f"| {title} | {count} | {minutes * 60 / (time.monotonic() - began):.1f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--shape", choices=SHAPES, default="base")
    parser.add_argument("--tokens", type=int, default=100)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        on_the_demo(convert(DEMO / "model" / "demo-en.pt", Path(folder) / "demo-en"))
        on_real_speech()
        on_a_shape(given.shape, given.minutes, given.tokens, Path(folder))


if __name__ == "__main__":
    main()
