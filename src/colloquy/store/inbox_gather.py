"""Which files of an inbox are one interview, once each stands for itself: pieces, speakers' own files, companions.

Files without a participant's code stay apart: nothing but a code says that two of them are of one occasion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from pathlib import Path, PurePosixPath

from colloquy.domain.interview import FileRole, Interview, SourceKind
from colloquy.store.codes import Place, stated_id_of
from colloquy.store.folders import StudyFolder
from colloquy.store.inbox_folders import Naming
from colloquy.store.inbox_found import Found, Group, Standing
from colloquy.store.inbox_pieces import UNORDERED, Occasion, gather_recordings
from colloquy.store.inbox_places import JOIN_PUBLISHED, JOIN_UNSURE, is_plainly_of, put_in_place
from colloquy.store.replaceable import may_be_replaced, was_published
from colloquy.store.sources import source_path

# An occasion: its codes, and its number where the name says one.
Key = tuple[tuple[str, ...], int | None]
_ARRIVED = (Standing.NEW, Standing.SETTLING, Standing.UNAVAILABLE, Standing.EMPTY)

TWIN = "The same file lies in the inbox twice and is taken once. Nothing more will be done with this one."
UNREADABLE = (
    "By its name this is the transcript of a recording of {name}, and it cannot be read. Export it again as VTT, or "
    "move it out of the inbox."
)
UNSURE = (
    "There is more than one recording of {name}, and Colloquy cannot tell which one this is the transcript of. Rename "
    "recording and transcript alike, as in {other}.m4a and {other}.vtt; or move this file out of the inbox."
)
NO_SUCH = (
    "Its name says that it joins {taken}, and the study has no interview {taken} of {name} that it could join. "
    "Look into files.csv for the right one, and rename the file."
)
HAS_ONE = (
    "Its name says that it joins {taken}, which has a recording already. Take that out of the name; if this is a "
    "recording of another day, name it as in {other}.wav."
)
NUMBER_TAKEN = (
    "The study has an interview {taken} already, from another file. If this is of another day, give it a number that "
    "is free, as in {other}. If it is the same interview, remove this file."
)
NUMBER_TWICE = (
    "There is more than one file for {name}. Give the others a number that is free, as in {other}, or remove them."
)
WAITS = "This belongs to a recording of {name} that waits for you itself: see the note beside that."


class Gathering:
    """One look at the inbox: `files` as they stand afterwards, `groups` as they are to be taken."""

    def __init__(self, found: list[Found], folder: StudyFolder, known: tuple[Interview, ...], naming: Naming) -> None:
        self._folder, self._insight, self._pattern = folder, naming.insight, naming.pattern
        self._known = {interview.interview_id: interview for interview in known}
        self._files = {one.path: one for one in found}
        self._groups: list[Group] = []
        occasions: dict[tuple[Key, str], list[Found]] = defaultdict(list)
        for one in found:
            if one.place.codes and one.standing in _ARRIVED:
                occasions[(one.place.codes, one.place.part), one.place.joins].append(one)
            elif one.standing is Standing.NEW:
                self._groups.append(Group((one,)))
        for (occasion, joins), members in occasions.items():
            new = [one for one in members if one.standing is Standing.NEW]
            if any(_holds_up(one) for one in members):
                self._set(new, Standing.SETTLING)
            elif joins:
                self._gather_stated(occasion, joins, new)
            else:
                self._gather(occasion, members)

    @property
    def files(self) -> tuple[Found, ...]:
        return tuple(self._files.values())

    @property
    def groups(self) -> tuple[Group, ...]:
        return tuple(sorted(self._groups, key=lambda group: min(member.path for member in group.members)))

    def _gather(self, key: Key, members: list[Found]) -> None:
        known = [one for one in self._known.values() if _is_of(one, key)]
        lost = [one for one in known if may_be_replaced(self._folder, one)]
        known = [one for one in known if one not in lost and not one.is_set_aside]
        taken = [one for one in known if one.kind is SourceKind.RECORDING]
        new = [one for one in members if one.standing is Standing.NEW]
        recordings = self._without_twins([one for one in new if one.kind is SourceKind.RECORDING])
        empty = [one for one in members if one.standing is Standing.EMPTY and one.kind is SourceKind.RECORDING]
        start = len(self._groups)
        if recordings and any(one.is_by_folder or one.place.piece is not None for one in empty):
            self._hold(recordings, WAITS, key)
        elif recordings:
            self._groups += self._recordings(key, recordings, known, lost)
        is_held = len(self._groups) == start and bool(recordings or empty)
        joined = {group.joins for group in self._groups[start:]}
        lost = [one for one in lost if one.interview_id not in joined]
        taken += [one for one in lost if one.kind is SourceKind.RECORDING and not one.is_set_aside]
        for text in new:
            if text.kind is not SourceKind.RECORDING:
                self._gather_text(text, start, taken, key, is_held=is_held)
        lost = [one for one in lost if one.kind is not SourceKind.RECORDING]
        is_sole = all(one.kind is SourceKind.RECORDING for one in known)
        texts = tuple(group for group in self._groups[start:] if not group.has_recording)
        rest = [group for group in self._groups[start:] if group.has_recording]
        self._groups[start:] = [*rest, *put_in_place(texts, lost, self._pattern, is_sole=is_sole)]
        self._keep_numbers(start, key)

    def _recordings(
        self, key: Key, recordings: list[Found], known: list[Interview], lost: list[Interview]
    ) -> tuple[Group, ...]:
        """How they are taken; what is not among them is held."""
        taken = [one for one in known if one.kind is SourceKind.RECORDING]
        lost = [one for one in lost if one.kind is SourceKind.RECORDING] or lost
        occasion = Occasion(*self._names(key), taken, lost[0] if len(lost) == 1 and not taken else None)
        gathered = gather_recordings(recordings, occasion, self._insight)
        if isinstance(gathered, str):
            self._hold(recordings, gathered, key)
            return ()
        groups = put_in_place(gathered, lost, self._pattern, is_sole=not taken)
        texts = [] if taken else [one for one in known if self._has_times(one)]
        return self._with_earlier_transcript(groups, key, texts)

    def _with_earlier_transcript(
        self, groups: tuple[Group, ...], key: Key, texts: list[Interview]
    ) -> tuple[Group, ...]:
        """A recording whose transcript was taken before joins it, as if both had come together; in doubt it waits."""
        kept: list[Group] = []
        free = [group for group in groups if not group.joins]
        for group in groups:
            plain = [text for text in texts if is_plainly_of(group, text, self._pattern)]
            asked = plain or (texts if len(free) == 1 else [])
            rivals = [one for one in free if any(is_plainly_of(one, text, self._pattern) for text in plain)]
            if group.joins or not asked:
                kept.append(group)
            elif was_published(self._folder, asked[0].interview_id):
                self._hold(group.members, JOIN_PUBLISHED, key, asked[0].interview_id)
            elif len(plain) == len(rivals) == 1:
                kept.append(replace(group, joins=plain[0].interview_id))
            else:
                self._hold(group.members, JOIN_UNSURE, key, asked[0].interview_id)
        return tuple(kept)

    def _gather_stated(self, key: Key, joins: str, new: list[Found]) -> None:
        """A person wrote into the name which interview these belong to."""
        target = self._known.get(joins)
        recordings = self._without_twins([one for one in new if one.kind is SourceKind.RECORDING])
        texts = [one for one in new if one.kind is not SourceKind.RECORDING]
        if target is None or target.participant_ids != key[0]:
            self._hold(new, NO_SUCH, key, joins)
            return
        is_lost = may_be_replaced(self._folder, target)
        if target.is_set_aside and not is_lost:
            self._hold(new, NO_SUCH, key, joins)
        elif target.kind is SourceKind.RECORDING and not is_lost:
            self._hold(recordings, HAS_ONE, key, joins)
            self._groups += [Group((replace(one, role=FileRole.COMPANION, number=1),), joins) for one in texts]
        else:
            self._hold(texts, NO_SUCH, key, joins)
            self._join(key, target, recordings, is_lost=is_lost)

    def _join(self, key: Key, target: Interview, recordings: list[Found], *, is_lost: bool) -> None:
        if not recordings:
            return
        gathered = gather_recordings(recordings, Occasion(*self._names(key), []), self._insight)
        if isinstance(gathered, str) or len(gathered) > 1:
            self._hold(recordings, gathered if isinstance(gathered, str) else UNORDERED, key)
        else:
            outdated = frozenset(file.sha256 for file in target.own_files) if is_lost else frozenset[str]()
            self._groups.append(replace(gathered[0], joins=target.interview_id, outdated=outdated))

    def _keep_numbers(self, start: int, key: Key) -> None:
        """A number in a name is the file's, or it waits: it gets no other one in silence."""
        new = [group for group in self._groups[start:] if not group.joins]
        stated = stated_id_of(Place(*key))
        with_sound = [group for group in new if group.has_recording]
        if not stated or (stated not in self._known and len(new) < 2):
            return
        kept = with_sound[0] if stated not in self._known and len(with_sound) == 1 else None
        for group in new:
            if group is not kept:
                advice = NUMBER_TAKEN if stated in self._known else NUMBER_TWICE
                self._hold(group.members, advice, key, stated)
                self._groups.remove(group)

    def _gather_text(self, text: Found, start: int, taken: list[Interview], key: Key, *, is_held: bool) -> None:
        """`start` is where the groups of the occasion begin."""
        joined = {group.joins for group in self._groups[start:]}
        targets: list[Group | Interview] = [group for group in self._groups[start:] if group.has_recording]
        targets += [known for known in taken if known.interview_id not in joined]
        has_times = self._insight.has_times(text.path) if targets or is_held else False
        if has_times is None and text.kind is SourceKind.TRANSCRIPT:
            self._hold([text], UNREADABLE, key)
        elif not has_times:
            self._groups.append(Group((text,)))
        elif is_held:
            self._hold([text], WAITS, key)
        elif (target := _target(text, targets)) is None:
            self._hold([text], UNSURE, key)
        else:
            self._accompany(text, target)

    def _accompany(self, text: Found, target: Group | Interview) -> None:
        companion = replace(text, role=FileRole.COMPANION, number=1)
        if isinstance(target, Interview):
            self._groups.append(Group((companion,), target.interview_id))
        elif any(member.digest == text.digest for member in target.members):
            self._set([text], Standing.KNOWN, TWIN)
        else:
            grown = replace(target, members=(*target.members, companion))
            self._groups[self._groups.index(target)] = grown

    def _has_times(self, text: Interview) -> bool:
        return (
            text.kind is not SourceKind.RECORDING and self._insight.has_times(source_path(self._folder, text)) is True
        )

    def _without_twins(self, recordings: list[Found]) -> list[Found]:
        """Of the same piece under the same number, the first."""
        kept: dict[tuple[object, ...], Found] = {}
        for one in recordings:
            is_part = one.speaker or one.is_recorders or one.place.piece is not None
            mark = (one.digest, one.place.piece, one.speaker, one.path.name if one.is_recorders else "")
            if is_part and mark in kept:
                self._set([one], Standing.KNOWN, TWIN)
            else:
                kept[mark if is_part else (one.path,)] = one
        return list(kept.values())

    def _hold(self, members: Iterable[Found], advice: str, key: Key, taken: str = "") -> None:
        name, other = self._names(key)
        told = advice.replace("{name}", name).replace("{other}", other).replace("{taken}", taken)
        self._set(members, Standing.UNPLACED, told)

    def _names(self, key: Key) -> tuple[str, str]:
        """The occasion as its files are named, and the next one that is free."""
        codes, number = "+".join(key[0]), key[1]
        free = (n for n in count((number or 1) + 1) if stated_id_of(Place(key[0], n)) not in self._known)
        return (codes if number is None else f"{codes}_{number}"), f"{codes}_{next(free)}"

    def _set(self, members: Iterable[Found], standing: Standing, advice: str = "") -> None:
        for one in members:
            self._files[one.path] = replace(one, standing=standing, advice=advice)


def _holds_up(one: Found) -> bool:
    """A text that cannot be opened may be open in Word for days; it can join later without much being done again."""
    is_recording = one.kind is SourceKind.RECORDING
    return one.standing is Standing.SETTLING or (one.standing is Standing.UNAVAILABLE and is_recording)


def _is_of(interview: Interview, key: Key) -> bool:
    """By the number in the first file's name, or by the number that the interview was given."""
    is_its_number = interview.interview_id == stated_id_of(Place(*key))
    return interview.participant_ids == key[0] and (interview.occasion == key[1] or is_its_number)


def _target(text: Found, targets: list[Group | Interview]) -> Group | Interview | None:
    """The only recording, or the only one of the same name."""
    if len(targets) == 1:
        return targets[0]
    alike = [target for target in targets if text.path.stem.casefold() in _stems(target)]
    return alike[0] if len(alike) == 1 else None


def _stems(target: Group | Interview) -> set[str]:
    if isinstance(target, Interview):
        return {PurePosixPath(file.original_name).stem.casefold() for file in target.own_files}
    return {Path(member.path).stem.casefold() for member in target.members}
