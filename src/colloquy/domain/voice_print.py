"""What a person's voice sounds like, as numbers by which it is known again: biometric data, always identifiable."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from colloquy.domain.engine import EngineIdentity

Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class InterviewerVoice:
    """A voice print that teaches: of one who is surely an interviewer in an interview.

    `vector` has length one. `number` is the interviewer's among those of the study, from 1; `is_numbered` where a
    person gave it, `is_decided` where a person said that this is an interviewer at all.
    """

    vector: Vector = field(repr=False)
    number: int
    is_decided: bool = False
    is_numbered: bool = False


@dataclass(frozen=True, slots=True)
class VoiceNote:
    """What hearing the voices of one interview left behind; of its participants no vector.

    `interviewers` teach other interviews. `is_open`: who is who was left to a person. `heard_from` are the other
    interviews on whose voices the result rests, each with the digest of what it taught; `compared_with` is the digest
    of all that was known when this interview was looked at.
    """

    interview_id: str
    engine: EngineIdentity
    interviewers: tuple[InterviewerVoice, ...] = field(default=(), repr=False)
    is_open: bool = False
    heard_from: tuple[tuple[str, str], ...] = ()
    compared_with: str = ""

    @property
    def is_decided(self) -> bool:
        return any(voice.is_decided for voice in self.interviewers)

    @property
    def taught_sha256(self) -> str:
        """Of the voices alone, whatever numbers they have."""
        plain = "\n".join(" ".join(f"{value:.6f}" for value in voice.vector) for voice in self.interviewers)
        return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class KnownInterviewer:
    """An interviewer of the study: the mean voice, of length one, and where it is known from.

    `members` pairs an interview's id with the place of the voice among those that it teaches.
    """

    number: int
    vector: Vector = field(repr=False)
    members: tuple[tuple[str, int], ...]


def mean_vector(vectors: Iterable[Vector]) -> Vector:
    """Of length one; nothing where there is none."""
    rows = np.array(list(vectors))
    if not rows.size:
        return ()
    mean = rows.mean(axis=0)
    return tuple(round(float(value), 6) for value in mean / max(float(np.linalg.norm(mean)), 1e-9))


def cosine(one: Vector, other: Vector) -> float:
    return float(np.dot(one, other))
