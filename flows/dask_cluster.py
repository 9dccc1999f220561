"""Interviews on a Dask cluster: their tasks run on its workers, this run hands them out. Needs the extra `dask`."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, cast

from prefect import State

from colloquy.errors import ServerError
from colloquy.settings import WorkSettings, load_machine_settings
from flows import tasks
from flows.interview import interview
from flows.night import Plan
from flows.runners import in_threads


def on_dask(study_id: str, plan: Plan) -> None:
    """As many interviews at once as there are workers. Raises ServerError where the extra or the cluster is missing."""
    if not plan.count:
        return
    with _cluster(load_machine_settings().work) as client:
        address = client.scheduler.address
        token = tasks.current_run()
        # Workers of a standing cluster know earlier runs; they read settings anew and follow `run --model`.
        client.run(_begin_run, token, os.environ.get("COLLOQUY_MODEL", ""))
        on_workers = interview.with_options(task_runner=import_module("prefect_dask").DaskTaskRunner(address=address))

        def begin(study_id: str, interview_id: str) -> State[Any]:
            tasks.tell_begun(study_id, interview_id)
            ended = cast(State[Any], on_workers(study_id, interview_id, return_state=True))
            tasks.tell_ended(study_id, interview_id)
            return ended

        count = max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
        try:
            in_threads(study_id, plan, begin, count)
        finally:
            client.run(tasks.end_run)  # else a worker that is to close waits for its lanes


@contextmanager
def _cluster(settings: WorkSettings) -> Iterator[Any]:
    """A Dask client of the cluster that stands, or of one that lasts as long as the block."""
    try:
        dask, distributed, _ = (import_module(name) for name in ("dask", "distributed", "prefect_dask"))
    except ImportError:
        raise ServerError(
            'configs/machine.toml: work.runner is "dask", and Dask is not installed. Install it with '
            "`pip install 'colloquy[dask]'`, or choose another runner."
        ) from None
    if settings.dask_scheduler:
        try:
            client = distributed.Client(settings.dask_scheduler, set_as_default=False)
        except (OSError, TimeoutError):
            raise ServerError("configs/machine.toml: no Dask scheduler answers at work.dask_scheduler.") from None
        with client:
            yield client
        return
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # log lines may quote anything
    # No dashboard: it would show the tasks to whoever asks. Not daemonic: a stage has a process of its own (lanes).
    options = {"distributed.worker.daemon": False, "logging.distributed": "critical"}
    with (
        dask.config.set(options),
        distributed.LocalCluster(
            n_workers=settings.dask_workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit=0,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client


def _begin_run(token: str, model: str) -> None:
    """In each worker."""
    os.environ["COLLOQUY_MODEL"] = model
    tasks.end_run()
    tasks.begin_run(token)
