"""Files from the inbox become interviews: copied, hashed, verified; the original stays where it is."""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from colloquy.domain.interview import Interview, SourceKind
from colloquy.errors import StoreError
from colloquy.store.files import make_private_folder, write_whole
from colloquy.store.folders import StudyFolder
from colloquy.store.results import to_json

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

_INTERVIEWS: TypeAdapter[tuple[Interview, ...]] = TypeAdapter(tuple[Interview, ...])


@dataclass(frozen=True, slots=True)
class Intake:
    """All interviews of the study, and how many files no stage can read."""

    interviews: tuple[Interview, ...]
    new_count: int
    unreadable_count: int


def copy_in(source: Path, folder: StudyFolder) -> int:
    """Copy what a folder holds into the study's inbox, folders within it as well; gives the number of files.

    What lies in the inbox under the same name stays as it is; another file of that name gets a number.
    """
    copied = 0
    for path in _candidates(source):
        wanted = folder.inbox / path.relative_to(source)
        later = (wanted.with_stem(f"{wanted.stem} ({n})") for n in range(2, 10_000))
        target = wanted
        while target.exists() and digest_of(target) != digest_of(path):
            target = next(later)
        if not target.exists():
            _copy_verified(path, target, digest_of(path))
            copied += 1
    return copied


@dataclass(frozen=True, slots=True)
class Waiting:
    """What lies in the inbox and has not been taken in."""

    new_count: int
    has_recording: bool
    unreadable_count: int


def look(folder: StudyFolder) -> Waiting:
    """Look into the inbox without taking anything in; files are told apart by content."""
    digests = {interview.sha256 for interview in read_interviews(folder)}
    paths = _candidates(folder.inbox)
    kinds = {path: _kind(path.suffix.lower()) for path in paths}
    new = [path for path in paths if kinds[path] is not None and digest_of(path) not in digests]
    has_recording = any(kinds[path] is SourceKind.RECORDING for path in new)
    return Waiting(len(new), has_recording, sum(kind is None for kind in kinds.values()))


def admit(folder: StudyFolder, pattern: str) -> Intake:
    """Take every new file of the inbox in; the same content is taken once, whatever its name.

    Raises StoreError when a copy does not match its original.
    """
    known = list(read_interviews(folder))
    digests = {interview.sha256 for interview in known}
    new_count = unreadable_count = 0
    for path in _candidates(folder.inbox):
        kind = _kind(path.suffix.lower())
        if kind is None:
            unreadable_count += 1
            continue
        digest = digest_of(path)
        if digest in digests:
            continue
        interview = _place(folder, path, kind, digest, pattern, known)
        _copy_verified(path, source_path(folder, interview), digest)
        known.append(interview)
        digests.add(digest)
        new_count += 1
        write_whole(_list_path(folder), to_json(tuple(known)))
    return Intake(tuple(known), new_count, unreadable_count)


def read_interviews(folder: StudyFolder) -> tuple[Interview, ...]:
    path = _list_path(folder)
    return _INTERVIEWS.validate_json(path.read_bytes()) if path.is_file() else ()


def source_path(folder: StudyFolder, interview: Interview) -> Path:
    """Where the copy of the dropped file lies, under the interview's id."""
    return folder.stage("sources") / f"{interview.interview_id}{interview.suffix}"


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _list_path(folder: StudyFolder) -> Path:
    return folder.identifiable / "interviews.json"


def _candidates(inbox: Path) -> list[Path]:
    if not inbox.is_dir():
        return []
    found = [p for p in inbox.rglob("*") if p.is_file()]
    return sorted(p for p in found if not any(IGNORED.search(part) for part in p.relative_to(inbox).parts))


def _kind(suffix: str) -> SourceKind | None:
    if suffix in RECORDING_SUFFIXES:
        return SourceKind.RECORDING
    if suffix in TRANSCRIPT_SUFFIXES:
        return SourceKind.TRANSCRIPT
    return SourceKind.DOCUMENT if suffix in DOCUMENT_SUFFIXES else None


def _place(
    folder: StudyFolder, path: Path, kind: SourceKind, digest: str, pattern: str, known: list[Interview]
) -> Interview:
    taken = {interview.interview_id for interview in known}
    match = re.match(pattern, path.stem)
    codes = tuple(re.split(r"[ _+&-]+", match.group("participants").upper())) if match else ()
    part = match.groupdict().get("part") if match else None
    stem = "-".join(codes)
    if not codes:
        interview_id = next(f"R{n:02d}" for n in range(1, 10_000) if f"R{n:02d}" not in taken)
    else:
        wanted = f"{stem}-{int(part)}" if part else stem
        later = (f"{stem}-{n}" for n in range(2, 10_000))
        interview_id = wanted if wanted not in taken else next(name for name in later if name not in taken)
    return Interview(folder.study_id, interview_id, kind, digest, path.suffix.lower(), codes, path.name)


def _copy_verified(original: Path, copy: Path, digest: str) -> None:
    make_private_folder(copy.parent)
    temporary = copy.with_name(f".{copy.name}.part")
    shutil.copyfile(original, temporary)
    temporary.chmod(0o600)
    if digest_of(temporary) != digest:
        temporary.unlink()
        raise StoreError(
            "inbox: the copy of a file differs from the file; it is probably still being written. "
            "Wait until the copying has ended and run again."
        )
    temporary.replace(copy)
