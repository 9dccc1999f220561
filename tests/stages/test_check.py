"""Checking gives data; only what makes checking impossible is an error."""

from __future__ import annotations

import pytest

from colloquy.domain.dataset import DatasetTables
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.validation import CheckResult, Severity, Verdict
from colloquy.errors import CheckError
from colloquy.stages.check import check
from tests.sample_study import sample_tables


class Scripted:
    """A validator that answers what it is told."""

    identity = EngineIdentity("scripted", "1")

    def __init__(self, *results: CheckResult) -> None:
        self.results = results
        self.suites: list[str] = []

    def validate(self, tables: DatasetTables, suite: str) -> tuple[CheckResult, ...]:
        self.suites.append(suite)
        return self.results


def result(severity: Severity, *, is_passed: bool, could_run: bool = True) -> CheckResult:
    return CheckResult("pace", "Pace.", severity, is_passed, could_run, 0, ())


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ([result(Severity.CRITICAL, is_passed=True)], Verdict.PASSED),
        ([result(Severity.WARNING, is_passed=False)], Verdict.PASSED_WITH_WARNINGS),
        ([result(Severity.WARNING, is_passed=False), result(Severity.CRITICAL, is_passed=False)], Verdict.FAILED),
        ([result(Severity.CRITICAL, is_passed=True, could_run=False)], Verdict.FAILED),
        ([result(Severity.WARNING, is_passed=True, could_run=False)], Verdict.PASSED_WITH_WARNINGS),
    ],
)
def test_the_verdict_follows_the_worst_check(results: list[CheckResult], verdict: Verdict) -> None:
    validator = Scripted(*results)
    report = check(sample_tables(), validator, "P01")
    assert (report.interview_id, report.verdict, validator.suites) == ("P01", verdict, ["interview"])


def test_critical_failures_come_first() -> None:
    results = (result(Severity.WARNING, is_passed=False), result(Severity.CRITICAL, is_passed=False))
    assert [r.severity for r in check(sample_tables(), Scripted(*results), "P01").failed] == ["critical", "warning"]


def test_nothing_checked_is_an_error_not_a_pass() -> None:
    with pytest.raises(CheckError, match="ran no check"):
        check(sample_tables(), Scripted(), "P01")


def test_tables_of_another_interview_are_refused() -> None:
    with pytest.raises(CheckError, match=r"^P02: "):
        check(sample_tables("P01"), Scripted(result(Severity.CRITICAL, is_passed=True)), "P02")
