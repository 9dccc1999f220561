"""Files from the inbox become interviews: copied, hashed and verified; then the original goes to `_taken`, or stays."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from colloquy.domain.interview import FileRole, Interview
from colloquy.errors import StoreError
from colloquy.settings import InboxSettings
from colloquy.store.codes import Unplaced, place
from colloquy.store.files import make_private_folder
from colloquy.store.folders import StudyFolder
from colloquy.store.inbox_copies import copy_verified
from colloquy.store.inbox_files import TAKEN, kind_of, list_files
from colloquy.store.inbox_folders import Naming, place_by_folders
from colloquy.store.inbox_found import BY_NAME, NOWHERE, Found, Insight, Standing, Survey
from colloquy.store.inbox_gather import Gathering
from colloquy.store.inbox_notes import note_path, sweep_notes, write_note
from colloquy.store.inbox_take import known_advice, take_group
from colloquy.store.interviews import read_interviews
from colloquy.store.roster import read_participants
from colloquy.store.sightings import Sightings, UnavailableError, digest_of

WRONG_KIND = (
    "Colloquy reads recordings (wav, mp3, m4a, mp4 and the like), transcripts (vtt, srt) and documents (docx, txt, "
    "md). This file is none of these and was left alone. If it is a recording, export it in one of these formats; else "
    "move it out of the inbox."
)
EMPTY = "This file is empty. Copy it again from the recorder."
EMPTY_DIGEST = hashlib.sha256().hexdigest()


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
    taken = {file.sha256 for interview in read_interviews(folder) for file in interview.files}
    taken.discard(EMPTY_DIGEST)  # one empty file is not another
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
    folder: StudyFolder,
    pattern: str,
    settings: InboxSettings,
    *,
    insight: Insight = BY_NAME,
    now_s: Callable[[], float] = time.time,
) -> Survey:
    """Look at the inbox and take nothing in; files are told apart by content. Raises StoreError for a damaged list."""
    look = Look(folder, pattern, settings.settle_s, insight, now_s)
    try:
        return look.survey()
    finally:
        look.sightings.save()


class Look:
    """One look at a study's inbox, by its lists as they are now."""

    def __init__(
        self, folder: StudyFolder, pattern: str, settle_s: float, insight: Insight, now_s: Callable[[], float]
    ) -> None:
        self.folder, self.now_s, self.sightings = folder, now_s, Sightings(folder)
        self._settle_s = settle_s
        self.known = list(read_interviews(folder))
        self._naming = Naming(pattern, read_participants(folder), insight)

    def survey(self) -> Survey:
        paths, closed = list_files(self.folder.inbox)
        found = place_by_folders([self._stand(path) for path in paths], self.folder.inbox, self._naming)
        gathering = Gathering(found, self.folder, tuple(self.known), self._naming)
        return Survey(gathering.files, closed, gathering.groups)

    def _stand(self, path: Path) -> Found:
        where_it_lies = path.relative_to(self.folder.inbox).parent.as_posix()
        return replace(self._found(path), folder="" if where_it_lies == "." else where_it_lies)

    def _found(self, path: Path) -> Found:
        kind = kind_of(path)
        if kind is None:
            return Found(path, Standing.WRONG_KIND, advice=WRONG_KIND)
        where = place(path.name, self._naming.pattern, self._naming.participants)
        placed = NOWHERE if isinstance(where, Unplaced) else where
        try:
            if not self.sightings.is_settled(path, self.now_s(), self._settle_s):
                return Found(path, Standing.SETTLING, kind, place=placed)
            if not self.sightings.look(path, self.now_s()).size:
                return Found(path, Standing.EMPTY, kind, place=placed, advice=EMPTY)
            digest = self.sightings.digest(path, self.now_s())
        except UnavailableError:
            return Found(path, Standing.UNAVAILABLE, kind, place=placed)
        if advice := known_advice(digest, self.known):
            return Found(path, Standing.KNOWN, kind, digest, advice=advice)
        if isinstance(where, Unplaced):
            return Found(path, Standing.UNPLACED, kind, digest, advice=where.advice)
        return Found(path, Standing.NEW, kind, digest, placed)


def admit(
    folder: StudyFolder,
    pattern: str,
    settings: InboxSettings,
    *,
    insight: Insight = BY_NAME,
    now_s: Callable[[], float] = time.time,
) -> Intake:
    """Take in every file that is whole and whose interview is known; the same content is taken once.

    What is taken and verified is moved to `_taken`, unless the study lets it lie. Beside a file that waits for a person
    lies a note that says what to do. Raises StoreError when the disk is full, or a list of the study is damaged.
    """
    look = Look(folder, pattern, settings.settle_s, insight, now_s)
    known, unmoved = look.known, 0
    before = len(known)
    try:
        found = look.survey()
        files = {one.path: one for one in found.files}
        # What is taken goes to `_taken` at once: should this run stop, nobody drops it again.
        for group in found.groups:
            after = take_group(folder, group, known, look.sightings, found.stated_ids)
            files.update((one.path, one) for one in after)
            if settings.after_taking == "move":
                unmoved += _move_taken([one for one in after if one.standing is Standing.NEW], look)
        if settings.after_taking == "move":
            unmoved += _move_taken([one for one in files.values() if one.standing is Standing.KNOWN], look)
    finally:
        look.sightings.save()
    looked_at = Survey(tuple(files.values()), found.closed_count)
    _leave_notes(folder.inbox, looked_at, settings)
    _remove_emptied(folder.inbox, looked_at)
    return Intake(tuple(known), looked_at, len(known) - before, unmoved)


def _move_taken(files: list[Found], look: Look) -> int:
    """Move what was just taken, and what an interrupted run had taken but not moved; gives how many stay."""
    unmoved = 0
    for one in files:
        if one.path.exists() and _may_move(one, look.known):
            unmoved += not (_is_same(one, look) and _move(one.path, look.folder.inbox))
    return unmoved


def _is_same(one: Found, look: Look) -> bool:
    """Whether the file is still what was taken; False where it is gone meanwhile."""
    try:
        return look.sightings.look(one.path, look.now_s()).sha256 == one.digest
    except UnavailableError:
        return False


def _may_move(one: Found, known: list[Interview]) -> bool:
    if one.standing is not Standing.KNOWN:
        return one.standing is Standing.NEW
    # What was set aside stays, with its note: whoever dropped it again may wait for it.
    taken = (
        file
        for interview in known
        for file in interview.files
        if file.sha256 == one.digest and not interview.is_set_aside and file.role is not FileRole.SET_ASIDE
    )
    return any(PurePosixPath(file.original_name).name == one.path.name for file in taken)


def _move(path: Path, inbox: Path) -> bool:
    """Into `_taken`, beside what lies there already. False where the share does not let us."""
    target = _free_path(inbox / TAKEN / path.relative_to(inbox), lambda _: False)
    try:
        make_private_folder(target.parent)
        path.rename(target)
    except OSError:
        return False
    return True


def _remove_emptied(inbox: Path, looked_at: Survey) -> None:
    """Folders that a file was moved out of and that hold nothing else; never the inbox itself."""
    moved = (one.path for one in looked_at.files if one.standing in (Standing.NEW, Standing.KNOWN))
    for path in moved:
        for parent in path.relative_to(inbox).parents[:-1]:
            if path.exists():
                break
            with contextlib.suppress(OSError):  # not empty, or the share does not let us
                (inbox / parent).rmdir()


_HELD = (Standing.UNPLACED, Standing.WRONG_KIND, Standing.EMPTY)


def _leave_notes(inbox: Path, looked_at: Survey, settings: InboxSettings) -> None:
    held = [one for one in looked_at.files if one.standing in _HELD]
    if settings.after_taking == "move":
        held += [one for one in looked_at.files if one.standing is Standing.KNOWN and one.path.exists()]
    for one in held:
        write_note(one.path, one.advice)
    sweep_notes(inbox, {note_path(one.path) for one in held})
