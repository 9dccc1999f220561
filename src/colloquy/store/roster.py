"""What the study knows about its people and places: `participants.csv` and `roster.csv`, kept by the team in Excel."""

from __future__ import annotations

from dataclasses import dataclass, field

from colloquy.domain.redaction import Category, RosterEntry
from colloquy.errors import StoreError
from colloquy.store.folders import StudyFolder
from colloquy.store.team_lists import read_rows

PARTICIPANT_COLUMNS = ("participant_id", "name", "other_names", "role", "file")
ROSTER_COLUMNS = ("category", "name", "other_names")
CATEGORIES = {
    "person": Category.PERSON,
    "place": Category.PLACE,
    "organisation": Category.ORGANISATION,
}


@dataclass(frozen=True, slots=True)
class Participant:
    """One line of `participants.csv`. Identifiable. `files` are names of files whose own name holds no code."""

    participant_id: str
    names: tuple[str, ...] = field(repr=False)
    role: str = ""
    files: tuple[str, ...] = field(default=(), repr=False)


def read_participants(folder: StudyFolder) -> tuple[Participant, ...]:
    """Empty where the study has no list. Raises StoreError when a column is missing."""
    rows = read_rows(folder.identifiable / "participants.csv", PARTICIPANT_COLUMNS[:2])
    return tuple(
        Participant(
            row["participant_id"].strip(),
            _names(row),
            row.get("role", "").strip().lower(),
            tuple(name for name in map(str.strip, row.get("file", "").split(";")) if name),
        )
        for row in rows
        if row["participant_id"].strip()
    )


def read_roster(folder: StudyFolder) -> tuple[RosterEntry, ...]:
    """Everybody in `participants.csv` and everything in `roster.csv`. Raises StoreError when a line is not usable."""
    people = tuple(RosterEntry(Category.PERSON, person.names) for person in read_participants(folder) if person.names)
    others = []
    for number, row in enumerate(read_rows(folder.identifiable / "roster.csv", ROSTER_COLUMNS[:2]), start=2):
        category = CATEGORIES.get(row["category"].strip().lower())
        if category is None:
            raise StoreError(
                f"roster.csv, line {number}: the category is not one of {', '.join(CATEGORIES)}. Correct that cell."
            )
        if names := _names(row):
            others.append(RosterEntry(category, names))
    return people + tuple(others)


def _names(row: dict[str, str]) -> tuple[str, ...]:
    spellings = [row.get("name", ""), *row.get("other_names", "").split(";")]
    return tuple(dict.fromkeys(" ".join(name.split()) for name in spellings if name.strip()))
