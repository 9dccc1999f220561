"""Runs that died with their machine stay "Running" in Prefect for ever; here they are put right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
    TaskRunFilter,
    TaskRunFilterState,
    TaskRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.context import FlowRunContext
from prefect.states import Crashed

from colloquy.errors import ColloquyError
from colloquy.store.folders import StudyFolder
from colloquy.store.lock import is_locked, study_lock

STANDING = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
DIED = "This run was cut off: its machine or its program stopped. Nothing is lost; the next run goes on where it was."
PAGE = 200
MOST_PAGES = 20
# A run that has just begun may not hold its study yet.
YOUNG = timedelta(minutes=3)


def bury(study_id: str) -> int:
    """Mark every earlier run of the study that seems to be going on as crashed, with its tasks; gives their number.

    Call while holding the study's lock: whoever holds it is the only one at work, so all earlier ones are dead.
    """
    context = FlowRunContext.get()
    own = context.flow_run if context is not None else None
    with get_client(sync_client=True) as client:
        dead: list[FlowRun] = []
        while page := _standing(client, study_id, own, len(dead)):
            dead += page
        for run in dead:
            bury_tasks(client, run)
            client.set_flow_run_state(run.id, Crashed(message=DIED), force=True)
    return len(dead)


def bury_where_nobody_works(folder: StudyFolder) -> int:
    """As `bury`, for a study that nobody holds; looks first, so that no run finds the study held for nothing."""
    if is_locked(folder):
        return 0
    with get_client(sync_client=True) as client:
        runs = _standing(client, folder.study_id, None, 0)
    if not any(_is_old(run) for run in runs):
        return 0
    try:
        with study_lock(folder):
            return bury(folder.study_id)
    except ColloquyError:  # a run has begun meanwhile; it buries the dead itself
        return 0


def _is_old(run: FlowRun) -> bool:
    since = run.state.timestamp if run.state is not None else run.created
    return since is not None and since < datetime.now(UTC) - YOUNG


def _standing(client: SyncPrefectClient, study_id: str, own: FlowRun | None, offset: int) -> list[FlowRun]:
    wanted = FlowRunFilter(
        tags=FlowRunFilterTags(all_=[study_id]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=STANDING)),
        id=FlowRunFilterId(not_any_=[own.id]) if own is not None else None,
    )
    return client.read_flow_runs(flow_run_filter=wanted, limit=PAGE, offset=offset)


def bury_tasks(client: SyncPrefectClient, run: FlowRun) -> None:
    of_run = FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
    standing = TaskRunFilter(state=TaskRunFilterState(type=TaskRunFilterStateType(any_=STANDING)))
    for _ in range(MOST_PAGES):
        found = client.read_task_runs(flow_run_filter=of_run, task_run_filter=standing, limit=PAGE)
        for task_run in found:
            client.set_task_run_state(task_run.id, Crashed(message=DIED), force=True)
        if len(found) < PAGE:
            return
