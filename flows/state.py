"""Where an interview stands once its checks have run."""

from __future__ import annotations

from colloquy.domain.checked import CheckedInterview
from colloquy.domain.interview import Interview, State
from colloquy.domain.record import InterviewState
from colloquy.domain.stage import stages_of
from colloquy.domain.validation import ValidationReport, Verdict
from colloquy.store.ledger import read_record
from colloquy.store.results import load_result
from flows.work import StudyWork

STATE_OF = {
    Verdict.PASSED: State.DONE,
    Verdict.PASSED_WITH_WARNINGS: State.DONE,
    Verdict.WAITS: State.WAITS,
    Verdict.FAILED: State.FAILED,
}


def state_after_checks(work: StudyWork, interview: Interview) -> InterviewState:
    name = interview.interview_id
    checked = load_result(work.folder, "check", name, CheckedInterview)
    report, row = checked.report, checked.tables.interviews[0]
    records = [record for stage in stages_of(interview.kind) if (record := read_record(work.folder, stage, name))]
    return InterviewState(
        name,
        STATE_OF[report.verdict],
        "check",
        _reason(report),
        row.duration_ms,
        row.speaker_count,
        row.word_count,
        row.redaction_count,
        report.passed_count,
        len(report.results),
        report.verdict.value,
        {record.stage: record.seconds for record in records},
    )


def _reason(report: ValidationReport) -> str:
    """What failed, worst first, and what to do about the worst."""
    if not report.failed:
        return ""
    worst = report.failed[0]
    more = f" ({len(report.failed) - 1} more in the report)" if len(report.failed) > 1 else ""
    return f"Not so: {worst.description}{more} {worst.advice}".strip()
