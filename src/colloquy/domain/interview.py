"""One interview of a study and the file it came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class SourceKind(StrEnum):
    RECORDING = "recording"
    TRANSCRIPT = "transcript"
    DOCUMENT = "document"


class State(StrEnum):
    """Where an interview stands."""

    NEW = "new"
    RUNNING = "running"
    DONE = "done"
    WAITS = "waits for a person"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Interview:
    """A source that was taken in. `sha256` is of the file's content; `original_name` is identifiable.

    `participant_ids` are the codes given in the file's name or the manifest, in order; empty where unknown.
    """

    study_id: str
    interview_id: str
    kind: SourceKind
    sha256: str
    suffix: str
    participant_ids: tuple[str, ...]
    original_name: str = field(repr=False)
