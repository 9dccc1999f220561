"""Files from the inbox become interviews: copied, hashed, verified; the original stays where it is."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydantic import TypeAdapter, ValidationError

from colloquy.domain.interview import Interview, SourceKind
from colloquy.errors import StoreError
from colloquy.store.codes import codes_in, free_id
from colloquy.store.files import BINARY, PRIVATE_FILE, disk_full, is_disk_full, make_private_folder, write_whole
from colloquy.store.folders import StudyFolder
from colloquy.store.results import to_json
from colloquy.store.roster import read_participants

RECORDING_SUFFIXES = frozenset(
    f".{ending}"
    for ending in (
        *("wav", "mp3", "m4a", "m4b", "mp4", "flac", "ogg", "oga", "opus", "aac", "wma", "amr", "aiff", "aif"),
        *("mov", "mkv", "webm", "3gp", "mpga", "mpeg"),
    )
)
TRANSCRIPT_SUFFIXES = frozenset((".vtt", ".srt"))
DOCUMENT_SUFFIXES = frozenset((".docx", ".doc", ".txt", ".md"))
IGNORED = re.compile(
    r"^[.~_]|\.(?:part|tmp|crdownload|download)$|^(?:desktop\.ini|thumbs\.db|README\.txt)$", re.IGNORECASE
)

CHUNK = 1 << 20

_INTERVIEWS: TypeAdapter[tuple[Interview, ...]] = TypeAdapter(tuple[Interview, ...])
# SHA-256 by path, size and time of change: a run looks into the inbox before it takes in, and recordings are long.
_digests: dict[tuple[str, int, int], str] = {}


class _UnavailableError(Exception):
    """A file of the inbox cannot be read now, or changes while it is copied."""


@dataclass(frozen=True, slots=True)
class Intake:
    """All interviews of the study, and how many files no stage can read or nobody could open now."""

    interviews: tuple[Interview, ...]
    new_count: int
    unreadable_count: int
    unavailable_count: int


def copy_in(source: Path, folder: StudyFolder) -> int:
    """Copy what a folder holds into the study's inbox, folders within it as well; gives the number of files.

    What lies in the inbox under the same name stays as it is; another file of that name gets a number. Raises
    StoreError, after all others are copied, when files could not be read.
    """
    copied = 0
    paths, unavailable = _listing(source)
    for path in paths:
        try:
            copied += _copy_beside(path, folder.inbox / path.relative_to(source))
        except _UnavailableError:
            unavailable += 1
    if unavailable:
        raise StoreError(
            f"{folder.study_id}: {unavailable} file(s) or folder(s) could not be read, or are still being written; "
            f"{copied} were copied into the inbox. Look at their rights, wait until they are whole, and run again."
        )
    return copied


def _copy_beside(path: Path, wanted: Path) -> bool:
    digest = _content(path)
    later = (wanted.with_stem(f"{wanted.stem} ({n})") for n in range(2, 10_000))
    target = wanted
    while target.exists():
        if _content(target) == digest:
            return False
        target = next(later)
    _copy_verified(path, target, digest)
    return True


@dataclass(frozen=True, slots=True)
class Waiting:
    """What lies in the inbox and has not been taken in."""

    new_count: int
    has_recording: bool
    unreadable_count: int
    unavailable_count: int


def look(folder: StudyFolder) -> Waiting:
    """Look into the inbox without taking anything in; files are told apart by content."""
    digests = {interview.sha256 for interview in read_interviews(folder)}
    paths, unavailable = _listing(folder.inbox)
    new: list[SourceKind] = []
    unreadable = 0
    for path in paths:
        kind = _kind(path.suffix.lower())
        if kind is None:
            unreadable += 1
            continue
        try:
            if _content(path) not in digests:
                new.append(kind)
        except _UnavailableError:
            unavailable += 1
    return Waiting(len(new), SourceKind.RECORDING in new, unreadable, unavailable)


def admit(folder: StudyFolder, pattern: str) -> Intake:
    """Take every new file of the inbox in; the same content is taken once, whatever its name.

    A file that cannot be read, or whose copy differs because it is still being written, is counted and left for the
    next run. Raises StoreError when the disk is full, or a list of the study is damaged.
    """
    known = list(read_interviews(folder))
    listed = frozenset(person.participant_id.upper() for person in read_participants(folder))
    digests = {interview.sha256 for interview in known}
    before = len(known)
    unreadable = 0
    paths, unavailable = _listing(folder.inbox)
    for path in paths:
        kind = _kind(path.suffix.lower())
        if kind is None:
            unreadable += 1
            continue
        try:
            digest = _content(path)
            if digest in digests:
                continue
            codes, part = codes_in(path.stem, pattern, listed)
            interview_id = free_id(codes, part, {interview.interview_id for interview in known})
            suffix = path.suffix.lower()
            interview = Interview(folder.study_id, interview_id, kind, digest, suffix, codes, path.name)
            _copy_verified(path, source_path(folder, interview), digest)
        except _UnavailableError:
            unavailable += 1
            continue
        known.append(interview)
        digests.add(digest)
        write_whole(_list_path(folder), to_json(tuple(known)))
    return Intake(tuple(known), len(known) - before, unreadable, unavailable)


def read_interviews(folder: StudyFolder) -> tuple[Interview, ...]:
    """Empty where nothing was taken in. Raises StoreError when the list is damaged."""
    path = _list_path(folder)
    try:
        return _INTERVIEWS.validate_json(path.read_bytes()) if path.is_file() else ()
    except ValidationError:
        raise StoreError(
            f"{folder.study_id}: the list of its interviews is damaged. Restore {path.name} from a backup; do not "
            "delete it, or interviews get new ids."
        ) from None


def source_path(folder: StudyFolder, interview: Interview) -> Path:
    """Where the copy of the dropped file lies, under the interview's id."""
    return folder.stage("sources") / f"{interview.interview_id}{interview.suffix}"


def verified_source(folder: StudyFolder, interview: Interview) -> Path:
    """`source_path`, once its content is what was taken in; a damaged copy is made anew from the inbox.

    Raises StoreError when the same content is not in the inbox any more.
    """
    copy = source_path(folder, interview)
    if _is_whole(copy, interview.sha256):
        return copy
    for path in _listing(folder.inbox)[0]:
        try:
            if _content(path) == interview.sha256:
                _copy_verified(path, copy, interview.sha256)
                return copy
        except _UnavailableError:
            continue
    raise StoreError(
        f"{interview.interview_id}: the copy of its file is damaged or missing, and the inbox does not hold that file "
        "as it was. Drop the file into the inbox again, then run the study again."
    )


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_whole(copy: Path, digest: str) -> bool:
    try:
        return digest_of(copy) == digest
    except OSError:
        return False


def _content(path: Path) -> str:
    """SHA-256 of a file of the inbox, hashed once while it does not change."""
    try:
        stat = path.stat()
        key = (str(path), stat.st_size, stat.st_mtime_ns)
        if key not in _digests:
            _digests[key] = digest_of(path)
    except OSError:
        raise _UnavailableError from None
    return _digests[key]


def _forget(path: Path) -> None:
    for key in [key for key in list(_digests) if key[0] == str(path)]:
        _digests.pop(key, None)


def _list_path(folder: StudyFolder) -> Path:
    return folder.identifiable / "interviews.json"


def _listing(inbox: Path) -> tuple[list[Path], int]:
    """The files that may be sources, sorted, and how many files and folders cannot be looked at."""
    closed: list[OSError] = []
    found: list[Path] = []
    for where, folders, names in os.walk(inbox, onerror=closed.append) if inbox.is_dir() else ():
        folders[:] = [name for name in folders if not IGNORED.search(name)]
        for name in names:
            path = Path(where, name)
            try:
                if not IGNORED.search(name) and path.is_file():
                    found.append(path)
            except OSError as error:
                closed.append(error)
    return sorted(found), len(closed)


def _kind(suffix: str) -> SourceKind | None:
    if suffix in RECORDING_SUFFIXES:
        return SourceKind.RECORDING
    if suffix in TRANSCRIPT_SUFFIXES:
        return SourceKind.TRANSCRIPT
    return SourceKind.DOCUMENT if suffix in DOCUMENT_SUFFIXES else None


def _copy_verified(original: Path, copy: Path, digest: str) -> None:
    """Raises StoreError when the disk is full."""
    temporary = copy.with_name(f".{copy.name}.part")
    try:
        make_private_folder(copy.parent)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | BINARY, PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as target:
            for chunk in _chunks(original):
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        if digest_of(temporary) != digest:
            _forget(original)
            raise _UnavailableError
        temporary.replace(copy)
    except OSError as error:
        if is_disk_full(error):
            raise disk_full() from None
        raise
    finally:
        temporary.unlink(missing_ok=True)


def _chunks(original: Path) -> Iterator[bytes]:
    try:
        file: BinaryIO
        with original.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except OSError:
        raise _UnavailableError from None
