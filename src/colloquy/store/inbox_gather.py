"""Which files of an inbox are one interview, once each stands for itself: pieces, speakers' own files, companions.

Files without a participant's code stay apart: nothing but a code says that two of them are of one occasion.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path, PurePosixPath

from colloquy.domain.interview import FileRole, Interview, SourceKind
from colloquy.store.folders import StudyFolder
from colloquy.store.inbox_found import Found, Group, Insight, Standing
from colloquy.store.inbox_pieces import gather_recordings
from colloquy.store.sources import source_path

Occasion = tuple[tuple[str, ...], int | None]

TWIN = "The same file lies in the inbox twice and is taken once. Nothing more will be done with this one."
UNREADABLE = (
    "By its name this is the transcript of a recording of {name}, and it cannot be read. Export it again as VTT, or "
    "move it out of the inbox."
)
UNSURE = (
    "There is more than one recording of {name}, and Colloquy cannot tell which one this is the transcript of. Rename "
    "recording and transcript alike, as in {other}.m4a and {other}.vtt; or move this file out of the inbox."
)
WAITS = "This belongs to a recording of {name} that waits for you itself: see the note beside that."


class Gathering:
    """One look at the inbox: `files` as they stand afterwards, `groups` as they are to be taken."""

    def __init__(self, found: list[Found], folder: StudyFolder, known: tuple[Interview, ...], insight: Insight) -> None:
        self._folder, self._insight = folder, insight
        self._known: dict[Occasion, list[Interview]] = defaultdict(list)
        for interview in known:
            self._known[interview.participant_ids, interview.occasion].append(interview)
        self._files = {one.path: one for one in found}
        self._groups: list[Group] = []
        occasions: dict[Occasion, list[Found]] = defaultdict(list)
        for one in found:
            if one.place.codes and one.standing in (Standing.NEW, Standing.SETTLING, Standing.UNAVAILABLE):
                occasions[one.place.codes, one.place.part].append(one)
            elif one.standing is Standing.NEW:
                self._groups.append(Group((one,)))
        for occasion, members in occasions.items():
            self._gather(occasion, members)

    @property
    def files(self) -> tuple[Found, ...]:
        return tuple(self._files.values())

    @property
    def groups(self) -> tuple[Group, ...]:
        return tuple(sorted(self._groups, key=lambda group: min(member.path for member in group.members)))

    def _gather(self, occasion: Occasion, members: list[Found]) -> None:
        new = [one for one in members if one.standing is Standing.NEW]
        if any(_holds_up(one) for one in members):
            self._set(new, Standing.SETTLING)
            return
        taken = [known for known in self._known[occasion] if known.kind is SourceKind.RECORDING]
        recordings = self._without_twins([one for one in new if one.kind is SourceKind.RECORDING])
        texts = [one for one in new if one.kind is not SourceKind.RECORDING]
        name, other = _names(occasion)
        gathered = gather_recordings(name, recordings, taken, self._insight, other) if recordings else ()
        if isinstance(gathered, str):
            self._set(recordings, Standing.UNPLACED, gathered)
            gathered = ()
            is_held = True
        else:
            is_held = False
            gathered = self._with_earlier_transcript(gathered, occasion, taken)
        start = len(self._groups)
        self._groups += gathered
        for text in texts:
            self._gather_text(text, start, taken, occasion, is_held=is_held)

    def _gather_text(
        self, text: Found, start: int, taken: list[Interview], occasion: Occasion, *, is_held: bool
    ) -> None:
        """`start` is where the groups of the occasion begin."""
        name, other = _names(occasion)
        joined = {group.joins for group in self._groups[start:]}
        targets: list[Group | Interview] = [group for group in self._groups[start:] if group.has_recording]
        targets += [known for known in taken if known.interview_id not in joined]
        has_times = self._insight.has_times(text.path) if targets or is_held else False
        if has_times is None and text.kind is SourceKind.TRANSCRIPT:
            self._set([text], Standing.UNPLACED, UNREADABLE.replace("{name}", name))
        elif not has_times:
            self._groups.append(Group((text,)))
        elif is_held:
            self._set([text], Standing.UNPLACED, WAITS.replace("{name}", name))
        elif (target := _target(text, targets)) is None:
            self._set([text], Standing.UNPLACED, UNSURE.replace("{name}", name).replace("{other}", other))
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

    def _with_earlier_transcript(
        self, groups: tuple[Group, ...], occasion: Occasion, taken: list[Interview]
    ) -> tuple[Group, ...]:
        """A recording whose transcript was taken before joins it, as if both had come together."""
        if taken or len(groups) != 1:
            return groups
        texts = [known for known in self._known[occasion] if self._has_times(known)]
        return (replace(groups[0], joins=texts[0].interview_id),) if len(texts) == 1 else groups

    def _has_times(self, text: Interview) -> bool:
        return self._insight.has_times(source_path(self._folder, text)) is True

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

    def _set(self, members: list[Found], standing: Standing, advice: str = "") -> None:
        for one in members:
            self._files[one.path] = replace(one, standing=standing, advice=advice)


def _holds_up(one: Found) -> bool:
    """A text that cannot be opened may be open in Word for days; it can join later without much being done again."""
    is_recording = one.kind is SourceKind.RECORDING
    return one.standing is Standing.SETTLING or (one.standing is Standing.UNAVAILABLE and is_recording)


def _names(occasion: Occasion) -> tuple[str, str]:
    """The occasion as its files are named, and the next one."""
    codes, number = "+".join(occasion[0]), occasion[1]
    return (codes if number is None else f"{codes}_{number}"), f"{codes}_{(number or 1) + 1}"


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
