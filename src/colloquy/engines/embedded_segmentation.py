"""Who of a few voices speaks when, also at once, within ten seconds: a trained network, where the model store has it.

Source: A. Plaquet and H. Bredin, "Powerset multi-class cross entropy loss for neural speaker diarization",
Interspeech 2023 (pyannote/segmentation-3.0, MIT). Its voices have no names from one stretch of ten seconds to the next:
they are matched here with those that the embedded engine has told apart.
"""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from colloquy.domain.audio import AudioSamples
from colloquy.domain.diarisation import Overlap
from colloquy.domain.engine import OVERLAP_NETWORK
from colloquy.engines.embedded_voice import FRAME_MS, RATE_HZ, at_16_khz
from colloquy.engines.pyannote import pyannote_audio
from colloquy.errors import ModelDamagedError

MODEL_NAME = OVERLAP_NETWORK
# A tenth of a stretch from one to the next, as pyannote's own pipeline does.
_STEPS_A_STRETCH = 10
_BATCH = 8
_SPEECH = 0.5
# Of the stretches that hold a moment so many must hear a second voice in it; at a half there are false alarms.
_OVERLAP = 0.6
_SHORTEST_FRAMES = 10
_FRAME_SAMPLES = RATE_HZ * FRAME_MS // 1000


@dataclass(frozen=True, slots=True)
class LocalVoices:
    """activity: how surely each voice of a stretch speaks, float16 (stretches, frames of 10 ms, voices).

    A stretch begins `step` frames after the one before. is_speech: bool (n,), over the whole recording.
    """

    activity: np.ndarray
    step: int
    is_speech: np.ndarray


def check_segmentation(path: Path) -> None:
    """The file is such a network (nothing in it is executed). Raises ModelDamagedError."""
    _network(path)


class SpeechSegmentation:
    """The weights at `path`; on the CPU."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the weights. Raises ModelDamagedError."""
        try:
            with self._path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            raise ModelDamagedError(
                f"models: {MODEL_NAME} cannot be read. Delete it and import it again, or set diarisation.overlaps = "
                '"off".'
            ) from None

    def listen(self, audio: AudioSamples) -> LocalVoices:
        """65 MB for three hours and three voices a stretch. Raises ModelDamagedError."""
        import torch

        network, mapping = self._network
        sound = at_16_khz(audio)
        frame_count = sound.shape[1] // _FRAME_SAMPLES + 1
        length = round(network.specifications.duration * 1000) // FRAME_MS
        step = max(length // _STEPS_A_STRETCH, 1)
        starts = np.arange(0, max(frame_count - length, 0) + step, step)
        found = np.empty((len(starts), length, mapping.shape[1]), np.float16)
        speech, heard = np.zeros(frame_count, np.float32), np.zeros(frame_count, np.float32)
        for first in range(0, len(starts), _BATCH):
            batch = np.stack([_stretch(sound, int(start), length) for start in starts[first : first + _BATCH]])
            with torch.no_grad():
                classes = network(torch.from_numpy(batch)).exp().numpy()
            classes = classes[:, np.arange(length) * classes.shape[1] // length]
            found[first : first + _BATCH] = classes @ mapping
            for start, silence in zip(starts[first : first + _BATCH], classes[:, :, 0], strict=True):
                inside = slice(start, min(start + length, frame_count))
                speech[inside] += 1 - silence[: inside.stop - start]
                heard[inside] += 1
        return LocalVoices(found, step, speech > _SPEECH * np.maximum(heard, 1))

    @cached_property
    def _network(self) -> tuple[Any, np.ndarray]:
        return _network(self._path)


def _stretch(sound: Any, start: int, length: int) -> np.ndarray:
    """Float32 (1, samples), silence after the end of the recording."""
    count = length * _FRAME_SAMPLES
    found = sound[:, start * _FRAME_SAMPLES : start * _FRAME_SAMPLES + count].astype(np.float32)
    return np.pad(found, ((0, 0), (0, count - found.shape[1])))


def _network(path: Path) -> tuple[Any, np.ndarray]:
    """The network, and which voices (0 or 1, (classes, voices)) each of its classes stands for."""
    import torch
    from torch.torch_version import TorchVersion

    pyannote_audio()
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.segmentation import PyanNet
    from pyannote.audio.utils.powerset import Powerset

    damaged = (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, EOFError)
    try:
        with torch.serialization.safe_globals([Problem, Resolution, Specifications, TorchVersion]):
            content = torch.load(path, map_location="cpu", weights_only=True)
        specifications = content["pyannote.audio"]["specifications"]
        network: Any = PyanNet(**content["hyper_parameters"])
        network.specifications = specifications
        network.build()
        network.load_state_dict(content["state_dict"])
        classes: Any = Powerset(len(specifications.classes), specifications.powerset_max_classes)
        mapping: np.ndarray = classes.mapping.numpy()
        if content["hyper_parameters"]["sample_rate"] != RATE_HZ or len(mapping) != network.classifier.out_features:
            raise ValueError
    except (*damaged, pickle.UnpicklingError):
        raise ModelDamagedError(
            f"models: the file is not a network of the kind of {MODEL_NAME}, a PyanNet of pyannote.audio that hears "
            "several voices at once. Bring the file pytorch_model.bin of pyannote/segmentation-3.0."
        ) from None
    return network.eval(), mapping


def _runs(is_on: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(is_on.astype(np.int8), prepend=0, append=0))
    return [(int(first), int(last)) for first, last in zip(edges[::2], edges[1::2], strict=True)]


def label(voice: int) -> str:
    return f"S{voice + 1}"


def shares(local: LocalVoices, path: np.ndarray, voice_count: int) -> np.ndarray:
    """How surely each voice of the recording speaks, float32 (n, voice_count). `path`: each frame's voice, -1 for none.

    The voices of a stretch are matched with those that `path` has there.
    """
    from scipy.optimize import linear_sum_assignment

    length = local.activity.shape[1]
    sums, heard = np.zeros((len(path), voice_count), np.float32), np.zeros(len(path), np.float32)
    for number, activity in enumerate(local.activity):
        inside = slice(number * local.step, min(number * local.step + length, len(path)))
        own = activity[: inside.stop - inside.start].astype(np.float32)
        is_voice = path[inside, None] == np.arange(voice_count)
        shared = own.T @ is_voice.astype(np.float32)
        matched = np.zeros((len(own), voice_count), np.float32)
        ours, theirs = linear_sum_assignment(-shared)
        matched[:, theirs] = own[:, ours]
        for other in set(range(own.shape[1])) - set(ours):  # more than there are voices: one of them, cut in two
            voice = int(shared[other].argmax())
            matched[:, voice] = np.maximum(matched[:, voice], own[:, other])
        sums[inside] += matched
        heard[inside] += 1
    return np.asarray(sums / np.maximum(heard, 1)[:, None])


def with_heard(path: np.ndarray, local: LocalVoices, spoken: np.ndarray) -> np.ndarray:
    """`path` with the speech that voice activity passed over; what is shorter than a tenth of a second is left out.

    `spoken` is what `shares` gives.
    """
    found = path.copy()
    for first, last in _runs(local.is_speech & (path < 0)):
        if last - first >= _SHORTEST_FRAMES:
            found[first:last] = spoken[first:last].sum(axis=0).argmax()
    return found


def overlaps(spoken: np.ndarray, duration_ms: int) -> tuple[Overlap, ...]:
    """Stretches in which the same voices speak at once, by their `shares`; what is shorter than that is left out."""
    speaks = spoken > _OVERLAP
    changes = 1 + np.flatnonzero(np.any(speaks[1:] != speaks[:-1], axis=1))
    found: list[Overlap] = []
    for first, last in pairwise((0, *(int(change) for change in changes), len(speaks))):
        voices = tuple(label(int(voice)) for voice in np.flatnonzero(speaks[first]))
        end_ms = min(last * FRAME_MS, duration_ms)
        if len(voices) > 1 and end_ms - first * FRAME_MS >= _SHORTEST_FRAMES * FRAME_MS:
            found.append(Overlap(first * FRAME_MS, end_ms, voices))
    return tuple(found)
