"""One stage at a time on the GPU, whichever run or study it belongs to: a queue that the Prefect UI shows."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from prefect.client.orchestration import get_client
from prefect.concurrency.sync import concurrency
from prefect.exceptions import ObjectAlreadyExists

from colloquy.engines.devices import has_gpu_driver
from colloquy.settings import Settings
from colloquy.store.folders import DataFolder
from colloquy.store.lock import waited_for


def uses_gpu(settings: Settings, stage: str) -> bool:
    """Whether this stage may compute on a GPU of this machine."""
    if stage == "transcribe":
        device = settings.transcription.device
    elif stage == "diarise" and settings.diarisation.engine == "pyannote":
        device = settings.diarisation.device
    else:
        return False
    return device != "cpu" and has_gpu_driver()


def limit_name() -> str:
    """The queue of this machine's GPU: each machine has its own."""
    return f"gpu-{re.sub(r'[^a-z0-9-]+', '-', platform.node().lower()) or 'here'}"


def open_queue() -> None:
    """Make the queue known to the server."""
    with get_client(sync_client=True) as client, suppress(ObjectAlreadyExists):  # another run has just made it
        client.upsert_global_concurrency_limit_by_name(limit_name(), 1)


@contextmanager
def gpu_turn(data: DataFolder, *, is_needed: bool) -> Iterator[None]:
    """Wait for the GPU, and hold it while the block runs.

    The server's queue is what people see; the lock is what holds, also where the server loses a lease or there is a
    second server.
    """
    if not is_needed:
        yield
        return
    with concurrency(limit_name(), occupy=1), waited_for(data.prefect_home / f"{limit_name()}.lock", "gpu"):
        yield
