"""Prefect tasks: ids in, digests out. Each skips what is current, and keeps why it failed where the team sees it."""

from __future__ import annotations

import multiprocessing
import secrets
from dataclasses import replace
from functools import cache
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture

from colloquy.domain.interview import Interview, State
from colloquy.domain.record import InterviewState
from colloquy.domain.stage import stages_of
from colloquy.errors import ColloquyError, DeviceBusyError, DeviceFailedError, StageFailedError, StageInterruptedError
from colloquy.settings import load_machine_settings, load_settings
from colloquy.store.folders import DataFolder, find_data_folder
from colloquy.store.inbox import Intake
from colloquy.store.ledger import read_state, save_state
from flows import artifacts
from flows.gpu import gpu_turn, uses_gpu
from flows.guard import Caught, guarded
from flows.lanes import LANES, LISTENING, REST, STOPPED
from flows.night import Told
from flows.notices import notify
from flows.progress import Outcome, tell
from flows.publishing import Published
from flows.stage_work import do_publish, do_stage
from flows.work import StudyWork

# What an earlier task gave, or will give: Prefect waits for it and draws the line between the two.
Given = str | PrefectFuture[str]
GPU_FAILED = (DeviceFailedError.__name__, DeviceBusyError.__name__)
_WORK = load_machine_settings().work
_run = ""
_is_called_off = False
_progress: artifacts.Progress | None = None


def _may_pass(_task: Any, _run: Any, state: Any) -> bool:
    return isinstance(state.data, StageInterruptedError)  # what a broken file says will not change


# Nothing is persisted: Prefect pickles results to disk, and its cache cannot see that a file was deleted.
_AS_IDS: dict[str, Any] = {"cache_policy": NO_CACHE, "persist_result": False, "log_prints": False}
_ONCE: dict[str, Any] = _AS_IDS | {"retries": 0}
_AGAIN: dict[str, Any] = _AS_IDS | {
    "retries": _WORK.tries - 1,
    "retry_delay_seconds": _WORK.waits_s,
    "retry_condition_fn": _may_pass,
}


@cache
def _work(data: DataFolder, study_id: str) -> StudyWork:
    return StudyWork(data, study_id)


def begin_run(run: str = "") -> None:
    """Read settings and rosters anew; called when a study's run begins. `run` is its token where it has one already."""
    global _run, _is_called_off
    _run = run or secrets.token_hex(8)
    _is_called_off = False
    LANES.open()
    _work.cache_clear()


def current_run() -> str:
    """This run's token, for those that work on it elsewhere."""
    return _run


def call_off() -> None:
    """The run is being stopped: end what is at work, and try nothing again."""
    global _is_called_off
    _is_called_off = True
    LANES.close()


def end_run() -> None:
    """End what works beside this process, in whatever state it is."""
    LANES.stop()


def work_of(study_id: str) -> StudyWork:
    return _work(find_data_folder(), study_id)


def tags_of(study_id: str) -> tuple[str, ...]:
    """The study and its site, to filter by; a study whose settings cannot be read says so when its work begins."""
    settings = guarded(find_data_folder(), lambda: load_settings(study_id))
    if isinstance(settings, Caught) or not settings.study.site:
        return (study_id,)
    return study_id, f"site: {settings.study.site}"


@task(name="admit", task_run_name="admit", **_AGAIN)
def admit_sources(study_id: str) -> tuple[str, ...]:
    """Ids of all interviews of the study that count, after taking in what is new in the inbox."""
    outcome = guarded(find_data_folder(), lambda: _admit(study_id))
    if isinstance(outcome, Caught):
        raise _error(outcome, f"admit: {outcome.reason}")
    return tuple(interview.interview_id for interview in outcome.interviews if not interview.is_set_aside)


def _admit(study_id: str) -> Intake:
    work = work_of(study_id)
    # What was dropped by day is seen here for the first time: nobody has looked since the last night.
    work.settled_inbox()
    return work.admit()


def _error(caught: Caught, message: str) -> ColloquyError:
    return (StageInterruptedError if caught.may_pass else StageFailedError)(message)


def _stage(study_id: str, interview_id: str, stage: str) -> str:
    if _is_called_off:
        raise StageFailedError(STOPPED)
    tell(interview_id, stage, Outcome.BEGAN)
    data = find_data_folder()
    guarded(data, lambda: _note_begin(study_id, interview_id, stage))
    outcome = guarded(data, lambda: _call_lane(data, study_id, interview_id, stage))
    if isinstance(outcome, Caught) and _is_called_off:
        raise StageFailedError(STOPPED)  # no failure of the interview: it stands as interrupted
    if isinstance(outcome, Caught):
        guarded(data, lambda: _note_failure(study_id, interview_id, stage, outcome))
        tell(interview_id, stage, Outcome.FAILED)
        raise _error(outcome, f"{interview_id}, {stage} ({outcome.error}): {outcome.reason}")
    digest, was_done = outcome
    tell(interview_id, stage, Outcome.DONE if was_done else Outcome.CURRENT)
    return digest


def _call_lane(data: DataFolder, study_id: str, interview_id: str, stage: str) -> tuple[str, bool] | Caught:
    work = work_of(study_id)
    limit_s = _WORK.limit_s(_duration_ms(work, work.interview(interview_id)))
    is_on_gpu = uses_gpu(work.settings, stage)
    lane = LANES.of(LISTENING if is_on_gpu or stage == "transcribe" else REST)
    with gpu_turn(data, is_needed=is_on_gpu):
        if multiprocessing.current_process().daemon:  # a worker of a Dask cluster, which may begin no process
            return do_stage(data, study_id, _run, stage, interview_id)
        outcome = lane.call(limit_s, do_stage, data, study_id, _run, stage, interview_id)
        if isinstance(outcome, Caught) and outcome.error in GPU_FAILED:
            lane.stop()  # a process whose GPU failed cannot use it again
    return outcome


def _duration_ms(work: StudyWork, interview: Interview) -> int | None:
    known = guarded(work.data, lambda: work.duration_ms(interview))
    return None if isinstance(known, Caught) else known  # None: not decoded yet


def _note_begin(study_id: str, interview_id: str, stage: str) -> None:
    """What is done stays done while a later run looks at it; so does what failed beside this stage in this run."""
    folder = work_of(study_id).folder
    known = read_state(folder, interview_id) or InterviewState(interview_id, State.NEW)
    has_failed_beside = known.state is State.FAILED and {stage, known.stage} == {"transcribe", "diarise"}
    if known.state is not State.DONE and not has_failed_beside:
        save_state(folder, replace(known, state=State.RUNNING, stage=stage, reason=""))


def _note_failure(study_id: str, interview_id: str, stage: str, caught: Caught) -> None:
    folder = work_of(study_id).folder
    known = read_state(folder, interview_id) or InterviewState(interview_id, State.NEW)
    failed = replace(known, state=State.FAILED, stage=stage, reason=caught.reason, error=caught.error, verdict="")
    save_state(folder, failed)


def note_broken(study_id: str, interview_id: str, caught: Caught) -> None:
    """What broke between the stages is told like any failure: nothing may look as if it were still at work."""
    if _is_called_off:
        return

    def note() -> None:
        known = read_state(work_of(study_id).folder, interview_id)
        if known is None or known.state in (State.NEW, State.RUNS_NEXT, State.RUNNING):
            _note_failure(study_id, interview_id, known.stage if known else "", caught)

    guarded(find_data_folder(), note)


LOST = Caught(
    "Lost",
    "The program at work on this was ended before its end. Nothing is lost; the next run goes on where it was.",
)


def note_if_lost(study_id: str, interview_id: str) -> None:
    """Should its run have ended without a word, the interview says so."""
    note_broken(study_id, interview_id, LOST)


def tell_begun(study_id: str, interview_id: str) -> None:
    """For whoever listens here, of an interview that is worked on elsewhere."""
    tell(interview_id, stages_of(work_of(study_id).interview(interview_id).kind)[0], Outcome.BEGAN)


def tell_ended(study_id: str, interview_id: str) -> None:
    """As `tell_begun`, of all its stages, by what the ledger says."""
    work = work_of(study_id)
    known = read_state(work.folder, interview_id)
    for stage in stages_of(work.interview(interview_id).kind):
        is_failed = known is not None and known.state in (State.FAILED, State.RUNNING) and known.stage == stage
        tell(interview_id, stage, Outcome.FAILED if is_failed else Outcome.DONE)
        if is_failed:
            return


@task(name="prepare", task_run_name="{interview_id} · prepare", tags=["prepare"], **_AGAIN)
def prepare(study_id: str, interview_id: str) -> str:
    """Decode, measure, find the speech."""
    return _stage(study_id, interview_id, "prepare")


@task(name="transcribe", task_run_name="{interview_id} · transcribe", tags=["transcribe"], **_AGAIN)
def transcribe(study_id: str, interview_id: str, prepared: Given) -> str:
    """Write down what is said."""
    with artifacts.reading_shown(work_of(study_id), interview_id):
        return _stage(study_id, interview_id, "transcribe")


@task(name="diarise", task_run_name="{interview_id} · diarise", tags=["diarise"], **_AGAIN)
def diarise(study_id: str, interview_id: str, prepared: Given) -> str:
    """Tell the voices apart."""
    return _stage(study_id, interview_id, "diarise")


@task(name="attribute", task_run_name="{interview_id} · attribute", tags=["attribute"], **_AGAIN)
def attribute(study_id: str, interview_id: str, transcribed: Given, diarised: Given) -> str:
    """Give every word to a speaker and every speaker a role."""
    return _stage(study_id, interview_id, "attribute")


@task(name="read document", task_run_name="{interview_id} · read document", tags=["read document"], **_AGAIN)
def read_document(study_id: str, interview_id: str) -> str:
    """Read a written text or a ready-made transcript."""
    return _stage(study_id, interview_id, "read_document")


@task(name="redact", task_run_name="{interview_id} · redact", tags=["redact"], **_AGAIN)
def redact(study_id: str, interview_id: str, attributed: Given) -> str:
    """Replace what identifies people, places and services."""
    return _stage(study_id, interview_id, "redact")


@task(name="check", task_run_name="{interview_id} · check", tags=["check"], **_AGAIN)
def check(study_id: str, interview_id: str, redacted: Given) -> str:
    """Check the interview against the study's expectations."""
    return _stage(study_id, interview_id, "check")


@task(name="publish", task_run_name="publish", **_AGAIN)
def publish(study_id: str) -> Published:
    """Put the interviews that passed into a new version of the dataset, with exports and the report."""
    data = find_data_folder()
    everything_s = _WORK.limit_s(None) + len(work_of(study_id).interviews) * _WORK.least_limit_s
    outcome = LANES.of(REST).call(everything_s, do_publish, data, study_id, _run)
    if isinstance(outcome, Caught):
        raise _error(outcome, f"publish: {outcome.reason}")
    return outcome


def show_interview(study_id: str, interview_id: str) -> None:
    """The card is no part of the work: where it cannot be shown, the interview stands as it does."""
    work = work_of(study_id)
    guarded(find_data_folder(), lambda: artifacts.show_interview(work, work.interview(interview_id)))


def show_study(study_id: str, told: Told) -> None:
    """The study's table and the digest of this run."""
    guarded(find_data_folder(), lambda: artifacts.show_study(work_of(study_id), told))


def begin_progress(study_id: str, count: int) -> None:
    """The bar is no part of the work either."""
    global _progress
    begun = guarded(find_data_folder(), lambda: artifacts.Progress(study_id, count))
    _progress = None if isinstance(begun, Caught) else begun


def note_progress() -> None:
    """An interview has ended, however it ended."""
    progress = _progress
    if progress is not None:
        guarded(find_data_folder(), progress.one_ended)


def send(told: Told, *, is_night: bool) -> None:
    """Tell those who asked for it how the night went. A message that cannot be sent holds up nothing."""
    if is_night:
        guarded(find_data_folder(), lambda: notify(told, load_machine_settings().notices))
