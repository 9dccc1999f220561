"""The two levels in which a transcript can be read, both made from the same words."""

from __future__ import annotations

from enum import StrEnum


class VerbatimLevel(StrEnum):
    """`full`: everything, with pauses and overlaps; `intelligent`: readable, what says nothing left out."""

    FULL = "full"
    INTELLIGENT = "intelligent"


def clock(ms: int) -> str:
    """`hh:mm:ss`, rounded down, so that a player starts no later than what is meant."""
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}"
