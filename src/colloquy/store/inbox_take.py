"""A group of files becomes an interview, or a part of one: each copied and verified, then all listed at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from colloquy.domain.interview import FileRole, Interview, SourceFile, SourceKind
from colloquy.store.codes import free_id
from colloquy.store.folders import StudyFolder
from colloquy.store.inbox_copies import copy_verified
from colloquy.store.inbox_found import Found, Group, Standing
from colloquy.store.interviews import save_interviews
from colloquy.store.pieces import recorder_order
from colloquy.store.sightings import Sightings, UnavailableError
from colloquy.store.sources import source_path

KNOWN = "This file was taken before, under another name: it is interview {name}. Nothing more will be done with it."


def taken_as(digest: str, known: Iterable[Interview]) -> str:
    """The interview that has a file of this content; empty where none has."""
    return next((i.interview_id for i in known if any(file.sha256 == digest for file in i.files)), "")


def take_group(folder: StudyFolder, group: Group, known: list[Interview], sightings: Sightings) -> tuple[Found, ...]:
    """The files as they stand afterwards; `known` grows, or one of it does. All are taken or none."""
    if any(taken_as(one.digest, known) for one in group.members):  # twice the same among the new ones
        return tuple(_known_or_waiting(one, known) for one in group.members)
    interview = _interview(folder.study_id, group, known)
    copied: list[Path] = []
    for one in group.members:
        copy = source_path(folder, interview, _source_file(one, interview))
        try:
            copy_verified(one.path, copy, one.digest)
        except UnavailableError:
            sightings.forget(one.path)
            for path in copied:
                path.unlink(missing_ok=True)
            return tuple(_unavailable_or_waiting(member, one) for member in group.members)
        copied.append(copy)
    ids = [other.interview_id for other in known]
    if interview.interview_id in ids:
        known[ids.index(interview.interview_id)] = interview
    else:
        known.append(interview)
    save_interviews(folder, known)
    return group.members


def _known_or_waiting(one: Found, known: list[Interview]) -> Found:
    if name := taken_as(one.digest, known):
        return replace(one, standing=Standing.KNOWN, advice=KNOWN.format(name=name))
    return replace(one, standing=Standing.SETTLING)


def _unavailable_or_waiting(member: Found, unavailable: Found) -> Found:
    is_it = member.path == unavailable.path
    return replace(member, standing=Standing.UNAVAILABLE if is_it else Standing.SETTLING)


def _source_file(one: Found, interview: Interview) -> SourceFile:
    return next(file for file in interview.files if file.sha256 == one.digest)


def _interview(study_id: str, group: Group, known: list[Interview]) -> Interview:
    """As it is once the group is taken."""
    new = tuple(
        SourceFile(one.digest, one.path.suffix.lower(), one.original_name, one.role, one.number)
        for one in group.members
    )
    before = next((interview for interview in known if group.joins and interview.interview_id == group.joins), None)
    first = group.members[0]
    if before is None:
        codes, occasion = first.place.codes, first.place.part
        interview_id = free_id(codes, occasion, {interview.interview_id for interview in known})
        return Interview(study_id, interview_id, first.kind or SourceKind.RECORDING, codes, new, occasion)
    files = (*before.files, *new)
    if group.has_recording and before.kind is not SourceKind.RECORDING:
        earlier = tuple(replace(file, role=FileRole.COMPANION) for file in before.files)
        return replace(before, kind=SourceKind.RECORDING, files=(*earlier, *new))
    return replace(before, files=_renumbered(files) if group.is_in_recorders_order else files)


def _renumbered(files: tuple[SourceFile, ...]) -> tuple[SourceFile, ...]:
    """In the order of the recorder's numbers; companions stay as they are."""
    own = [file for file in files if file.role is not FileRole.COMPANION]
    own.sort(key=lambda file: recorder_order(PurePosixPath(file.original_name).name))
    numbered = tuple(replace(file, number=number) for number, file in enumerate(own, start=1))
    return (*numbered, *(file for file in files if file.role is FileRole.COMPANION))
