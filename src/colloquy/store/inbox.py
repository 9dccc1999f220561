"""Files from the inbox become interviews: copied, hashed and verified; then the original goes to `_taken`, or stays."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from colloquy.domain.interview import Interview, SourceKind
from colloquy.errors import StoreError
from colloquy.settings import InboxSettings
from colloquy.store.codes import Place, Unplaced, free_id, place
from colloquy.store.files import make_private_folder
from colloquy.store.folders import StudyFolder
from colloquy.store.inbox_copies import copy_verified
from colloquy.store.inbox_files import TAKEN, kind_of, list_files
from colloquy.store.inbox_notes import note_path, sweep_notes, write_note
from colloquy.store.interviews import read_interviews, save_interviews
from colloquy.store.roster import read_participants
from colloquy.store.sightings import Sightings, UnavailableError, digest_of

WRONG_KIND = (
    "Colloquy reads recordings (wav, mp3, m4a, mp4 and the like), transcripts (vtt, srt) and documents (docx, txt, "
    "md). This file is none of these and was left alone. If it is a recording, export it in one of these formats; else "
    "move it out of the inbox."
)
KNOWN = "This file was taken before, under another name: it is interview {name}. Nothing more will be done with it."


class Standing(Enum):
    """Where a file of the inbox stands."""

    SETTLING = "it changed a moment ago, or was never seen before"
    UNAVAILABLE = "it cannot be read now"
    WRONG_KIND = "no stage reads it"
    KNOWN = "its content was taken before"
    UNPLACED = "nobody knows whose it is"
    NEW = "it can be taken"


NOWHERE = Place((), None)


@dataclass(frozen=True, slots=True)
class Found:
    """One file of the inbox. `advice` is why it is held and what to do."""

    path: Path = field(repr=False)
    standing: Standing
    kind: SourceKind | None = None
    digest: str = ""
    place: Place = NOWHERE
    advice: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Survey:
    """What lies in the inbox. `closed_count` is what could not even be listed."""

    files: tuple[Found, ...]
    closed_count: int

    def count(self, *standings: Standing) -> int:
        return sum(found.standing in standings for found in self.files)

    @property
    def new_count(self) -> int:
        return self.count(Standing.NEW)

    @property
    def has_recording(self) -> bool:
        return any(found.standing is Standing.NEW and found.kind is SourceKind.RECORDING for found in self.files)

    @property
    def settling_count(self) -> int:
        return self.count(Standing.SETTLING)

    @property
    def held_count(self) -> int:
        """Files that wait for a person."""
        return self.count(Standing.UNPLACED)

    @property
    def wrong_kind_count(self) -> int:
        return self.count(Standing.WRONG_KIND)

    @property
    def unavailable_count(self) -> int:
        return self.count(Standing.UNAVAILABLE) + self.closed_count


@dataclass(frozen=True, slots=True)
class Intake:
    """All interviews of the study after taking in, what was found, and how many originals could not be moved."""

    interviews: tuple[Interview, ...]
    survey: Survey
    new_count: int
    unmoved_count: int


def copy_in(source: Path, folder: StudyFolder) -> int:
    """Copy what a folder holds into the study's inbox, folders within it as well; gives the number of files.

    What the study has taken before is not copied again. What lies in the inbox under the same name stays as it is;
    another file of that name gets a number. Raises StoreError, after all others are copied, when files could not be
    read.
    """
    copied = 0
    sightings = Sightings(folder)
    taken = {interview.sha256 for interview in read_interviews(folder)}
    paths, unavailable = list_files(source)
    for path in paths:
        try:
            digest = digest_of(path)
            target = None if digest in taken else _copy_beside(path, digest, folder.inbox / path.relative_to(source))
            if target is not None:
                sightings.vouch(target, time.time())
                copied += 1
        except UnavailableError:
            unavailable += 1
    sightings.save()
    if unavailable:
        raise StoreError(
            f"{folder.study_id}: {unavailable} file(s) or folder(s) could not be read, or are still being written; "
            f"{copied} were copied into the inbox. Look at their rights, wait until they are whole, and run again."
        )
    return copied


def _copy_beside(path: Path, digest: str, wanted: Path) -> Path | None:
    """The copy, or None where it lies there already."""
    target = _free_path(wanted, lambda other: digest_of(other) == digest)
    if target.exists():
        return None
    copy_verified(path, target, digest)
    return target


def _free_path(wanted: Path, is_same: Callable[[Path], bool]) -> Path:
    """`wanted`, else with a number, whichever is free or holds the same."""
    later = (wanted.with_stem(f"{wanted.stem} ({n})") for n in range(2, 10_000))
    target = wanted
    while target.exists() and not is_same(target):
        target = next(later)
    return target


def survey(
    folder: StudyFolder, pattern: str, settings: InboxSettings, *, now_s: Callable[[], float] = time.time
) -> Survey:
    """Look at the inbox and take nothing in; files are told apart by content. Raises StoreError for a damaged list."""
    sightings = Sightings(folder)
    try:
        return _survey(folder, pattern, settings, sightings, now_s)
    finally:
        sightings.save()


def _survey(
    folder: StudyFolder, pattern: str, settings: InboxSettings, sightings: Sightings, now_s: Callable[[], float]
) -> Survey:
    taken = {interview.sha256: interview.interview_id for interview in read_interviews(folder)}
    participants = read_participants(folder)
    paths, closed = list_files(folder.inbox)

    def stand(path: Path) -> Found:
        kind = kind_of(path)
        if kind is None:
            return Found(path, Standing.WRONG_KIND, advice=WRONG_KIND)
        try:
            if not sightings.is_settled(path, now_s(), settings.settle_s):
                return Found(path, Standing.SETTLING, kind)
            digest = sightings.digest(path, now_s())
        except UnavailableError:
            return Found(path, Standing.UNAVAILABLE, kind)
        if digest in taken:
            return Found(path, Standing.KNOWN, kind, digest, advice=KNOWN.format(name=taken[digest]))
        where = place(path.name, pattern, participants)
        if isinstance(where, Unplaced):
            return Found(path, Standing.UNPLACED, kind, digest, advice=where.advice)
        return Found(path, Standing.NEW, kind, digest, where)

    return Survey(tuple(map(stand, paths)), closed)


def admit(
    folder: StudyFolder, pattern: str, settings: InboxSettings, *, now_s: Callable[[], float] = time.time
) -> Intake:
    """Take in every file that is whole and whose interview is known; the same content is taken once.

    What is taken and verified is moved to `_taken`, unless the study lets it lie. Beside a file that waits for a person
    lies a note that says what to do. Raises StoreError when the disk is full, or a list of the study is damaged.
    """
    sightings = Sightings(folder)
    known = list(read_interviews(folder))
    before, unmoved = len(known), 0
    files: list[Found] = []
    try:
        found = _survey(folder, pattern, settings, sightings, now_s)
        for one in found.files:
            after = _take(folder, one, known, sightings)
            if settings.after_taking == "move" and _may_move(after, known):
                is_same = sightings.look(after.path, now_s()).sha256 == after.digest
                unmoved += not (is_same and _move(after.path, folder.inbox))
            files.append(after)
    finally:
        sightings.save()
    looked_at = Survey(tuple(files), found.closed_count)
    _leave_notes(folder.inbox, looked_at, settings)
    return Intake(tuple(known), looked_at, len(known) - before, unmoved)


def _take(folder: StudyFolder, one: Found, known: list[Interview], sightings: Sightings) -> Found:
    """The file as it stands afterwards; `known` grows."""
    taken = next((interview for interview in known if interview.sha256 == one.digest), None)
    if one.standing is not Standing.NEW or one.kind is None:
        return one
    if taken is not None:  # twice the same among the new ones
        return Found(one.path, Standing.KNOWN, one.kind, one.digest, advice=KNOWN.format(name=taken.interview_id))
    interview_id = free_id(one.place.codes, one.place.part, {interview.interview_id for interview in known})
    suffix = one.path.suffix.lower()
    codes = one.place.codes
    interview = Interview(folder.study_id, interview_id, one.kind, one.digest, suffix, codes, one.path.name)
    try:
        copy_verified(one.path, source_path(folder, interview), one.digest)
    except UnavailableError:
        sightings.forget(one.path)
        return Found(one.path, Standing.UNAVAILABLE, one.kind)
    known.append(interview)
    save_interviews(folder, known)
    return one


def _may_move(one: Found, known: list[Interview]) -> bool:
    """What was just taken, and what an interrupted run had taken but not moved."""
    if one.standing is Standing.KNOWN:
        return any(i.sha256 == one.digest and i.original_name == one.path.name for i in known)
    return one.standing is Standing.NEW


def _move(path: Path, inbox: Path) -> bool:
    """Into `_taken`, beside what lies there already. False where the share does not let us."""
    target = _free_path(inbox / TAKEN / path.relative_to(inbox), lambda _: False)
    try:
        make_private_folder(target.parent)
        path.rename(target)
    except OSError:
        return False
    return True


def _leave_notes(inbox: Path, looked_at: Survey, settings: InboxSettings) -> None:
    held = [one for one in looked_at.files if one.standing in (Standing.UNPLACED, Standing.WRONG_KIND)]
    if settings.after_taking == "move":
        held += [one for one in looked_at.files if one.standing is Standing.KNOWN and one.path.exists()]
    for one in held:
        write_note(one.path, one.advice)
    sweep_notes(inbox, {note_path(one.path) for one in held})


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
    for path in (*list_files(folder.inbox)[0], *list_files(folder.inbox / TAKEN)[0]):
        try:
            if digest_of(path) == interview.sha256:
                copy_verified(path, copy, interview.sha256)
                return copy
        except UnavailableError:
            continue
    raise StoreError(
        f"{interview.interview_id}: the copy of its file is damaged or missing, and the inbox does not hold that file "
        "as it was. Drop the file into the inbox again, then run the study again."
    )


def _is_whole(copy: Path, digest: str) -> bool:
    try:
        return digest_of(copy) == digest
    except UnavailableError:
        return False
