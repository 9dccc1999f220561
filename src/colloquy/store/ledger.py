"""Which work is finished, by content: a stage is current when nothing that could change its result has changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from colloquy.domain.interview import interview_order
from colloquy.domain.record import InterviewState, StageRecord
from colloquy.errors import StoreError
from colloquy.store.files import write_whole
from colloquy.store.folders import StudyFolder
from colloquy.store.results import audio_path, result_path, to_json

_RECORD: TypeAdapter[StageRecord] = TypeAdapter(StageRecord)
_STATE: TypeAdapter[InterviewState] = TypeAdapter(InterviewState)


def fingerprint(*parts: object) -> str:
    """SHA-256 over texts, numbers, dataclasses and settings sections, in order."""
    plain = [_plain(part) for part in parts]
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _plain(part: object) -> Any:
    if isinstance(part, BaseModel):
        return part.model_dump(mode="json")
    if is_dataclass(part) and not isinstance(part, type):
        return asdict(part)
    if isinstance(part, (tuple, list)):
        return [_plain(item) for item in part]
    return part


def save_record(folder: StudyFolder, record: StageRecord) -> None:
    write_whole(_record_path(folder, record.stage, record.interview_id), to_json(record))


def forget(folder: StudyFolder, stage: str, interview_id: str) -> None:
    """The stage counts as never done; its result stays until the next one replaces it."""
    _record_path(folder, stage, interview_id).unlink(missing_ok=True)


def read_record(folder: StudyFolder, stage: str, interview_id: str) -> StageRecord | None:
    try:
        return _RECORD.validate_json(_record_path(folder, stage, interview_id).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def current_digest(folder: StudyFolder, stage: str, interview_id: str, wanted: str) -> str | None:
    """The result's SHA-256 when the stage is finished for this fingerprint and its file is unharmed, else None."""
    record = read_record(folder, stage, interview_id)
    path = result_path(folder, stage, interview_id)
    if record is None or record.fingerprint != wanted or not path.is_file():
        return None
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != record.result_sha256:
        return None
    if stage == "prepare" and not _is_sound_whole(audio_path(folder, interview_id), content):
        return None
    return record.result_sha256


def _is_sound_whole(path: Path, figures: bytes) -> bool:
    """The sound is what its figures were saved with."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return bool(json.loads(figures).get("sound_sha256") == digest)


def save_state(folder: StudyFolder, state: InterviewState) -> None:
    write_whole(folder.stage("state") / f"{state.interview_id}.json", to_json(state))


def read_state(folder: StudyFolder, interview_id: str) -> InterviewState | None:
    """None where the interview has none yet. Raises StoreError when it is damaged."""
    path = folder.stage("state") / f"{interview_id}.json"
    return _state(path) if path.is_file() else None


def read_states(folder: StudyFolder) -> tuple[InterviewState, ...]:
    """Every interview's state, in the order of their ids. Raises StoreError when one is damaged."""
    paths = sorted(folder.stage("state").glob("*.json"), key=lambda path: interview_order(path.stem))
    return tuple(_state(path) for path in paths)


def _state(path: Path) -> InterviewState:
    try:
        return _STATE.validate_json(path.read_bytes())
    except ValidationError:
        raise StoreError(
            f"{path.stem}: the note of where this interview stands is damaged. Delete state/{path.name} in the "
            "study's identifiable folder, then run the study again."
        ) from None


def _record_path(folder: StudyFolder, stage: str, interview_id: str) -> Path:
    return folder.stage("ledger") / interview_id / f"{stage}.json"
