"""What people decided of who is who: one file an interview, apart from every result of the machine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from colloquy.domain.interview import State
from colloquy.domain.record import InterviewState
from colloquy.domain.speaker_decision import SpeakerDecision
from colloquy.errors import StoreError, StudyError
from colloquy.store.files import write_whole
from colloquy.store.folders import StudyFolder
from colloquy.store.ledger import read_state, save_state
from colloquy.store.remembered_voices import forget_voices
from colloquy.store.results import to_json

FOLDER = "speakers"
_DECISION: TypeAdapter[SpeakerDecision] = TypeAdapter(SpeakerDecision)


def read_decision(folder: StudyFolder, interview_id: str) -> SpeakerDecision | None:
    """None where nobody decided. Raises StoreError when the file is damaged."""
    try:
        return _DECISION.validate_json(_path(folder, interview_id).read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError:
        raise StoreError(
            f"{interview_id}: what was decided of who is who is damaged. Take it back with colloquy speakers "
            f"{folder.study_id} {interview_id} --forget, run the study, and decide again."
        ) from None


def save_decision(folder: StudyFolder, decision: SpeakerDecision) -> None:
    """The interview's next run goes by it; until then the interview is not published."""
    _begin_again(folder, decision.interview_id, "Who is who was decided; the next run applies it")
    write_whole(_path(folder, decision.interview_id), to_json(decision))


def forget_decision(folder: StudyFolder, interview_id: str) -> None:
    """As `save_decision`, back to the machine's guess. Raises StudyError where nobody had decided."""
    path = _path(folder, interview_id)
    if not path.is_file():
        raise StudyError(f"{interview_id}: nobody has decided who is who in it.")
    _begin_again(folder, interview_id, "What was decided of who is who is forgotten; the next run guesses again")
    path.unlink()


def _begin_again(folder: StudyFolder, interview_id: str, reason: str) -> None:
    """What was made of the earlier answer goes into no further version, even if this interview's turn comes later.

    Nor does the voice that was the interviewer's by that answer teach other interviews.
    """
    forget_voices(folder, interview_id)
    known = read_state(folder, interview_id) or InterviewState(interview_id, State.NEW)
    told = f"{reason}: colloquy run {folder.study_id}"
    save_state(folder, replace(known, state=State.RUNS_NEXT, stage="", reason=told, verdict="", error=""))


def _path(folder: StudyFolder, interview_id: str) -> Path:
    return folder.stage(FOLDER) / f"{interview_id}.json"
