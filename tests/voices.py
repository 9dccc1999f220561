"""Voices that the tests of remembering share: directions in a space of three, no person's."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.voice_print import InterviewerVoice, Vector, mean_vector
from tests.speakers import Lines, said


def near(*direction: float) -> Vector:
    return mean_vector([direction])


ANN, BEN, CAT, DOT = near(1, 0, 0), near(0, 1, 0), near(0, 0, 1), near(0, 0, -1)
# As like Ann as like Ben: nobody could say whose it is.
BETWEEN = near(1, 1, 0)


def taught(vector: Vector, number: int = 1, *, is_decided: bool = False, is_numbered: bool = False) -> InterviewerVoice:
    return InterviewerVoice(vector, number, is_decided, is_numbered)


class ScriptedEmbedder:
    """`VoiceEmbedder` that knows a voice by when it speaks."""

    def __init__(self, version: str = "1") -> None:
        self.identity = EngineIdentity("scripted", version)
        self._voices: dict[tuple[Region, ...], Vector] = {}

    def learn(self, lines: Lines, vectors: Mapping[str, Vector]) -> None:
        diarisation = said(lines)[1]
        self._voices |= {diarisation.alone(voice): vector for voice, vector in vectors.items()}

    def embed(self, audio: AudioSamples, stretches: tuple[Region, ...]) -> Vector:
        return self._voices.get(stretches, ())


def likeness(one: Vector, other: Vector) -> float:
    return float(np.dot(one, other))
