"""Interviews that a person leaves out: they keep their ids and files, and nothing is made of them."""

from __future__ import annotations

from dataclasses import replace

from colloquy.domain.interview import State, interview_order
from colloquy.domain.record import InterviewState
from colloquy.errors import StudyError
from colloquy.store.folders import StudyFolder
from colloquy.store.interviews import read_interviews, save_interviews
from colloquy.store.ledger import read_state, save_state

REASON = "A person left it out. To take it up again: colloquy set-aside {study} {name} --undo"


def put_aside(folder: StudyFolder, interview_id: str) -> None:
    """Raises StudyError where there is no such interview, or it is set aside already."""
    _mark(folder, interview_id, is_set_aside=True)
    known = read_state(folder, interview_id) or InterviewState(interview_id, State.NEW)
    reason = REASON.format(study=folder.study_id, name=interview_id)
    save_state(folder, replace(known, state=State.SET_ASIDE, stage="", reason=reason, verdict="", error=""))


def take_up(folder: StudyFolder, interview_id: str) -> None:
    """The opposite; its stages go on where they were. Raises StudyError as `put_aside`."""
    _mark(folder, interview_id, is_set_aside=False)
    save_state(folder, InterviewState(interview_id, State.NEW))


def _mark(folder: StudyFolder, interview_id: str, *, is_set_aside: bool) -> None:
    interviews = read_interviews(folder)
    found = next((one for one in interviews if one.interview_id == interview_id), None)
    if found is None:
        ids = sorted((one.interview_id for one in interviews), key=interview_order)
        raise StudyError(
            f"{folder.study_id}: there is no interview {interview_id}; known: {', '.join(ids) or 'none'}. Take the id "
            "from `colloquy status`."
        )
    if found.is_set_aside is is_set_aside:
        raise StudyError(f"{interview_id}: it is {'set aside already' if is_set_aside else 'not set aside'}.")
    marked = replace(found, is_set_aside=is_set_aside)
    save_interviews(folder, [marked if one is found else one for one in interviews])
