"""Check one interview's tables; what fails is data, not an exception."""

from __future__ import annotations

from colloquy.domain.dataset import DatasetTables
from colloquy.domain.validation import ValidationReport
from colloquy.errors import CheckError
from colloquy.protocols import DatasetValidator

SUITE = "interview"


def check(tables: DatasetTables, validator: DatasetValidator, interview_id: str) -> ValidationReport:
    """Run every check of the suite `interview` on the tables of `interview_id`.

    Raises CheckError when the validator cannot run at all, when it ran no check (what was not checked has not passed),
    or when the tables are not those of this one interview.
    """
    if [row.interview_id for row in tables.interviews] != [interview_id]:
        raise CheckError(
            f"{interview_id}: the tables to check hold {len(tables.interviews)} interview(s), expected this one alone. "
            "Run the study again; report it if that does not help."
        )
    results = validator.validate(tables, SUITE)
    if not results:
        raise CheckError(
            f"{interview_id}: {validator.identity.name} ran no check, expected at least one. "
            "Look at checks.expectations_file in the settings."
        )
    return ValidationReport(interview_id, results)
