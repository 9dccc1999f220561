"""What was checked and what came out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# The one check that a person answers by saying who is who.
ROLES_CHECK = "who-is-who"


class Severity(StrEnum):
    CRITICAL = "critical"
    WARNING = "warning"


class Verdict(StrEnum):
    PASSED = "passed"
    PASSED_WITH_WARNINGS = "passed with warnings"
    WAITS = "waits for a person"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check. `failing_ids` are utterance or word ids, never text; `could_run` is False when the check broke.

    `advice` says in one sentence what to do when it fails. `note` is a sentence about this very result: what is open,
    or why it passed.
    """

    check: str
    description: str
    severity: Severity
    is_passed: bool
    could_run: bool
    failing_count: int
    failing_ids: tuple[str, ...]
    advice: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """All checks of one interview; what could not be checked has not passed."""

    interview_id: str
    results: tuple[CheckResult, ...]

    @property
    def verdict(self) -> Verdict:
        if not self.results or any(result.severity is Severity.CRITICAL for result in self.failed):
            return Verdict.FAILED
        return Verdict.PASSED_WITH_WARNINGS if self.failed else Verdict.PASSED

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """Checks that did not pass, critical ones first."""
        failed = (result for result in self.results if not (result.is_passed and result.could_run))
        return tuple(sorted(failed, key=lambda result: result.severity is not Severity.CRITICAL))

    @property
    def passed_count(self) -> int:
        return sum(result.is_passed and result.could_run for result in self.results)
