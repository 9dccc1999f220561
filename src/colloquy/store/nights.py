"""What became of each night, for the digest and to make up for nights that were missed. Ids and counts only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from colloquy.domain.night import Night, in_utc
from colloquy.store.files import write_whole
from colloquy.store.folders import StudyFolder
from colloquy.store.results import to_json

MOST_NIGHTS = 400
DAMAGED = "The list of earlier nights is damaged and is not used; no interview is touched."

_NIGHTS: TypeAdapter[tuple[Night, ...]] = TypeAdapter(tuple[Night, ...])


@dataclass(frozen=True, slots=True)
class History:
    """The nights by their beginning; `notice` is a sentence for the team where the list is damaged, else empty."""

    nights: tuple[Night, ...]
    notice: str = ""


def read_nights(folder: StudyFolder) -> History:
    """Changes nothing: a damaged list is put aside when the next night is saved."""
    try:
        nights = _NIGHTS.validate_json(_path(folder).read_bytes())
    except FileNotFoundError:
        return History(())
    except ValidationError:
        return History((), DAMAGED)
    return History(tuple(sorted(nights, key=_began)))


def save_night(folder: StudyFolder, night: Night) -> Night:
    """Add the night, or replace the one that began at the same moment; the last 400 are kept.

    Gives the night as it was saved: go on from that one. A damaged list is kept under a new name, and the night's note
    says so.
    """
    history = read_nights(folder)
    if history.notice:
        kept = _put_aside(_path(folder))
        night = replace(night, note=f"{night.note} {DAMAGED} It is kept as {kept}.".strip())
    others = [one for one in history.nights if _began(one) != _began(night)]
    nights = sorted([*others, night], key=_began)[-MOST_NIGHTS:]
    write_whole(_path(folder), to_json(tuple(nights)))
    return night


def last_began(folder: StudyFolder) -> datetime | None:
    """The beginning of the last night, scheduled or not; None where none is known of."""
    nights = read_nights(folder).nights
    return nights[-1].began if nights else None


def _began(night: Night) -> datetime:
    """In UTC: Python calls two zones' moments unequal in the hour that comes twice, though they are the same."""
    return in_utc(night.began)


def _put_aside(path: Path) -> str:
    target = next(new for n in count(1) if not (new := path.with_name(f"nights.damaged-{n}.json")).exists())
    path.rename(target)
    return target.name


def _path(folder: StudyFolder) -> Path:
    return folder.identifiable / "nights.json"
