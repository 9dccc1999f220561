"""A group of files becomes an interview, or a part of one: each copied and verified, then all listed at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from colloquy.domain.interview import FileRole, Interview, SourceFile, SourceKind, State
from colloquy.domain.record import InterviewState
from colloquy.store.codes import free_id
from colloquy.store.folders import StudyFolder
from colloquy.store.inbox_copies import copy_verified
from colloquy.store.inbox_found import Found, Group, Standing
from colloquy.store.interviews import save_interviews
from colloquy.store.ledger import save_state
from colloquy.store.pieces import recorder_order
from colloquy.store.sightings import Sightings, UnavailableError
from colloquy.store.sources import source_path

KNOWN = "This file was taken before, under another name: it is interview {name}. Nothing more will be done with it."


REPLACED = (
    "This file was taken before, as interview {name}, and then another file took its place. Nothing more will be done "
    "with this one."
)
ASIDE = (
    "This file was taken before: it is interview {name}, which was set aside. Nothing is done with it until somebody "
    "takes {name} up again: colloquy set-aside {study} {name} --undo"
)


def known_advice(digest: str, known: Iterable[Interview]) -> str:
    """What to tell of a file whose content was taken before; empty where it was not."""
    found = next(((i, file) for i in known for file in i.files if file.sha256 == digest), None)
    if found is None:
        return ""
    interview, file = found
    told = REPLACED if file.role is FileRole.SET_ASIDE else ASIDE if interview.is_set_aside else KNOWN
    return told.format(name=interview.interview_id, study=interview.study_id)


def take_group(
    folder: StudyFolder, group: Group, known: list[Interview], sightings: Sightings, stated_ids: frozenset[str]
) -> tuple[Found, ...]:
    """The files as they stand afterwards; `known` grows, or one of it does. All are taken or none.

    `stated_ids` are for the files whose names ask for them.
    """
    if any(known_advice(one.digest, known) for one in group.members):  # twice the same among the new ones
        return tuple(_known_or_waiting(one, known) for one in group.members)
    interview = _interview(folder.study_id, group, known, stated_ids)
    is_aside = any(one.is_set_aside for one in known if one.interview_id == interview.interview_id)
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
    if group.outdated or is_aside:  # it begins anew
        save_state(folder, InterviewState(interview.interview_id, State.NEW))
    return group.members


def _known_or_waiting(one: Found, known: list[Interview]) -> Found:
    if advice := known_advice(one.digest, known):
        return replace(one, standing=Standing.KNOWN, advice=advice)
    return replace(one, standing=Standing.SETTLING)


def _unavailable_or_waiting(member: Found, unavailable: Found) -> Found:
    is_it = member.path == unavailable.path
    return replace(member, standing=Standing.UNAVAILABLE if is_it else Standing.SETTLING)


def _source_file(one: Found, interview: Interview) -> SourceFile:
    return next(file for file in interview.files if file.sha256 == one.digest)


def _interview(study_id: str, group: Group, known: list[Interview], stated_ids: frozenset[str]) -> Interview:
    """As it is once the group is taken."""
    new = tuple(
        SourceFile(one.digest, one.path.suffix.lower(), one.original_name, one.role, one.number, one.folder)
        for one in group.members
    )
    before = next((interview for interview in known if group.joins and interview.interview_id == group.joins), None)
    first = group.members[0]
    if before is None:
        codes, occasion = first.place.codes, first.place.part
        ids = {interview.interview_id for interview in known} | (stated_ids if occasion is None else set())
        interview_id = free_id(codes, occasion, ids)
        return Interview(study_id, interview_id, first.kind or SourceKind.RECORDING, codes, new, occasion)
    # Only a recording, or what takes its place, joins one that was set aside.
    before = replace(before, is_set_aside=False)
    earlier = tuple(
        replace(file, role=FileRole.SET_ASIDE) if file.sha256 in group.outdated else file for file in before.files
    )
    files = (*earlier, *new)
    if group.outdated:
        files = _renumbered(files) if group.is_in_recorders_order else files
        return replace(before, kind=first.kind or before.kind, files=files)
    if group.has_recording and before.kind is not SourceKind.RECORDING:
        earlier = tuple(replace(file, role=FileRole.COMPANION) for file in before.files)
        return replace(before, kind=SourceKind.RECORDING, files=(*earlier, *new))
    return replace(before, files=_renumbered(files) if group.is_in_recorders_order else files)


def _renumbered(files: tuple[SourceFile, ...]) -> tuple[SourceFile, ...]:
    """In the order of the recorder's numbers; companions and what was set aside stay as they are."""
    own = [file for file in files if file.role is FileRole.PIECE]
    own.sort(key=lambda file: recorder_order(file.original_name))
    numbered = tuple(replace(file, number=number) for number, file in enumerate(own, start=1))
    return (*numbered, *(file for file in files if file.role is not FileRole.PIECE))
