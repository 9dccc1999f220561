"""One vector for a voice over a whole recording, by the encoder that Resemblyzer's package carries.

Source: as `embedded_dvectors`. A voice is known again by the cosine of two such vectors; docs/benchmarks.md tells how
far those of one person and of different people lie apart.
"""

from __future__ import annotations

from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import numpy as np

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.model import find_card
from colloquy.domain.voice_print import Vector
from colloquy.engines.embedded_dvectors import MODEL_NAME, WINDOW_FRAMES, VoiceEncoder
from colloquy.engines.embedded_voice import FRAME_MS, at_16_khz
from colloquy.errors import ModelMissingError

# Goes up with every change that may move a vector.
METHOD_VERSION = "1"
# Bounded, so that a long recording takes no more time than a short one.
_MOST_MS = 120_000
_STEP_FRAMES = 80
# Of less than this a vector says too little.
_LEAST_MS = 4_000
# A turn's edges may hold the other voice.
_EDGE_MS = 100
_SHORTEST_MS = 400


class ResemblyzerVoices:
    """`VoiceEmbedder` on the CPU; deterministic."""

    def __init__(self, encoder: VoiceEncoder) -> None:
        self._encoder = encoder

    @cached_property
    def identity(self) -> EngineIdentity:
        """Raises ModelDamagedError."""
        model = f"{MODEL_NAME}+torch-{version('torch')}"
        return EngineIdentity(MODEL_NAME, METHOD_VERSION, model, self._encoder.digest)

    def embed(self, audio: AudioSamples, stretches: tuple[Region, ...]) -> Vector:
        """The mean over windows of 1.6 s of the longest stretches, put one after another up to two minutes."""
        sound = _longest(audio, stretches)
        count = sound.sample_count * 1000 // (sound.rate_hz * FRAME_MS)
        if sound.duration_ms < _LEAST_MS:
            return ()
        half = WINDOW_FRAMES // 2
        centres = np.arange(half, count - half + 1, _STEP_FRAMES)
        mean = self._encoder.embed(sound, centres, np.ones(count, bool)).mean(axis=0, dtype=np.float64)
        return tuple(round(float(value), 6) for value in mean / max(float(np.linalg.norm(mean)), 1e-9))


def _longest(audio: AudioSamples, stretches: tuple[Region, ...]) -> AudioSamples:
    """At 16 kHz, in memory; in order of time."""
    inner = [Region(one.start_ms + _EDGE_MS, one.end_ms - _EDGE_MS) for one in stretches]
    chosen: list[Region] = []
    left_ms = _MOST_MS
    for one in sorted(inner, key=lambda one: -one.duration_ms):
        if one.duration_ms >= _SHORTEST_MS and left_ms > 0:
            chosen.append(Region(one.start_ms, min(one.end_ms, one.start_ms + left_ms)))
            left_ms -= chosen[-1].duration_ms
    parts = [at_16_khz(audio.cut(one.start_ms, one.end_ms))[:, :] for one in sorted(chosen, key=lambda r: r.start_ms)]
    return AudioSamples(np.concatenate([np.zeros((1, 0), np.float32), *parts], axis=1))


def make(models: Path) -> ResemblyzerVoices:
    """Raises ModelMissingError."""
    path = models / f"{MODEL_NAME}.pt"
    if not path.is_file():
        raise ModelMissingError(
            f"attribution.remember_interviewer is true, and {MODEL_NAME} is not in the model store. Run colloquy "
            f"models fetch {MODEL_NAME}, once, with the internet; or set attribution.remember_interviewer = false."
        )
    card = find_card(MODEL_NAME)
    return ResemblyzerVoices(VoiceEncoder(path, card.sha256 if card else ""))
