"""One interview of a study and the files it came from."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from enum import StrEnum


class SourceKind(StrEnum):
    RECORDING = "recording"
    TRANSCRIPT = "transcript"
    DOCUMENT = "document"


class FileRole(StrEnum):
    """What a file is to its interview."""

    PIECE = "piece"  # all of it, or a stretch of time
    VOICE = "voice"  # one speaker from beginning to end
    COMPANION = "companion"  # a transcript beside a recording: it gives its speakers' names and is not published
    SET_ASIDE = "set aside"  # another file took its place: it is kept, and nothing is made of it


class State(StrEnum):
    """Where an interview stands."""

    NEW = "new"
    RUNS_NEXT = "runs next"  # worked on before; a person has said something since that the next run applies
    RUNNING = "running"
    DONE = "done"
    WAITS = "waits for a person"
    FAILED = "failed"
    SET_ASIDE = "set aside"


def interview_order(interview_id: str) -> tuple[object, ...]:
    """Key that sorts ids as people count: P9, P10; P01, P01-2, P01-10, P02."""
    parts = [re.findall(r"([^0-9]*)([0-9]*)", part) for part in interview_id.split("-")]
    return tuple(tuple((text, int(digits or -1)) for text, digits in part) for part in parts), interview_id


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was taken in. `sha256` is of its content; `original_name` and `folder`, of the inbox, are
    identifiable.

    `number` orders the files of one role; 0 where the interview began with a single whole file.
    """

    sha256: str
    suffix: str
    original_name: str = field(repr=False)
    role: FileRole = FileRole.PIECE
    number: int = 0
    folder: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Interview:
    """A source that was taken in, of one file or several.

    `participant_ids` are the codes given in the file's name or the manifest, in order; empty where unknown. `occasion`
    is which of their interviews it is, where the name says so. Of one that `is_set_aside` by a person nothing is made.
    """

    study_id: str
    interview_id: str
    kind: SourceKind
    participant_ids: tuple[str, ...]
    files: tuple[SourceFile, ...]
    occasion: int | None = None
    is_set_aside: bool = False

    @property
    def own_files(self) -> tuple[SourceFile, ...]:
        """What is said, in order: all files but companions and those whose place another took."""
        own = (file for file in self.files if file.role not in (FileRole.COMPANION, FileRole.SET_ASIDE))
        return tuple(sorted(own, key=lambda file: file.number))

    @property
    def companions(self) -> tuple[SourceFile, ...]:
        return tuple(file for file in self.files if file.role is FileRole.COMPANION)

    @property
    def has_voices(self) -> bool:
        """Whether each file holds one speaker."""
        return any(file.role is FileRole.VOICE for file in self.files)

    @property
    def has_pieces(self) -> bool:
        """Whether the recording may have further pieces."""
        return any(file.role is FileRole.PIECE and file.number for file in self.files)

    @property
    def sha256(self) -> str:
        """Changes with the content, order and role of `own_files`; that of a single file is the file's own."""
        own = self.own_files
        if len(own) == 1:
            return own[0].sha256
        return hashlib.sha256("\n".join(f"{file.role} {file.sha256}" for file in own).encode()).hexdigest()

    @property
    def suffix(self) -> str:
        """Of the first file."""
        return self.own_files[0].suffix

    @property
    def original_name(self) -> str:
        """Of the first file; identifiable."""
        return self.own_files[0].original_name
