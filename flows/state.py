"""Where an interview stands once its checks have run."""

from __future__ import annotations

from colloquy.domain.checked import CheckedInterview
from colloquy.domain.interview import Interview, State
from colloquy.domain.record import InterviewState
from colloquy.domain.speaker_decision import who_is_who
from colloquy.domain.stage import stages_of, words_stage
from colloquy.domain.utterance import Attribution
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
    verdict, reason = report.verdict, _reason(report)
    # What a critical check found must be mended first; the decision is asked for after that.
    if verdict is not Verdict.FAILED and (asked := _question(work, interview)):
        verdict, reason = Verdict.WAITS, asked
    records = [record for stage in stages_of(interview.kind) if (record := read_record(work.folder, stage, name))]
    return InterviewState(
        name,
        STATE_OF[verdict],
        "check",
        reason,
        row.duration_ms,
        row.speaker_count,
        row.word_count,
        row.redaction_count,
        report.passed_count,
        len(report.results),
        verdict.value,
        {record.stage: record.seconds for record in records},
    )


def _reason(report: ValidationReport) -> str:
    """What failed, worst first, and what to do about the worst."""
    if not report.failed:
        return ""
    worst = report.failed[0]
    more = f" ({len(report.failed) - 1} more in the report)" if len(report.failed) > 1 else ""
    found = f"To be decided: {worst.note}" if worst.note else f"Not so: {worst.description}"
    return f"{found}{more} {worst.advice}".strip()


def _question(work: StudyWork, interview: Interview) -> str:
    """Why a person must say who is who, and how; empty where nobody must.

    Once a person has decided, the machine's guess is not published, whatever the settings say.
    """
    question = load_result(work.folder, words_stage(interview.kind), interview.interview_id, Attribution).question
    may_wait = work.settings.attribution.undecided_roles == "wait" or work.decision(interview) is not None
    return who_is_who(question, work.study_id, interview.interview_id) if question and may_wait else ""
