"""Prefect tasks: ids in, digests out. Each skips what is current, and keeps why it failed where the team sees it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture

from colloquy.domain.interview import State
from colloquy.domain.record import InterviewState
from colloquy.errors import StageFailedError
from colloquy.store.folders import DataFolder, find_data_folder
from colloquy.store.inbox import Intake, admit
from colloquy.store.ledger import read_state, save_state
from flows import artifacts
from flows.guard import Caught, guarded
from flows.progress import Outcome, tell
from flows.publishing import Published, publish_study
from flows.state import state_after_checks
from flows.steps import do_step
from flows.work import StudyWork

# What an earlier task gave, or will give: Prefect waits for it and draws the line between the two.
Given = str | PrefectFuture[str]
# Nothing is persisted: Prefect pickles results to disk, and its cache cannot see that a file was deleted.
_AS_IDS: dict[str, Any] = {"cache_policy": NO_CACHE, "persist_result": False, "log_prints": False, "retries": 0}


@cache
def _work(data: DataFolder, study_id: str) -> StudyWork:
    return StudyWork(data, study_id)


def forget_work() -> None:
    """Read settings and rosters anew; called when a study's run begins."""
    _work.cache_clear()


def work_of(study_id: str) -> StudyWork:
    return _work(find_data_folder(), study_id)


@task(name="admit", task_run_name="admit", **_AS_IDS)
def admit_sources(study_id: str) -> tuple[str, ...]:
    """Ids of all interviews of the study, after taking in what is new in the inbox."""
    outcome = guarded(find_data_folder(), lambda: _admit(study_id))
    if isinstance(outcome, Caught):
        raise StageFailedError(f"admit: {outcome.reason}")
    return tuple(interview.interview_id for interview in outcome.interviews)


def _admit(study_id: str) -> Intake:
    work = work_of(study_id)
    intake = admit(work.folder, work.settings.study.interview_pattern, work.settings.inbox)
    for interview in intake.interviews:
        if read_state(work.folder, interview.interview_id) is None:
            save_state(work.folder, InterviewState(interview.interview_id, State.NEW))
    return intake


def _stage(study_id: str, interview_id: str, stage: str) -> str:
    tell(interview_id, stage, Outcome.BEGAN)
    guarded(find_data_folder(), lambda: _note_begin(study_id, interview_id, stage))
    outcome = guarded(find_data_folder(), lambda: _do(study_id, interview_id, stage))
    if isinstance(outcome, Caught):
        guarded(find_data_folder(), lambda: _note_failure(study_id, interview_id, stage, outcome.reason))
        tell(interview_id, stage, Outcome.FAILED)
        raise StageFailedError(f"{interview_id}, {stage} ({outcome.error}): {outcome.reason}")
    digest, was_done = outcome
    tell(interview_id, stage, Outcome.DONE if was_done else Outcome.CURRENT)
    return digest


def _do(study_id: str, interview_id: str, stage: str) -> tuple[str, bool]:
    work = work_of(study_id)
    interview = work.interview(interview_id)
    done = do_step(work, stage, interview)
    if stage == "check":
        save_state(work.folder, state_after_checks(work, interview))
    return done


def _note_begin(study_id: str, interview_id: str, stage: str) -> None:
    """What is done stays done while a later run looks whether it is current."""
    folder = work_of(study_id).folder
    known = read_state(folder, interview_id) or InterviewState(interview_id, State.NEW)
    if known.state is not State.DONE:
        save_state(folder, replace(known, state=State.RUNNING, stage=stage, reason=""))


def _note_failure(study_id: str, interview_id: str, stage: str, reason: str) -> None:
    folder = work_of(study_id).folder
    known = read_state(folder, interview_id) or InterviewState(interview_id, State.NEW)
    save_state(folder, replace(known, state=State.FAILED, stage=stage, reason=reason, verdict=""))


@task(name="prepare", task_run_name="{interview_id} · prepare", tags=["prepare"], **_AS_IDS)
def prepare(study_id: str, interview_id: str) -> str:
    """Decode, measure, find the speech."""
    return _stage(study_id, interview_id, "prepare")


@task(name="transcribe", task_run_name="{interview_id} · transcribe", tags=["transcribe"], **_AS_IDS)
def transcribe(study_id: str, interview_id: str, prepared: Given) -> str:
    """Write down what is said."""
    return _stage(study_id, interview_id, "transcribe")


@task(name="diarise", task_run_name="{interview_id} · diarise", tags=["diarise"], **_AS_IDS)
def diarise(study_id: str, interview_id: str, prepared: Given) -> str:
    """Tell the voices apart."""
    return _stage(study_id, interview_id, "diarise")


@task(name="attribute", task_run_name="{interview_id} · attribute", tags=["attribute"], **_AS_IDS)
def attribute(study_id: str, interview_id: str, transcribed: Given, diarised: Given) -> str:
    """Give every word to a speaker and every speaker a role."""
    return _stage(study_id, interview_id, "attribute")


@task(name="read document", task_run_name="{interview_id} · read document", tags=["read document"], **_AS_IDS)
def read_document(study_id: str, interview_id: str) -> str:
    """Read a written text or a ready-made transcript."""
    return _stage(study_id, interview_id, "read_document")


@task(name="redact", task_run_name="{interview_id} · redact", tags=["redact"], **_AS_IDS)
def redact(study_id: str, interview_id: str, attributed: Given) -> str:
    """Replace what identifies people, places and services."""
    return _stage(study_id, interview_id, "redact")


@task(name="check", task_run_name="{interview_id} · check", tags=["check"], **_AS_IDS)
def check(study_id: str, interview_id: str, redacted: Given) -> str:
    """Check the interview against the study's expectations."""
    return _stage(study_id, interview_id, "check")


@task(name="publish", task_run_name="publish", **_AS_IDS)
def publish(study_id: str) -> Published:
    """Put the interviews that passed into a new version of the dataset, with exports and the report."""
    outcome: Any = guarded(find_data_folder(), lambda: publish_study(work_of(study_id)))
    if isinstance(outcome, Caught):
        raise StageFailedError(f"publish: {outcome.reason}")
    published: Published = outcome
    return published


def show_interview(study_id: str, interview_id: str) -> None:
    """The card is no part of the work: where it cannot be shown, the interview stands as it does."""
    work = work_of(study_id)
    guarded(find_data_folder(), lambda: artifacts.show_interview(work, work.interview(interview_id)))


def show_study(study_id: str) -> None:
    guarded(find_data_folder(), lambda: artifacts.show_study(work_of(study_id)))
