"""What a report says as a whole."""

from __future__ import annotations

from colloquy.domain.validation import ValidationReport, Verdict


def test_a_report_without_a_check_has_not_passed() -> None:
    assert ValidationReport("P01", ()).verdict is Verdict.FAILED
