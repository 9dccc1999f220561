"""Files whose folder says whose they are: `P07/REC0001.wav`, and one file a speaker in `P07/INT.wav`, `P07/P07.wav`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from colloquy.domain.interview import SourceKind
from colloquy.store.codes import Place, is_recorders, place_of_folder, speaker_named
from colloquy.store.inbox_found import Found, Insight, Standing
from colloquy.store.pieces import piece_in
from colloquy.store.roster import Participant

_OPEN = (Standing.NEW, Standing.SETTLING, Standing.UNAVAILABLE, Standing.UNPLACED, Standing.EMPTY)


@dataclass(frozen=True, slots=True)
class Naming:
    """How the study names files, folders and people."""

    pattern: str
    participants: tuple[Participant, ...]
    insight: Insight


def place_by_folders(found: list[Found], inbox: Path, naming: Naming) -> list[Found]:
    """The same files, those placed anew whose own name says less than their folder's."""
    placed: list[Found] = []
    for parent, group in groupby(sorted(found, key=lambda one: (one.path.parent, one.path)), lambda f: f.path.parent):
        members = list(group)
        where = None if parent == inbox else place_of_folder(parent.name, naming.pattern, naming.participants)
        placed += members if where is None else _placed(members, where, naming)
    return sorted(placed, key=lambda one: one.path)


def _placed(members: list[Found], where: Place, naming: Naming) -> list[Found]:
    speakers = {one.path: name for one in members if (name := _speaker(one, where, naming))}
    # A lone P07.wav is the whole recording; a lone INT.wav is half of one.
    is_apart = len(speakers) > 1 or any(name not in where.codes for name in speakers.values())
    return [
        _at(one, where, speaker=speakers[one.path])
        if is_apart and one.path in speakers
        else _placed_nameless(_joining(one, where), where, naming)
        for one in members
    ]


def _joining(one: Found, where: Place) -> Found:
    """What a person wrote into the folder's name counts for all that lies in it."""
    is_meant = bool(where.joins) and one.place.codes == where.codes
    return replace(one, place=replace(one.place, joins=where.joins)) if is_meant else one


def _speaker(one: Found, where: Place, naming: Naming) -> str:
    if one.standing not in _OPEN or one.kind is not SourceKind.RECORDING:
        return ""
    return speaker_named(one.path.stem, where.codes, naming.insight.interviewer_label, naming.participants)


def _placed_nameless(one: Found, where: Place, naming: Naming) -> Found:
    """A recording or transcript whose name holds no code; a text without times stays what it is: a consent form?"""
    is_listed = bool(naming.participants and one.place.codes)
    if one.standing not in _OPEN or one.kind is None or is_listed:
        return one
    stem = one.path.stem
    piece = piece_in(stem, naming.pattern)
    if not is_recorders(piece.rest if piece else stem, naming.pattern, naming.participants):
        return one
    if one.kind is SourceKind.DOCUMENT and not (one.digest and naming.insight.has_times(one.path)):
        return one
    if piece is not None:
        return _at(one, replace(where, piece=piece.number, piece_count=piece.total))
    has_number = one.kind is SourceKind.RECORDING and any(letter.isdecimal() for letter in stem)
    return replace(_at(one, where), is_recorders=has_number)


def _at(one: Found, where: Place, speaker: str = "") -> Found:
    standing = Standing.NEW if one.standing is Standing.UNPLACED else one.standing
    advice = one.advice if standing is Standing.EMPTY else ""
    return replace(one, place=where, standing=standing, advice=advice, is_by_folder=True, speaker=speaker)
