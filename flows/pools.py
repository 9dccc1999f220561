"""Prefect's work pools and the deployments of the flow `interview` on them.

A pool is made by the client, with a template of our own: `prefect work-pool create` would have the server ask GitHub
for one. A pool of another type (Docker, Kubernetes) and its deployment come from configs/prefect.yaml and are left as
they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import WorkerStatus, WorkPool
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.types.entrypoint import EntrypointType

from colloquy.domain.interview import SourceKind
from colloquy.settings import WorkSettings
from flows.lanes import AT_ONCE

PROCESS = "process"
# What a run of the study tells the workers by the environment of each interview.
RUN, MODEL = "COLLOQUY_RUN", "COLLOQUY_MODEL"
# For Prefect's own process worker (`prefect worker start`); `colloquy work` starts no process for an interview. What a
# run prints is not shown: a library might print speech.
TEMPLATE: dict[str, Any] = {
    "job_configuration": {
        "command": "python -m prefect.engine",
        "env": "{{ env }}",
        "stream_output": False,
    },
    "variables": {
        "type": "object",
        "properties": {"env": {"type": "object", "additionalProperties": {"type": "string"}, "default": {}}},
    },
}
DESCRIPTION = "One interview, on a machine of its own choice. The study's run starts these; there is no need to."


@dataclass(frozen=True, slots=True)
class Pool:
    """`worker_count` are those that were heard of lately; `slot_count` how many interviews they take at once."""

    name: str
    worker_count: int
    slot_count: int


def at_once_of(settings: WorkSettings, pool: str) -> int:
    """How many interviews one worker of the pool takes at once."""
    return settings.interviews_at_once or (AT_ONCE if pool == settings.gpu_pool else 1)


def deployment_name(pool: str) -> str:
    return f"interview/{pool}"


def make_pool(client: SyncPrefectClient, name: str) -> WorkPool:
    """The pool of that name, as it is where there is one."""
    try:
        return client.read_work_pool(name)
    except ObjectNotFound:
        pass
    try:
        return client.create_work_pool(WorkPoolCreate(name=name, type=PROCESS, base_job_template=TEMPLATE))
    except ObjectAlreadyExists:  # another machine was quicker
        return client.read_work_pool(name)


def register_interview(pool: WorkPool) -> None:
    """Make the flow `interview` known on the pool."""
    from flows.interview import interview

    if pool.type != PROCESS:
        return
    RunnerDeployment.from_flow(
        interview,
        name=pool.name,
        description=DESCRIPTION,
        work_pool_name=pool.name,
        entrypoint_type=EntrypointType.MODULE_PATH,
    ).apply()


def look_at(client: SyncPrefectClient, settings: WorkSettings, name: str) -> Pool:
    """Raises ObjectNotFound where there is no such pool."""
    pool = client.read_work_pool(name)
    count = sum(worker.status is WorkerStatus.ONLINE for worker in client.read_workers_for_work_pool(name))
    slots = count * at_once_of(settings, name)
    if pool.type != PROCESS:  # one worker there begins containers, as many as the pool allows
        slots = (pool.concurrency_limit or at_once_of(settings, name)) if count else 0
    elif pool.concurrency_limit is not None:
        slots = min(slots, pool.concurrency_limit)
    return Pool(name, count, 0 if pool.is_paused else slots)


def pool_for(kind: SourceKind, gpu: Pool, cpu: Pool) -> Pool:
    """Recordings go where a GPU is, all else where none is wasted, and each to the other where nobody is up."""
    wanted, other = (gpu, cpu) if kind is SourceKind.RECORDING else (cpu, gpu)
    return wanted if wanted.slot_count or not other.slot_count else other
