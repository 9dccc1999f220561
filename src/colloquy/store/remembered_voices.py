"""The interviewers' voices as the study remembers them: one private file an interview, below `identifiable/` alone."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from colloquy.domain.voice_print import VoiceNote
from colloquy.store.files import write_whole
from colloquy.store.folders import StudyFolder
from colloquy.store.results import to_json

FOLDER = "voices"
_NOTE: TypeAdapter[VoiceNote] = TypeAdapter(VoiceNote)


def read_voices(folder: StudyFolder, interview_id: str) -> VoiceNote | None:
    """None where nothing is remembered; a damaged note is nothing, since the next one replaces it."""
    try:
        return _NOTE.validate_json(_path(folder, interview_id).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def save_voices(folder: StudyFolder, note: VoiceNote) -> None:
    write_whole(_path(folder, note.interview_id), to_json(note))


def forget_voices(folder: StudyFolder, interview_id: str) -> None:
    _path(folder, interview_id).unlink(missing_ok=True)


def remembered(folder: StudyFolder) -> tuple[str, ...]:
    """Ids of the interviews of which there is a note, whether they still count or not."""
    return tuple(sorted(path.stem for path in folder.stage(FOLDER).glob("*.json")))


def forget_all_but(folder: StudyFolder, kept: Collection[str]) -> int:
    """Forget the voices of all other interviews; gives of how many."""
    gone = [name for name in remembered(folder) if name not in kept]
    for name in gone:
        forget_voices(folder, name)
    return len(gone)


def _path(folder: StudyFolder, interview_id: str) -> Path:
    return folder.stage(FOLDER) / f"{interview_id}.json"
