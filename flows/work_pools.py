"""Interviews on the workers of Prefect's pools: this run hands them out, waits, and goes on where one is lost."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import cast
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.deployments import run_deployment
from prefect.exceptions import PrefectException
from prefect.states import Cancelling, Crashed

from colloquy.domain.model import MODEL_NAME
from colloquy.errors import ServerError
from colloquy.settings import WorkSettings, load_machine_settings
from colloquy.store.lock import is_at_work
from flows import tasks
from flows.night import Plan
from flows.pools import MODEL, RUN, Pool, deployment_name, look_at, make_pool, pool_for, register_interview
from flows.zombies import DIED, bury_tasks

LOOK_EVERY_S = 2.0
# A worker says every half minute that it is there, and counts as gone after one and a half.
LOOK_AT_WORKERS_EVERY_S = 15.0
# A run in which nobody holds the interview is dead; the time between its state and its lock is much shorter.
LOST_AFTER_S = 15.0
# Taken by a worker and never begun: its process needs minutes to start on a busy machine.
STUCK_AFTER_S = 900.0
NOBODY_AFTER_S = 300.0
SERVER_GONE_AFTER_S = 600.0
PAGE = 200


def on_work_pools(study_id: str, plan: Plan) -> None:
    """Each interview as a run of its own on the pool that suits it, as many at once as the workers take."""
    with get_client(sync_client=True) as client:
        Dispatch(client, study_id, plan).run()


@dataclass
class Handed:
    """An interview that was handed out. `alone_since_s`, by this machine's clock, is None while somebody is at it."""

    interview_id: str
    pool: str
    alone_since_s: float | None = None
    state: StateType | None = None


class Dispatch:
    def __init__(self, client: SyncPrefectClient, study_id: str, plan: Plan) -> None:
        self._client = client
        self._study_id = study_id
        self._plan = plan
        self._settings = load_machine_settings().work
        self._handed: dict[UUID, Handed] = {}
        self._gpu, self._cpu = Pool("", 0, 0), Pool("", 0, 0)
        self._looked_s = float("-inf")
        # A worker reads settings anew for each run of the study, and follows `run --model`.
        self._environment = {RUN: tasks.current_run(), MODEL: os.environ.get(MODEL, "")}

    def run(self) -> None:
        """Raises ServerError where no worker is up, or the server is gone for good."""
        self._call_off_leftovers()
        for name in dict.fromkeys((self._settings.gpu_pool, self._settings.cpu_pool)):
            register_interview(make_pool(self._client, name))
        self._look_at_workers()
        if not MODEL_NAME.fullmatch(self._environment[MODEL] or "none"):
            raise ServerError(
                "run --model: on work pools a model is named, as `colloquy models list` has it: a path would stand in "
                "Prefect's database. Import it first with `colloquy models import`."
            )
        if self._plan.count and not self._slot_count:
            raise ServerError(nobody_is_up(self._settings))
        answered_s, is_more = time.monotonic(), True
        try:
            while is_more or self._handed:
                try:
                    self._look_at_workers()
                    self._look_at_runs()
                    is_more = self._hand_out()
                    answered_s = time.monotonic()
                except (httpx.HTTPError, PrefectException):  # the server is being started again: look later
                    if time.monotonic() - answered_s > SERVER_GONE_AFTER_S:
                        raise ServerError("prefect: its server has not answered for ten minutes.") from None
                time.sleep(LOOK_EVERY_S)
        finally:
            self._call_off()

    @property
    def _slot_count(self) -> int:
        return self._gpu.slot_count + self._cpu.slot_count

    def _hand_out(self) -> bool:
        """Begin as many interviews as there are free workers; whether any was begun."""
        begun = False
        while len(self._handed) < self._slot_count and (interview_id := self._plan.next()) is not None:
            kind = tasks.work_of(self._study_id).interview(interview_id).kind
            pool = pool_for(kind, self._gpu, self._cpu)
            try:
                run_id = self._begin(interview_id, pool)
            except BaseException:  # the interview is out of the plan already, whatever stopped it
                tasks.note_if_lost(self._study_id, interview_id)
                raise
            self._handed[run_id] = Handed(interview_id, pool.name)
            begun = True
        return begun

    def _begin(self, interview_id: str, pool: Pool) -> UUID:
        run = cast(
            FlowRun,
            run_deployment(
                deployment_name(pool.name),
                parameters={"study_id": self._study_id, "interview_id": interview_id},
                flow_run_name=interview_id,
                tags=[self._study_id],
                timeout=0,
                as_subflow=True,
                job_variables={"env": self._environment},
            ),
        )
        tasks.tell_begun(self._study_id, interview_id)
        return run.id

    def _look_at_workers(self) -> None:
        if time.monotonic() - self._looked_s < LOOK_AT_WORKERS_EVERY_S:
            return
        self._gpu, self._cpu = (
            look_at(self._client, self._settings, name) for name in (self._settings.gpu_pool, self._settings.cpu_pool)
        )
        if self._gpu.name == self._cpu.name:
            self._gpu = Pool("", 0, 0)
        self._looked_s = time.monotonic()

    def _look_at_runs(self) -> None:
        ids = list(self._handed)
        for number in range(0, len(ids), PAGE):
            some = FlowRunFilter(id=FlowRunFilterId(any_=ids[number : number + PAGE]))
            runs = {run.id: run for run in self._client.read_flow_runs(flow_run_filter=some, limit=PAGE)}
            for run_id in ids[number : number + PAGE]:
                self._look_at_run(run_id, runs.get(run_id))

    def _look_at_run(self, run_id: UUID, run: FlowRun | None) -> None:
        handed = self._handed[run_id]
        if run is None or run.state is None or run.state.is_final():  # None: somebody deleted it
            del self._handed[run_id]
            tasks.note_if_lost(self._study_id, handed.interview_id)
            tasks.tell_ended(self._study_id, handed.interview_id)
            tasks.note_progress()
            return
        limit_s = self._limit_s(handed, run.state.type)
        if limit_s is None or run.state.type is not handed.state:
            handed.alone_since_s, handed.state = None, run.state.type
        if limit_s is None:
            return
        handed.alone_since_s = handed.alone_since_s or time.monotonic()
        if time.monotonic() - handed.alone_since_s > limit_s:
            bury_tasks(self._client, run)
            self._client.set_flow_run_state(run_id, Crashed(message=DIED), force=True)

    def _limit_s(self, handed: Handed, state: StateType) -> float | None:
        """How long the run may go on standing as it does, with nobody seen at work on it; None: somebody is."""
        if state is StateType.SCHEDULED:
            pool = next((pool for pool in (self._gpu, self._cpu) if pool.name == handed.pool), None)
            return None if pool and pool.worker_count else NOBODY_AFTER_S
        if state is StateType.PENDING:
            return STUCK_AFTER_S
        is_held = is_at_work(tasks.work_of(self._study_id).folder, handed.interview_id)
        return None if is_held else LOST_AFTER_S

    def _call_off(self) -> None:
        """This run ends before its interviews do: somebody cancelled it."""
        for run_id in self._handed:
            with suppress(httpx.HTTPError, PrefectException):
                self._client.set_flow_run_state(run_id, Cancelling(message="The study's run was stopped."))

    def _call_off_leftovers(self) -> None:
        """What a killed run had handed out and no worker has begun."""
        wanted = FlowRunFilter(
            tags=FlowRunFilterTags(all_=[self._study_id]),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        )
        interviews = FlowFilter(name=FlowFilterName(any_=["interview"]))
        while runs := self._client.read_flow_runs(flow_filter=interviews, flow_run_filter=wanted, limit=PAGE):
            for run in runs:
                self._client.set_flow_run_state(run.id, Crashed(message=DIED), force=True)


def nobody_is_up(settings: WorkSettings) -> str:
    return (
        f"work pools: no worker is up in {settings.gpu_pool} or {settings.cpu_pool}. Keep `colloquy up` running and "
        f'start one with `colloquy work --pool {settings.cpu_pool}`, or set runner = "here" in the section [work] of '
        "configs/machine.local.toml."
    )
