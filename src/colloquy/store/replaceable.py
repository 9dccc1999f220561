"""Interviews whose file came to nothing: nothing of them was ever published, so another file may take its place."""

from __future__ import annotations

import json

from colloquy.domain.interview import Interview, State
from colloquy.errors import AudioSilentError, AudioUnreadableError, DocumentUnreadableError, StoreError
from colloquy.store.dataset import dataset_versions
from colloquy.store.folders import StudyFolder
from colloquy.store.ledger import read_record, read_state

FIRST_STAGES = ("prepare", "read_document")
# What the file is to blame for, or may be; a full disk or a lost share is not. Earlier versions did not note the error.
OF_THE_FILE = (
    "",
    "Unexpected",
    *(error.__name__ for error in (AudioSilentError, AudioUnreadableError, DocumentUnreadableError)),
)


def may_be_replaced(folder: StudyFolder, interview: Interview) -> bool:
    """Whether it failed for its own file, or a person set it aside, and it was never published."""
    if interview.is_set_aside:
        return not was_published(folder, interview.interview_id)
    try:
        state = read_state(folder, interview.interview_id)
    except StoreError:
        return False
    has_failed = state is not None and state.state is State.FAILED
    return (
        state is not None
        and has_failed
        and state.stage in FIRST_STAGES
        and state.error in OF_THE_FILE
        and read_record(folder, "check", interview.interview_id) is None
        and not was_published(folder, interview.interview_id)
    )


def was_published(folder: StudyFolder, interview_id: str) -> bool:
    """Whether it is done, or stands in any version of the dataset. In doubt it was."""
    try:
        state = read_state(folder, interview_id)
        if state is not None and state.state is State.DONE:
            return True
        versions = (folder.dataset / name / "provenance.json" for name in dataset_versions(folder))
        return any(interview_id in json.loads(path.read_bytes())["interviews"] for path in versions)
    except (StoreError, OSError, ValueError, KeyError, TypeError):
        return True
