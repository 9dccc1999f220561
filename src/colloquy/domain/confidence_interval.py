"""How sure a figure is that was measured on a few interviews."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConfidenceInterval:
    """From `low` to `high` in the figure's own unit; `level` in (0, 1); `interview_count` is how many it rests on."""

    low: float
    high: float
    level: float
    interview_count: int
