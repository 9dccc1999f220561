"""Which interviews, of those that the study has, the new files of an occasion are meant for."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import PurePosixPath

from colloquy.domain.interview import Interview, SourceKind
from colloquy.store.inbox_found import Found, Group
from colloquy.store.pieces import piece_in, stated_id, stem_of

JOIN_PUBLISHED = (
    "Interview {taken} came as a transcript and is done. If this is the recording of it, what is published of {taken} "
    'would change, so say so: write "joins {taken}" into its name, as in {name} joins {taken}.wav. If it is a '
    "recording of another day, name it as in {other}.wav."
)
JOIN_UNSURE = (
    "Interview {taken} came as a transcript, and the names do not say whether this is the recording of it. If it is, "
    'write "joins {taken}" into its name, as in {name} joins {taken}.wav. If it is a recording of another day, name it '
    "as in {other}.wav."
)


def put_in_place(groups: tuple[Group, ...], lost: list[Interview], pattern: str, *, is_sole: bool) -> tuple[Group, ...]:
    """New files take the place of those that came to nothing: the only ones, or those of the same name.

    `is_sole`: the occasion has no other interview of that kind. A text gives way to a recording only where its name is
    the same, or it was to be a transcript.
    """
    placed = list(groups)
    free = [group for group in groups if not group.joins]
    for one in lost:
        alike = [group for group in free if _stems(group, pattern) & _taken_stems(one, pattern)]
        is_notes = one.kind is SourceKind.DOCUMENT and any(group.has_recording for group in free)
        fitting = alike or (free if is_sole and len(lost) == 1 and not is_notes else [])
        if len(fitting) == 1:
            chosen = fitting[0]
            free.remove(chosen)
            outdated = frozenset(file.sha256 for file in one.own_files)
            placed[placed.index(chosen)] = replace(chosen, joins=one.interview_id, outdated=outdated)
    return tuple(placed)


def is_plainly_of(group: Group, text: Interview, pattern: str) -> bool:
    """Whether names say that this is the recording of that transcript: the same name, number or folder."""
    first, file = group.members[0], text.own_files[0]
    is_same_number = first.place.part is not None and first.place.part == text.occasion
    is_same_folder = bool(file.folder) and any(one.folder == file.folder for one in group.members)
    return is_same_number or is_same_folder or bool(_stems(group, pattern) & _taken_stems(text, pattern))


def _stems(group: Group, pattern: str) -> set[str]:
    return {_plain(_told_by(one), pattern) for one in group.members}


def _told_by(one: Found) -> str:
    """The name that says whose it is: the file's own, or its folder's."""
    return f"{one.path.parent.name}.folder" if one.is_by_folder else one.path.name


def _taken_stems(interview: Interview, pattern: str) -> set[str]:
    """A folder stands in the original name where it said whose the file is."""
    names = (PurePosixPath(file.original_name) for file in interview.own_files)
    told = (f"{name.parent.name}.folder" if name.parent.name else name.name for name in names)
    return {_plain(name, pattern) for name in told}


def _plain(name: str, pattern: str) -> str:
    """Without its ending and the piece's number; computers write one accented letter in two ways."""
    stem = stem_of(name)
    piece = piece_in(stem, pattern)
    rest, _ = stated_id(piece.rest if piece else stem)
    return unicodedata.normalize("NFC", rest).casefold().strip()
