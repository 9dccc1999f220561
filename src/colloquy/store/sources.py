"""Where the copies of an interview's files lie, whole or made whole again from the inbox."""

from __future__ import annotations

import hashlib
from pathlib import Path

from colloquy.domain.interview import Interview, SourceFile
from colloquy.errors import StoreError
from colloquy.store.files import may_pass
from colloquy.store.folders import StudyFolder
from colloquy.store.inbox_copies import copy_verified
from colloquy.store.inbox_files import TAKEN, list_files
from colloquy.store.sightings import UnavailableError, digest_of

DIGEST_LETTERS = 12


def source_path(folder: StudyFolder, interview: Interview, file: SourceFile | None = None) -> Path:
    """Where the copy of a dropped file lies, under the interview's id; without `file`, of its first.

    One of several is told by its content: its number may change when a file between them arrives later. So is one that
    took another's place, which stays where it lies.
    """
    file = file or interview.own_files[0]
    alike = (other for other in interview.files if not other.number and other.suffix == file.suffix)
    is_first = not file.number and next(alike, file).sha256 == file.sha256
    mark = "" if is_first else f".{file.sha256[:DIGEST_LETTERS]}"
    return folder.stage("sources") / f"{interview.interview_id}{mark}{file.suffix}"


def verified_sources(folder: StudyFolder, interview: Interview) -> tuple[Path, ...]:
    """The copies of `own_files`, in order. Raises StoreError, as `verified_source`."""
    return tuple(verified_source(folder, interview, file) for file in interview.own_files)


def verified_source(folder: StudyFolder, interview: Interview, file: SourceFile | None = None) -> Path:
    """`source_path`, once its content is what was taken in; a damaged copy is made anew from the inbox.

    Raises StoreError when the same content is not in the inbox any more.
    """
    file = file or interview.own_files[0]
    copy = source_path(folder, interview, file)
    if _is_whole(copy, file.sha256):
        return copy
    for path in (*list_files(folder.inbox)[0], *list_files(folder.inbox / TAKEN)[0]):
        try:
            if digest_of(path) == file.sha256:
                copy_verified(path, copy, file.sha256)
                return copy
        except UnavailableError:
            continue
    raise StoreError(
        f"{interview.interview_id}: the copy of its file is damaged or missing, and the inbox does not hold that file "
        "as it was. Drop the file into the inbox again, then run the study again."
    )


def _is_whole(copy: Path, digest: str) -> bool:
    """Raises OSError where the share does not answer: what it holds may be whole all the same."""
    try:
        with copy.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == digest
    except OSError as error:
        if may_pass(error):
            raise
        return False
