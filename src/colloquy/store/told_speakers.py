"""How many people speak in one interview, where the team says so: in the column `speakers` of `files.csv`."""

from __future__ import annotations

import re
from pathlib import Path

from colloquy.domain.diarisation import SpeakerCount
from colloquy.errors import StoreError
from colloquy.store.team_lists import read_rows

COLUMN = "speakers"
# 3; 2-4; 2 to 4. An apostrophe keeps Excel from making a date of 2-4.
_COUNT = re.compile(r"'?\s*(?P<few>\d{1,2})(?:\s*(?:-|–|to)\s*(?P<many>\d{1,2}))?", re.IGNORECASE)


def read_told_speakers(path: Path) -> dict[str, str]:
    """What stands there, by interview's id; nothing for those where nothing stands. Raises StoreError as `read_rows`.

    An interview of several files has several lines: one of them is enough, and different ones are no number.
    """
    told: dict[str, list[str]] = {}
    for row in read_rows(path, ("interview_id",)):
        cell = row.get(COLUMN, "").strip()
        if cell and cell not in told.setdefault(row["interview_id"].strip().upper(), []):
            told[row["interview_id"].strip().upper()].append(cell)
    return {interview_id: "; ".join(cells) for interview_id, cells in told.items() if cells}


def speaker_count_in(told: str, interview_id: str) -> SpeakerCount:
    """Raises StoreError where it is no number and no range of numbers; what stands there is not repeated."""
    found = _COUNT.fullmatch(told)
    few = int(found["few"]) if found else 0
    many = int(found["many"] or few) if found else 0
    if not 1 <= few <= many:
        raise StoreError(
            f"files.csv, {interview_id}: the column {COLUMN} does not say how many people speak; expected a number, "
            'interviewers included, as in "3", or "2 to 4" (Excel makes a date of 2-4). Correct that cell, or empty it.'
        )
    return SpeakerCount(few, many)
