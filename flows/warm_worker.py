"""A worker of a Prefect work pool that begins no process for an interview, so that the models stay loaded.

Prefect's own process worker starts Python anew for each, and every stage loads its libraries and models again. Here the
flow runs in a thread of the worker, and its stages in the lanes, which are processes and can be stopped. Any other flow
gets a process of its own. Both kinds of worker may serve the same pool.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
from prefect.client.orchestration import get_client
from prefect.exceptions import Abort, PrefectException
from prefect.flow_engine import run_flow
from prefect.states import Crashed
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker, ProcessWorkerResult

from flows import tasks
from flows.interview import interview
from flows.pools import MODEL, RUN
from flows.zombies import DIED

if TYPE_CHECKING:
    import anyio.abc
    from prefect.client.schemas.objects import FlowRun

_at_work: set[UUID] = set()


class WarmWorker(ProcessWorker):
    @classmethod
    def __dispatch_key__(cls) -> str:
        return "colloquy"  # Prefect's own stays the worker of that type

    async def run(
        self,
        flow_run: FlowRun,
        configuration: ProcessJobConfiguration,
        task_status: anyio.abc.TaskStatus[Any] | None = None,
    ) -> ProcessWorkerResult:
        flow = await self.client.read_flow(flow_run.flow_id)
        if flow.name != interview.name:
            return await super().run(flow_run, configuration, task_status)
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        codes: list[int] = []

        def work() -> None:
            codes.append(_do(flow_run.id, configuration.env))
            with suppress(RuntimeError):  # the worker was stopped meanwhile
                loop.call_soon_threadsafe(done.set)

        # A daemon: the worker must be able to end while a library computes.
        threading.Thread(target=work, name=str(flow_run.id), daemon=True).start()
        if task_status is not None:
            task_status.started(self.name)
        await done.wait()
        return ProcessWorkerResult(status_code=codes[0], identifier=self.name)


def give_up_all() -> None:
    """End every stage at work, and say of each interview at work that it was cut off."""
    tasks.end_run()
    if not _at_work:
        return
    with suppress(httpx.HTTPError, PrefectException), get_client(sync_client=True) as client:
        for run_id in tuple(_at_work):
            client.set_flow_run_state(run_id, Crashed(message=DIED), force=True)


def _do(run_id: UUID, environment: Mapping[str, str | None]) -> int:
    """0: the run has its final state; 1: something went wrong around it."""
    _at_work.add(run_id)
    try:
        with _turns.of(environment.get(RUN) or "", environment.get(MODEL) or ""):
            with get_client(sync_client=True) as client:
                flow_run = client.read_flow_run(run_id)
            if flow_run.state is not None and flow_run.state.is_final():  # called off while it waited for its turn
                return 0
            run_flow(interview, flow_run=flow_run, parameters=flow_run.parameters, return_type="state")
    except Abort:  # cancelled before it began
        return 0
    except Exception:  # noqa: BLE001 - the run is marked as crashed; what a library says of it is not for Prefect
        return 1
    finally:
        _at_work.discard(run_id)
    return 0


class Turns:
    """Interviews of one run of a study may go side by side; those of another wait, and then begin with fresh lanes."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._run = ""
        self._count = 0
        self._line: list[str] = []  # other runs that wait; the first of them is next

    @contextmanager
    def of(self, run: str, model: str) -> Iterator[None]:
        with self._changed:
            if run != self._run and run not in self._line:
                self._line.append(run)
            self._changed.wait_for(lambda: self._is_turn_of(run))
            if run in self._line:
                self._line.remove(run)
            if self._count == 0 and (self._run != run or not run):
                tasks.end_run()
                os.environ[MODEL] = model
                tasks.begin_run(run)
                self._run = run
            self._count += 1
        try:
            yield
        finally:
            with self._changed:
                self._count -= 1
                self._changed.notify_all()

    def _is_turn_of(self, run: str) -> bool:
        if self._run == run:
            return not self._line or self._count == 0
        return self._count == 0 and self._line[:1] == [run]


_turns = Turns()
