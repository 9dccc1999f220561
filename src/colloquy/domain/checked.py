"""An interview that was checked: the report, and the very tables that it is about."""

from __future__ import annotations

from dataclasses import dataclass

from colloquy.domain.dataset import DatasetTables
from colloquy.domain.validation import ValidationReport


@dataclass(frozen=True, slots=True)
class CheckedInterview:
    """Kept together, so that nothing is published that was not what was checked."""

    report: ValidationReport
    tables: DatasetTables
