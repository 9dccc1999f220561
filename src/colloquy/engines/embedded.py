"""Tells voices apart by signal processing alone: nothing to fetch, no licence to accept, the same result every time.

It reports no overlaps: one voice over another cannot be told from a third voice without a trained model.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import numpy as np

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.diarisation import Diarisation, SpeakerCount, Turn
from colloquy.domain.engine import EngineIdentity
from colloquy.engines.embedded_clusters import cluster, pieces
from colloquy.engines.embedded_edges import speaker_path
from colloquy.engines.embedded_voice import FRAME_MS, frame_spans, voice_frames
from colloquy.settings import DiarisationSettings

# Goes up with every change that may move a turn.
METHOD_VERSION = "1"


class EmbeddedDiariser:
    """`Diariser`: cepstra → clustering → a path of voices with fine edges. Deterministic, on the CPU."""

    @property
    def identity(self) -> EngineIdentity:
        libraries = "+".join(f"{name}-{version(name)}" for name in ("numpy", "scipy", "scikit-learn"))
        return EngineIdentity("embedded", METHOD_VERSION, model=libraries)

    def diarise(self, audio: AudioSamples, speech: tuple[Region, ...], count: SpeakerCount) -> Diarisation:
        """Turns fill the speech regions, to 10 ms. In very little speech there may be fewer voices than asked for."""
        frames = voice_frames(audio, speech)
        spans = frame_spans(speech, frames.frame_count)
        if not spans:
            return Diarisation((), (), self.identity, finds_overlaps=False)
        cut = pieces(spans)
        path = np.full(frames.frame_count, -1)
        for (first, last), voice in zip(cut, cluster(frames, cut, count), strict=True):
            path[first:last] = voice
        path = speaker_path(frames, spans, path)
        turns = _turns(path, spans, audio.duration_ms)
        return Diarisation(turns, (), self.identity, finds_overlaps=False)


def _turns(path: np.ndarray, spans: list[tuple[int, int]], duration_ms: int) -> tuple[Turn, ...]:
    labels: dict[int, str] = {}
    turns: list[Turn] = []
    for first, last in spans:
        changes = first + 1 + np.flatnonzero(np.diff(path[first:last]))
        for start, end in zip((first, *changes), (*changes, last), strict=True):
            label = labels.setdefault(int(path[start]), f"S{len(labels) + 1}")
            turns.append(Turn(int(start) * FRAME_MS, min(int(end) * FRAME_MS, duration_ms), label))
    return tuple(turn for turn in turns if turn.end_ms > turn.start_ms)


def make(settings: DiarisationSettings, models: Path) -> EmbeddedDiariser:  # noqa: ARG001  # one signature for all
    return EmbeddedDiariser()
