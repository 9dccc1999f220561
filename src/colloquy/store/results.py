"""Results of the stages as JSON files, and sound as NumPy files; all identifiable, all private."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from colloquy.domain.audio import AudioQuality, AudioSamples, PreparedAudio, Region
from colloquy.errors import StoreError
from colloquy.store.files import write_whole
from colloquy.store.folders import StudyFolder
from colloquy.store.sound_files import open_stored, stored_pieces

Noun = TypeVar("Noun")


_adapters: dict[Any, TypeAdapter[Any]] = {}


def _adapter(noun: Any) -> TypeAdapter[Any]:
    """Made once a type: making one costs more than using it."""
    if noun not in _adapters:
        _adapters[noun] = TypeAdapter(noun)
    return _adapters[noun]


def to_json(value: object) -> bytes:
    return _adapter(type(value)).dump_json(value, indent=1) + b"\n"


def save_result(folder: StudyFolder, stage: str, interview_id: str, value: object) -> str:
    """Write one stage's result whole; gives its SHA-256."""
    content = to_json(value)
    write_whole(result_path(folder, stage, interview_id), content)
    return hashlib.sha256(content).hexdigest()


def load_result(folder: StudyFolder, stage: str, interview_id: str, noun: type[Noun]) -> Noun:
    """Raises StoreError when the file is missing or damaged."""
    path = result_path(folder, stage, interview_id)
    try:
        value: Noun = _adapter(noun).validate_json(path.read_bytes())
    except FileNotFoundError:
        raise StoreError(f"{interview_id}: the result of {stage} is missing. Run the study again.") from None
    except ValidationError:
        raise StoreError(
            f"{interview_id}: the result of {stage} is damaged. Delete it and run the study again."
        ) from None
    return value


def result_path(folder: StudyFolder, stage: str, interview_id: str) -> Path:
    return folder.stage(stage) / f"{interview_id}.json"


def audio_path(folder: StudyFolder, interview_id: str) -> Path:
    return folder.stage("prepare") / f"{interview_id}.npy"


def save_prepared(folder: StudyFolder, interview_id: str, prepared: PreparedAudio) -> str:
    """Sound as 16-bit samples beside its figures; gives the SHA-256 of both together."""
    digest = hashlib.sha256()

    def hashed() -> Iterator[bytes]:
        for piece in stored_pieces(prepared.audio.samples):
            digest.update(piece)
            yield piece

    write_whole(audio_path(folder, interview_id), hashed())
    figures = {
        "rate_hz": prepared.audio.rate_hz,
        "kept_channels": prepared.audio.channel_count,
        "quality": asdict(prepared.quality),
        "speech": [[region.start_ms, region.end_ms] for region in prepared.speech],
        "sound_sha256": digest.hexdigest(),
    }
    content = json.dumps(figures, indent=1).encode() + b"\n"
    write_whole(result_path(folder, "prepare", interview_id), content)
    return hashlib.sha256(content).hexdigest()


def load_figures(folder: StudyFolder, interview_id: str) -> tuple[AudioQuality, tuple[Region, ...]]:
    """Quality and speech regions without the sound."""
    figures = _figures(folder, interview_id)
    return AudioQuality(**figures["quality"]), tuple(Region(*pair) for pair in figures["speech"])


def kept_channels(folder: StudyFolder, interview_id: str) -> int:
    """Channels that `prepare` kept; 0 where it has not run."""
    return (
        int(_figures(folder, interview_id)["kept_channels"])
        if result_path(folder, "prepare", interview_id).is_file()
        else 0
    )


def load_prepared(folder: StudyFolder, interview_id: str) -> PreparedAudio:
    """The sound stays in its file and is read piece by piece.

    Raises StoreError when it is missing or is not what was saved.
    """
    figures = _figures(folder, interview_id)
    quality, speech = load_figures(folder, interview_id)
    path = audio_path(folder, interview_id)
    if not path.is_file():
        raise StoreError(f"{interview_id}: the prepared sound is missing. Run the study again.")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != figures["sound_sha256"]:
        raise StoreError(f"{interview_id}: the prepared sound is damaged. Delete it and run the study again.")
    return PreparedAudio(AudioSamples(open_stored(path), figures["rate_hz"]), quality, speech)


def _figures(folder: StudyFolder, interview_id: str) -> Any:
    path = result_path(folder, "prepare", interview_id)
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise StoreError(f"{interview_id}: the result of prepare is missing. Run the study again.") from None
    except ValueError:
        raise StoreError(
            f"{interview_id}: the result of prepare is damaged. Delete it and run the study again."
        ) from None
