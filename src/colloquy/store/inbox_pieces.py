"""Which recordings of one occasion are one interview: pieces in time, or one file a speaker. In doubt all are held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from colloquy.domain.interview import FileRole, Interview
from colloquy.store.inbox_found import Found, Group, Insight
from colloquy.store.pieces import recorder_form, recorder_order

# Zoom closes its files one a speaker within a second; a separate interview is as long as another only by accident.
LARGEST_DIFFERENCE_MS = 5_000

MIXED = (
    "Some recordings of {name} are numbered as pieces and others are not, so Colloquy cannot tell which belong "
    "together. Name all pieces of one recording as in {name} part 1.wav and {name} part 2.wav, and a recording of "
    "another day as in {other}.wav."
)
MISSING = (
    "Part {missing} of {name} is missing. Drop it here too; all parts are then taken together. If there is no such "
    "part, number the files without a gap, from {name} part 1."
)
TWICE = "There are two different files for {part} of {name}. Remove the wrong one, or rename it."
TWICE_TAKEN = (
    "Part {part} of {name} was taken before, and it was another file. If this is a further part, give it the next "
    "number. If it is a recording of another day, name it as in {other} part 1.wav."
)
SAME = "Two parts of {name} have different numbers and the same content. Put the right file in place of the wrong one."
LATE = (
    "Interview {taken} was taken before without this file, and cannot be put together anew by itself. If this is a "
    "recording of another day, name it as in {other}.wav. If it belongs to {taken}, ask whoever looks after the study "
    'to take {taken} out (docs/confidentiality.md, "How to delete"); then drop all its files together, numbered as in '
    "{name} part 1.wav."
)
ALONE = (
    "This is one speaker's own file of {name}, and the other speakers' files are not in this folder. Put them beside "
    "it, each named by its speaker's code. If everybody is heard in this file, name it {name}.wav."
)
UNLIKE = (
    "The files in this folder are named one a speaker, as Zoom records them, but they are not of the same length, or "
    "one cannot be played. If they are pieces of one recording, name them as in {name} part 1.wav and {name} part "
    "2.wav; if they are recordings of different days, as in {name}.wav and {other}.wav."
)
UNORDERED = (
    "The names of the recordings of {name} do not say in which order they follow each other. Name them as in "
    "{name} part 1.wav and {name} part 2.wav."
)


@dataclass(frozen=True, slots=True)
class Occasion:
    """What the study knows of one.

    `name` is how its files are named (`P07`, `P07_2`), `other` how those of another day, `taken` its recordings that
    the study has. Of `lost` the own files came to nothing, so that new ones may take their place.
    """

    name: str
    other: str
    taken: list[Interview]
    lost: Interview | None = None


def gather_recordings(found: list[Found], occasion: Occasion, insight: Insight) -> tuple[Group, ...] | str:
    """How the recordings of one occasion are taken, or why all are held."""
    taken = occasion.taken
    voices = [one for one in found if one.speaker]
    pieces = [one for one in found if not one.speaker and one.place.piece is not None]
    recorders = [one for one in found if not one.speaker and one.place.piece is None and one.is_recorders]
    wholes = [one for one in found if one not in voices and one not in pieces and one not in recorders]
    gathered: tuple[Group, ...] | str
    if sum(map(bool, (voices, pieces, recorders, wholes))) > 1:
        gathered = MIXED
    elif wholes:
        gathered = _gather_wholes(wholes, taken)
    elif voices:
        gathered = LATE if taken else _gather_voices(voices, insight)
    elif len(taken) > 1 or any(not interview.has_pieces for interview in taken):
        gathered = LATE
    else:
        gather = _gather_pieces if pieces else _gather_recorders
        gathered = gather(pieces or recorders, taken[0] if taken else _what_is_left(occasion.lost, pieces, recorders))
    if not isinstance(gathered, str):
        return gathered if occasion.lost is None else tuple(_in_place(group, occasion.lost) for group in gathered)
    told = gathered.replace("{name}", occasion.name).replace("{other}", occasion.other)
    return told.replace("{taken}", _ids(taken) or occasion.name)


def _what_is_left(lost: Interview | None, pieces: list[Found], recorders: list[Found]) -> Interview | None:
    """The interview with those of its pieces that none of the new ones takes the place of; None where none is left."""
    if lost is None or not lost.has_pieces:
        return None
    numbers = {one.place.piece for one in pieces}
    orders = {recorder_order(one.path.name) for one in recorders}
    left = [
        file
        for file in lost.own_files
        if (file.number not in numbers if pieces else recorder_order(file.original_name) not in orders)
    ]
    forms = {recorder_form(name) for name in (*(one.path.name for one in recorders), *(f.original_name for f in left))}
    is_of_one_recorder = bool(pieces) or len(forms) == 1
    return replace(lost, files=tuple(left)) if left and is_of_one_recorder else None


def _in_place(group: Group, lost: Interview) -> Group:
    """Of pieces that join what is left, what each takes the place of."""
    if group.joins != lost.interview_id:
        return group
    new = {recorder_order(one.path.name) for one in group.members}
    numbers = {one.number for one in group.members}
    outdated = (
        file.sha256
        for file in lost.own_files
        if (recorder_order(file.original_name) in new if group.is_in_recorders_order else file.number in numbers)
    )
    return replace(group, outdated=frozenset(outdated))


def _ids(taken: list[Interview]) -> str:
    return " and ".join(interview.interview_id for interview in taken)


def _gather_wholes(wholes: list[Found], taken: list[Interview]) -> tuple[Group, ...] | str:
    """A second file under the same code is a second interview, but two in one participant's folder may be pieces."""
    is_by_folder = any(one.is_by_folder for one in wholes)
    if any(is_by_folder or interview.has_pieces or interview.has_voices for interview in taken):
        return LATE
    return UNORDERED if is_by_folder and len(wholes) > 1 else tuple(Group((one,)) for one in wholes)


def _gather_voices(voices: list[Found], insight: Insight) -> tuple[Group, ...] | str:
    if twice := _twice(one.speaker for one in voices):
        return TWICE.replace("{part}", twice)
    if len(voices) < 2:
        return ALONE
    lengths_ms = [insight.duration_ms(one.path) for one in voices]
    known_ms = [length_ms for length_ms in lengths_ms if length_ms is not None]
    if len(known_ms) < len(voices) or max(known_ms) - min(known_ms) > LARGEST_DIFFERENCE_MS:
        return UNLIKE
    numbered = enumerate(voices, start=1)
    return (Group(tuple(replace(one, role=FileRole.VOICE, number=number) for number, one in numbered)),)


def _gather_pieces(pieces: list[Found], before: Interview | None) -> tuple[Group, ...] | str:
    held = {file.number: file.sha256 for file in before.own_files} if before else {}
    numbered = [replace(one, number=one.place.piece or 0) for one in pieces]
    if twice := _twice(str(one.number) for one in numbered):
        return TWICE.replace("{part}", f"part {twice}")
    if again := [one.number for one in numbered if one.number in held]:
        return TWICE_TAKEN.replace("{part}", str(again[0]))
    if _twice(one.digest for one in numbered):
        return SAME
    numbers = {*held, *(one.number for one in numbered)}
    last = max(*numbers, *(one.place.piece_count or 0 for one in numbered))
    if missing := [str(number) for number in range(1, last + 1) if number not in numbers]:
        return MISSING.replace("{missing}", ", ".join(missing))
    return (Group(tuple(numbered), before.interview_id if before else ""),)


def _gather_recorders(recorders: list[Found], before: Interview | None) -> tuple[Group, ...] | str:
    """Numbers of a recorder need not be without gaps: between two pieces it may have recorded something else."""
    names = [file.original_name for file in before.own_files] if before else []
    names += [one.path.name for one in recorders]
    if len({recorder_form(name) for name in names}) > 1 or _twice(str(recorder_order(name)) for name in names):
        return UNORDERED
    if _twice(one.digest for one in recorders):
        return SAME
    ordered = sorted(recorders, key=lambda one: recorder_order(one.path.name))
    members = tuple(replace(one, number=number) for number, one in enumerate(ordered, start=1))
    return (Group(members, before.interview_id if before else "", is_in_recorders_order=True),)


def _twice(values: Iterable[str]) -> str:
    """The first value that comes more than once, else empty."""
    counts = Counter(values)
    return next((value for value, count in counts.items() if count > 1), "")
