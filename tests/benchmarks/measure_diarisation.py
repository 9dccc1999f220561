"""How well the embedded engine tells voices apart, with computed and with learnt vectors, number known and estimated.

    python -m tests.benchmarks.measure_diarisation [--composed 20] [--encoder PATH] [--segmentation PATH] [--hours 2]

Diarisation error with a collar of 0.25 s on each side: in all, and where one voice speaks at a time. The learnt vectors
are those of `colloquy models fetch resemblyzer`; without them only the computed ones are measured, and this says so.
"+" is with overlaps, by the weights of pyannote/segmentation-3.0; without these it is left out, and this says so.
With --hours nothing but the time and memory for a long recording is measured, as a ratio of its length.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.diarisation import SpeakerCount
from colloquy.engines.embedded import EmbeddedDiariser
from colloquy.engines.embedded_dvectors import MODEL_NAME, VoiceEncoder
from colloquy.engines.embedded_segmentation import MODEL_NAME as SEGMENTATION_NAME
from colloquy.engines.embedded_segmentation import SpeechSegmentation
from colloquy.inspect.diarisation_error import DiarisationError, diarisation_error, spoken_turns
from colloquy.store.folders import find_data_folder
from tests.benchmarks.conversations import (
    Conversation,
    composed_conversations,
    demo_conversations,
    embedded_engines,
    real_conversations,
)
from tests.diarisers import ANY, demo, mixed
from tests.long_recordings import peak_mb


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    models = find_data_folder().models
    parser.add_argument("--composed", type=int, default=20)
    parser.add_argument("--encoder", type=Path, default=models / f"{MODEL_NAME}.pt")
    parser.add_argument("--segmentation", type=Path, default=models / f"{SEGMENTATION_NAME}.pt")
    parser.add_argument("--hours", type=float, default=0.0)
    wanted = parser.parse_args()
    engines = embedded_engines(wanted.encoder)
    if wanted.segmentation.is_file():
        segmentation = SpeechSegmentation(wanted.segmentation)
        engines["computed+"] = EmbeddedDiariser(None, segmentation)
        if wanted.encoder.is_file():
            engines["learned+"] = EmbeddedDiariser(VoiceEncoder(wanted.encoder), segmentation)
    else:
        print(f"{SEGMENTATION_NAME} is not in the model store: overlaps are not measured")
    if wanted.hours:
        for name, engine in engines.items():
            _measure_length(name, engine, wanted.hours)
        return
    print(f"{'':31}{'voices':9}{'known: all':>11}{'single':>8}{'missed':>8}{'false':>8}{'confused':>9}", end="")
    print(f"{'found':>7}{'all':>8}{'single':>8}")
    for conversation in _material(wanted.composed):
        for name, engine in engines.items():
            _measure(conversation, name, engine)


def _material(composed: int) -> Iterator[Conversation]:
    return chain(demo_conversations(), real_conversations(), composed_conversations(composed))


def _measure(conversation: Conversation, name: str, engine: EmbeddedDiariser) -> None:
    voices, audio, speech = conversation.voice_count, conversation.audio, conversation.speech
    found = engine.diarise(audio, speech, SpeakerCount(voices, voices))
    known = diarisation_error(conversation.truth, spoken_turns(found))
    guessed = engine.diarise(audio, speech, ANY)
    estimated = diarisation_error(conversation.truth, spoken_turns(guessed))
    total = known.total
    print(f"{conversation.kind:10}{conversation.name:20}{name:10}{_rate(total):>11}{_rate(known.single):>8}", end="")
    for part_ms in (total.missed_ms, total.false_alarm_ms, total.confused_ms):
        print(f"{part_ms / max(total.reference_ms, 1):>8.3f}", end="")
    count = f"{len(guessed.speakers)}/{voices}"
    print(f"{count:>8}{_rate(estimated.total):>8}{_rate(estimated.single):>8}", flush=True)


def _rate(error: DiarisationError) -> str:
    return "none" if error.rate is None else f"{error.rate:.3f}"


def _measure_length(name: str, engine: EmbeddedDiariser, hours: float) -> None:
    """The demo's first interview over and over."""
    audio, truth, speech = demo("P01.wav")
    sound = mixed(audio).samples[:, :]
    times = round(hours * 3_600_000 / audio.duration_ms)
    loop = AudioSamples(np.tile(sound, (1, times)), audio.rate_hz)
    length_ms = 1000 * sound.shape[1] / audio.rate_hz
    regions = tuple(
        Region(round(r.start_ms + i * length_ms), round(r.end_ms + i * length_ms)) for i in range(times) for r in speech
    )
    before, began = peak_mb(), time.monotonic()
    found = engine.diarise(loop, regions, ANY)
    seconds, speakers = time.monotonic() - began, len(found.speakers)
    grown = peak_mb() - before
    ratio = seconds * 1000 / loop.duration_ms
    print(f"{name}: {hours} h, {speakers} voices of {len({t.speaker for t in truth})}; {seconds:.0f} s,", end=" ")
    print(f"{ratio:.3f} of its length; memory grew by {grown:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
