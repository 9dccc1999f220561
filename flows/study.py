"""A whole study: take in, every interview, publish."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from prefect import State as FlowState
from prefect import flow, tags
from prefect.states import Completed, Failed

from colloquy.domain.digest import outdated_advice
from colloquy.domain.interview import SourceKind, State
from colloquy.errors import (
    ColloquyError,
    DeviceBusyError,
    MemoryShortError,
    ModelDamagedError,
    ModelTooBigError,
    ServerLostError,
    SettingsError,
    StudyError,
)
from colloquy.settings import load_machine_settings
from colloquy.store.folders import find_data_folder
from colloquy.store.ledger import read_states
from colloquy.store.lock import study_lock
from colloquy.store.whole_folders import sweep_leftovers
from flows import tasks
from flows.guard import SERVER_LOST, Caught, guarded
from flows.hearing import forget_unwanted_voices
from flows.interview import AS_IDS
from flows.lanes import LANES, LISTENING
from flows.night import NightRecord, Plan
from flows.progress import note
from flows.publishing import Published, outdated_versions, published_version
from flows.runners import work_through
from flows.said import say
from flows.stage_work import refuse_model
from flows.steps import is_stage_current
from flows.work import StudyWork
from flows.zombies import bury

# Red in the interface, though the run did all it could: something waits for a person.
NEEDS_ATTENTION = "NeedsAttention"
UNUSABLE = tuple(
    kind.__name__ for kind in (ModelTooBigError, ModelDamagedError, MemoryShortError, DeviceBusyError, SettingsError)
)
LOOK_LIMIT_S = 300.0  # loading PyTorch takes long on a busy machine
PATIENCE_S = 20.0  # while the worker tidies up after a run that died


@flow(name="study", flow_run_name="{study_id}", **AS_IDS)
def study(study_id: str, is_night: bool = False) -> Any:
    """admit ─ every interview that is not finished ─ publish. One failure holds up nothing else.

    `is_night` keeps to the study's window: what would not end in it is left for the next night.
    """
    data = find_data_folder()
    try:
        with tags(*tasks.tags_of(study_id)), study_lock(data.study(study_id), PATIENCE_S):
            tasks.begin_run()
            guarded(data, lambda: bury(study_id))
            # On other machines, a worker of a killed run may still be writing.
            if load_machine_settings().work.runner == "here":
                sweep_leftovers(data.study(study_id))
            outcome = guarded(data, lambda: _run(study_id, is_night=is_night))
            return Failed(name=outcome.error, message=outcome.reason) if isinstance(outcome, Caught) else outcome
    except ColloquyError as error:
        return Failed(message=str(error))
    finally:
        tasks.end_run()


def _run(study_id: str, *, is_night: bool) -> Any:
    work = tasks.work_of(study_id)
    before = len(work.interviews)
    if forgotten := forget_unwanted_voices(work):
        note(forgotten)
        say(forgotten)
    interview_ids = tasks.admit_sources(study_id)
    night = NightRecord(work, is_scheduled=is_night)
    plan = Plan(work, is_night=is_night)
    beginning = f"{len(interview_ids) - before} new, {plan.count} of {len(interview_ids)} interviews to work on."
    if plan.count:
        beginning = f"{beginning} {plan.estimate().expectation}"
        note(beginning)
    say(beginning)
    tasks.begin_progress(study_id, plan.count)
    outdated: tuple[str, ...] = ()
    try:
        _refuse_locked_key(work, plan)
        _refuse_voice_model(work, plan)
        _refuse_model(work, plan)
        work_through(study_id, plan)
        published = _publish(work, plan)
        outdated = published.outdated
    finally:  # the night is told of, also where nobody was there to work, or publishing failed
        told = night.close(plan, outdated)
        tasks.show_study(study_id, told)
        tasks.send(told, is_night=is_night)
        say(told.plain, is_trouble=told.needs_attention)
    return _outcome(study_id, plan, published)


def _refuse_locked_key(work: StudyWork, plan: Plan) -> None:
    """Without it nothing could be redacted, and what is finished would fail its checks. Raises StudyError."""
    if plan.left:
        refused = guarded(work.data, lambda: work.names())
        if isinstance(refused, Caught) and not (plan.is_night and refused.may_pass):
            raise StudyError(f"Nothing was begun. {refused.reason}")


def _refuse_voice_model(work: StudyWork, plan: Plan) -> None:
    """Where the study remembers voices and there is nothing to know them by. Raises StudyError."""
    if any(work.interview(one).kind is SourceKind.RECORDING for one in plan.left):
        refused = guarded(work.data, lambda: work.voice_rules)
        if isinstance(refused, Caught):
            raise StudyError(f"Nothing was begun. {refused.reason}")


def _refuse_model(work: StudyWork, plan: Plan) -> None:
    """Before the first interview: a model that this machine cannot load stops all that wait for it.

    What else is wrong with it each interview says itself, and those that need no model go on. In a night, what may pass
    is left to the interviews, which are tried again. Raises StudyError.
    """
    if load_machine_settings().work.runner != "here":
        return  # the workers' machines are others
    recordings = (one for one in map(work.interview, plan.left) if one.kind is SourceKind.RECORDING)
    if all(guarded(work.data, partial(is_stage_current, work, "transcribe", one)) is True for one in recordings):
        return
    refused = LANES.of(LISTENING).call(LOOK_LIMIT_S, refuse_model, work.data, work.study_id)
    if isinstance(refused, Caught) and refused.error in UNUSABLE and not (plan.is_night and refused.may_pass):
        raise StudyError(f"Nothing was begun. {refused.reason}")


def _publish(work: StudyWork, plan: Plan) -> Published:
    """Done again only where something may have changed."""
    version = None if plan.count else published_version(work)
    if version is None:
        return tasks.publish(work.study_id)
    passed = [state for state in read_states(work.folder) if state.state is State.DONE]
    outdated = guarded(work.data, lambda: outdated_versions(work, version))  # told until somebody deletes them
    return Published(len(passed), version, () if isinstance(outdated, Caught) else outdated)


def _outcome(study_id: str, plan: Plan, published: Published) -> Any:
    states = [state for state in read_states(tasks.work_of(study_id).folder) if state.state is not State.SET_ASIDE]
    failed, waiting = ([s for s in states if s.state is wanted] for wanted in (State.FAILED, State.WAITS))
    message = f"{published.interview_count} of {len(states)} interviews published as {published.version or 'nothing'}"
    unfinished = plan.estimate(without=tuple(state.interview_id for state in failed))
    if unfinished.left_count:
        message = f"{message}. {unfinished.sentence}"
    advice = [outdated_advice(version) for version in published.outdated]
    for sentence in advice:
        note(sentence)
    if failed or waiting or advice:
        counts = [f"{len(some)} {what}" for some, what in ((failed, "failed"), (waiting, "wait for a person")) if some]
        told = [f"{', '.join(counts)}."] if counts else []
        told += [*(f"{state.interview_id}: {state.reason}" for state in (*failed, *waiting)), *advice]
        return Failed(name=NEEDS_ATTENTION, message=f"{message.rstrip('.')}. {' '.join(told)}")
    if unfinished.left_count:
        return Completed(name="MoreIsLeft", message=message)
    return Completed(message=message) if plan.count else Completed(name="NothingToDo", message=message)


def run_study(study_id: str) -> str | None:
    """Run the flow here and now; why it could not end, or None. What became of each interview stands in the ledger.

    Raises ServerLostError where Prefect's server stopped answering meanwhile.
    """

    def run() -> FlowState[Any]:
        with tags(*tasks.tags_of(study_id)):
            return cast(FlowState[Any], study(study_id, return_state=True))

    final = guarded(find_data_folder(), run)
    name, message = (final.error, final.reason) if isinstance(final, Caught) else (final.name, final.message)
    if name == SERVER_LOST:
        raise ServerLostError(f"{study_id}: {message}")
    if isinstance(final, Caught):
        return final.reason
    is_over = final.is_completed() or final.name == NEEDS_ATTENTION
    return None if is_over else (final.message or "It was cancelled.")
