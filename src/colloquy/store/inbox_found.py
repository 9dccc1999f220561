"""What is found in an inbox: each file's standing, which files are one interview, and what only their content tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from colloquy.domain.interview import FileRole, SourceKind
from colloquy.store.codes import Place, stated_id_of
from colloquy.store.inbox_files import kind_of


class Standing(Enum):
    """Where a file of the inbox stands."""

    SETTLING = "it, or another file of its interview, changed a moment ago or was never seen before"
    UNAVAILABLE = "it cannot be read now"
    WRONG_KIND = "no stage reads it"
    EMPTY = "there is nothing in it"
    KNOWN = "its content was taken before"
    UNPLACED = "nobody knows whose it is, or what it belongs to"
    NEW = "it can be taken"


NOWHERE = Place((), None)


@dataclass(frozen=True, slots=True)
class Found:
    """One file of the inbox. `advice` is why it is held and what to do.

    `is_by_folder`: its folder's name says whose it is. `speaker`: whose own file it is, where there is one a speaker.
    `is_recorders`: its name is the recorder's, and its number gives the order.
    `folder`: where it lies in the inbox.
    """

    path: Path = field(repr=False)
    standing: Standing
    kind: SourceKind | None = None
    digest: str = ""
    place: Place = NOWHERE
    advice: str = field(default="", repr=False)
    is_by_folder: bool = False
    speaker: str = field(default="", repr=False)
    is_recorders: bool = False
    role: FileRole = FileRole.PIECE
    number: int = 0
    folder: str = field(default="", repr=False)

    @property
    def original_name(self) -> str:
        """With its folder, where that says whose it is."""
        return f"{self.path.parent.name}/{self.path.name}" if self.is_by_folder else self.path.name


@dataclass(frozen=True, slots=True)
class Group:
    """New files that are taken together, as one interview or into the interview `joins`.

    `is_in_recorders_order`: all files of that interview follow each other as a recorder numbered them.
    `outdated`: digests of that interview's files whose place these take.
    """

    members: tuple[Found, ...]
    joins: str = ""
    is_in_recorders_order: bool = False
    outdated: frozenset[str] = frozenset()

    @property
    def has_recording(self) -> bool:
        return any(member.kind is SourceKind.RECORDING for member in self.members)


@dataclass(frozen=True, slots=True)
class Survey:
    """What lies in the inbox. `closed_count` is what could not even be listed."""

    files: tuple[Found, ...]
    closed_count: int
    groups: tuple[Group, ...] = ()

    def count(self, *standings: Standing) -> int:
        return sum(found.standing in standings for found in self.files)

    @property
    def new_count(self) -> int:
        return self.count(Standing.NEW)

    @property
    def stated_ids(self) -> frozenset[str]:
        """Ids that the numbers in the files' names ask for: no other file gets them."""
        asked = (stated_id_of(found.place) for found in self.files if found.standing is not Standing.KNOWN)
        return frozenset(asked) - {""}

    @property
    def has_recording(self) -> bool:
        return any(found.standing is Standing.NEW and found.kind is SourceKind.RECORDING for found in self.files)

    @property
    def has_arriving_recording(self) -> bool:
        return any(found.standing is Standing.SETTLING and found.kind is SourceKind.RECORDING for found in self.files)

    @property
    def settling_count(self) -> int:
        return self.count(Standing.SETTLING)

    @property
    def held_count(self) -> int:
        """Files that wait for a person."""
        return self.count(Standing.UNPLACED, Standing.EMPTY)

    @property
    def wrong_kind_count(self) -> int:
        return self.count(Standing.WRONG_KIND)

    @property
    def unavailable_count(self) -> int:
        return self.count(Standing.UNAVAILABLE) + self.closed_count


def _is_captions(path: Path) -> bool | None:
    return kind_of(path) is SourceKind.TRANSCRIPT


@dataclass(frozen=True, slots=True)
class Insight:
    """What names do not tell. Without engines: only captions have times, and no recording's length is known.

    `interviewer_label`: what the study calls the interviewer. `has_times`: whether a text says when things were said;
    None where it cannot be read. `duration_ms`: of a recording; None where it is not known.
    """

    interviewer_label: str = "INT"
    has_times: Callable[[Path], bool | None] = _is_captions
    duration_ms: Callable[[Path], int | None] = lambda _: None


BY_NAME = Insight()
