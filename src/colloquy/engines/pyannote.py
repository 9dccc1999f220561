"""Tells voices apart with pyannote.audio's trained pipeline, from a folder in the model store; nothing is fetched.

Source: H. Bredin, "pyannote.audio 2.1 speaker diarization pipeline", Interspeech 2023; the community-1 pipeline of
pyannote.audio 4 clusters with VBx (F. Landini et al., Computer Speech & Language 71, 2022).
"""

from __future__ import annotations

import hashlib
import os
import pickle
import warnings
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.diarisation import Diarisation, Overlap, SpeakerCount, Turn
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.model import shown_model
from colloquy.domain.samples import mixed, pieces
from colloquy.engines.devices import choose_device
from colloquy.engines.gpu_ladder import Ladder, free_memory, is_gpu_fault
from colloquy.engines.model_sources import check_pyannote_folder
from colloquy.errors import DiarisationError, ModelDamagedError, ModelMissingError
from colloquy.settings import DiarisationSettings

DEFAULT_MODEL = "pyannote-community-1"
# A stretch of speech as the pipeline gives it: start and end in seconds, and its label.
Stretch = tuple[float, float, str]


class PyannoteDiariser:
    """`Diariser` over `SpeakerDiarization`. The pipeline finds speech itself; `speech` is not used."""

    def __init__(self, settings: DiarisationSettings, models: Path) -> None:
        self._settings = settings
        self._model = settings.model or DEFAULT_MODEL
        self._models = models

    @cached_property
    def identity(self) -> EngineIdentity:
        """Without the device, which is looked for when the work begins. Raises ModelMissingError."""
        folder = self._folder
        digest = hashlib.sha256()
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".md"):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        name = folder.name
        return EngineIdentity("pyannote", version("pyannote.audio"), name, digest.hexdigest())

    def diarise(
        self,
        audio: AudioSamples,
        speech: tuple[Region, ...],  # noqa: ARG002  # see the class
        count: SpeakerCount,
    ) -> Diarisation:
        """A GPU that fails is stepped down from, as far as the settings allow.

        Raises ModelMissingError, ModelDamagedError, DiarisationError, DeviceUnavailableError, DeviceBusyError and
        DeviceFailedError.
        """
        import torch

        ladder = self._ladder()
        sound = {"waveform": torch.from_numpy(_in_memory(audio)), "sample_rate": audio.rate_hz}
        bounds = (
            {"num_speakers": count.minimum}
            if count.minimum == count.maximum
            else {"min_speakers": count.minimum, "max_speakers": count.maximum}
        )
        output = None
        while output is None:
            try:
                output = _run(self._pipeline, sound, bounds, ladder)
            except RuntimeError as error:
                if ladder.device == "cpu" or not is_gpu_fault(error):
                    raise _broken_off(ladder.device) from None
                ladder.step_down(error)
                if ladder.is_on_cpu:  # what lies on a GPU that failed cannot be moved
                    del self.__dict__["_pipeline"]
            except (ValueError, IndexError):
                raise _broken_off(ladder.device) from None
            free_memory(ladder.device)  # outside of `except`, which would keep what the failed try had allocated
        turns, spoken = _stretches(output.exclusive_speaker_diarization), _stretches(output.speaker_diarization)
        found = to_diarisation(turns, spoken, audio.duration_ms, replace(self.identity, device=ladder.device))
        return replace(found, fallbacks=tuple(f"Diarisation: {said}" for said in ladder.said))

    def _ladder(self) -> Ladder:
        settings = self._settings
        may_use_cpu = settings.on_gpu_failure == "cpu"
        return Ladder(choose_device(settings.device), settings.batch_size, may_use_cpu, "diarisation")

    @cached_property
    def _folder(self) -> Path:
        for folder in (self._models / self._model, Path(self._model).expanduser()):
            if folder.is_dir():
                check_pyannote_folder(folder)
                return folder
        raise ModelMissingError(
            f"diarisation.model: {shown_model(self._model)} is not in the model store and no folder. "
            f"Run colloquy models fetch {DEFAULT_MODEL}, or set "
            'diarisation.engine = "embedded", which needs no model.'
        )

    @cached_property
    def _pipeline(self) -> Any:
        folder = self._folder
        library = pyannote_audio()
        import yaml

        damaged = (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, ImportError, EOFError)
        try:
            pipeline = library.Pipeline.from_pretrained(folder)
        except (*damaged, pickle.UnpicklingError, yaml.YAMLError):
            pipeline = None
        if pipeline is None:
            raise ModelDamagedError(
                f"diarisation.model: {shown_model(self._model)} does not open as a pipeline of pyannote.audio "
                f"{version('pyannote.audio')}. Delete its folder and run colloquy models fetch {DEFAULT_MODEL}."
            )
        return pipeline


def _run(pipeline: Any, sound: dict[str, Any], bounds: dict[str, int], ladder: Ladder) -> Any:
    """The pipeline's output. Raises the library's own errors."""
    import torch

    pipeline.to(torch.device(ladder.device))
    pipeline.segmentation_batch_size = pipeline.embedding_batch_size = ladder.size
    with warnings.catch_warnings():
        # A voice heard in a single frame of a window has no spread; the pipeline leaves such windows out.
        warnings.filterwarnings("ignore", r"std\(\): degrees of freedom", UserWarning)
        return pipeline(sound, **bounds)


def _broken_off(device: str) -> DiarisationError:
    return DiarisationError(
        f"diarisation.engine pyannote: the pipeline broke off on {device}, expected turns. Where memory is short set "
        'diarisation.batch_size lower; else set diarisation.engine = "embedded".'
    )


def _in_memory(audio: AudioSamples) -> np.ndarray:
    """Mean of the channels, (1, n): the pipeline takes the whole recording at once, 230 MB an hour."""
    sound, first = np.empty((1, audio.sample_count), np.float32), 0
    for piece in pieces(mixed(audio.samples)):
        sound[:, first : first + piece.shape[1]] = piece
        first += piece.shape[1]
    return sound


def pyannote_audio() -> Any:
    """The library, which reports nothing to anybody."""
    # Else the library reports the length of every recording and the speaker counts to its makers.
    os.environ["PYANNOTE_METRICS_ENABLED"] = "0"
    with warnings.catch_warnings():
        # Sound is handed over in memory, so that torchcodec is not needed.
        warnings.filterwarnings("ignore", r"\s*torchcodec is not installed correctly", UserWarning)
        import pyannote.audio
    return pyannote.audio


def _stretches(annotation: Any) -> list[Stretch]:
    return [(segment.start, segment.end, str(label)) for segment, _, label in annotation.itertracks(yield_label=True)]


def to_diarisation(
    exclusive: Iterable[Stretch], spoken: Iterable[Stretch], duration_ms: int, engine: EngineIdentity
) -> Diarisation:
    """Turns from `exclusive` (no two at a time), overlaps where `spoken` has several; cut to the recording."""
    labels: dict[str, str] = {}
    turns: list[Turn] = []
    for start_ms, end_ms, name in sorted(_whole_ms(exclusive, duration_ms)):
        start_ms = max(start_ms, turns[-1].end_ms) if turns else start_ms
        if end_ms > start_ms:
            turns.append(Turn(start_ms, end_ms, labels.setdefault(name, f"S{len(labels) + 1}")))
    # A voice that never holds a turn has no words either, so that it is no speaker.
    known = [(start, end, labels[name]) for start, end, name in _whole_ms(spoken, duration_ms) if name in labels]
    return Diarisation(tuple(turns), _overlaps(known), engine)


def _whole_ms(stretches: Iterable[Stretch], duration_ms: int) -> list[tuple[int, int, str]]:
    within = [
        (max(0, round(1000 * start)), min(round(1000 * end), duration_ms), name) for start, end, name in stretches
    ]
    return [(start_ms, end_ms, name) for start_ms, end_ms, name in within if end_ms > start_ms]


def _overlaps(spoken: list[tuple[int, int, str]]) -> tuple[Overlap, ...]:
    edges = sorted({edge for start_ms, end_ms, _ in spoken for edge in (start_ms, end_ms)})
    found: list[Overlap] = []
    for start_ms, end_ms in pairwise(edges):
        voices = tuple(
            sorted({name for first, last, name in spoken if first < end_ms and last > start_ms}, key=_number)
        )
        if len(voices) < 2:
            continue
        if found and found[-1].end_ms == start_ms and found[-1].speakers == voices:
            found[-1] = Overlap(found[-1].start_ms, end_ms, voices)
        else:
            found.append(Overlap(start_ms, end_ms, voices))
    return tuple(found)


def _number(label: str) -> int:
    return int(label[1:])


def make(settings: DiarisationSettings, models: Path) -> PyannoteDiariser:
    return PyannoteDiariser(settings, models)
