"""One interview, from its source to checked tables. Reads like the diagram."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.states import Completed, Failed

from colloquy.domain.interview import SourceKind, State
from colloquy.domain.validation import Verdict
from colloquy.store.folders import find_data_folder
from colloquy.store.ledger import read_state
from colloquy.store.lock import interview_lock
from flows import tasks
from flows.guard import Caught, guarded
from flows.said import say

PASSED_WITH_WARNINGS = "PassedWithWarnings"
# A parent that retries can take over the wrong child's result; the ledger makes a new run cheap instead.
AS_IDS: dict[str, Any] = {"persist_result": False, "log_prints": False, "retries": 0, "validate_parameters": False}


@flow(name="interview", flow_run_name="{interview_id}", **AS_IDS)
def interview(study_id: str, interview_id: str) -> Any:
    """admit ─ prepare ─┬ transcribe ┬ attribute ─ redact ─ check, or read document ─ redact ─ check."""
    outcome = guarded(find_data_folder(), lambda: _interview(study_id, interview_id))
    if isinstance(outcome, Caught):
        tasks.note_broken(study_id, interview_id, outcome)
        outcome = Failed(name=outcome.error, message=f"{interview_id}: {outcome.reason}")
    say(outcome.message or "", is_trouble=not outcome.is_completed() or outcome.name == PASSED_WITH_WARNINGS)
    return outcome


def _interview(study_id: str, interview_id: str) -> Any:
    work = tasks.work_of(study_id)
    with interview_lock(work.folder, interview_id):
        return _run(study_id, interview_id, work.interview(interview_id).kind)


def _run(study_id: str, interview_id: str, kind: SourceKind) -> Any:
    if kind is SourceKind.RECORDING:
        prepared = tasks.prepare.submit(study_id, interview_id)
        transcribed = tasks.transcribe.submit(study_id, interview_id, prepared)
        diarised = tasks.diarise.submit(study_id, interview_id, prepared)
        words = tasks.attribute.submit(study_id, interview_id, transcribed, diarised)
    else:
        words = tasks.read_document.submit(study_id, interview_id)
    redacted = tasks.redact.submit(study_id, interview_id, words)
    checked = tasks.check.submit(study_id, interview_id, redacted)
    checked.wait()
    tasks.show_interview(study_id, interview_id)
    outcome = read_state(tasks.work_of(study_id).folder, interview_id)
    if outcome is None:
        return Failed(message=f"{interview_id} failed before its first stage")
    if not checked.state.is_completed():
        return Failed(message=f"{interview_id}, {outcome.stage.replace('_', ' ')}: {outcome.reason}")
    if outcome.state is State.FAILED:
        return Failed(message=f"{interview_id}: {outcome.reason}", name="ChecksFailed")
    if outcome.state is State.WAITS:
        return Failed(message=f"{interview_id}: {outcome.reason}", name="WaitsForAPerson")
    if outcome.verdict == Verdict.PASSED_WITH_WARNINGS.value:
        return Completed(message=f"{interview_id}: {outcome.reason}", name=PASSED_WITH_WARNINGS)
    return Completed(message=f"{interview_id}: {outcome.passed_count} checks passed")
