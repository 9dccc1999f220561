"""`colloquy work`: one worker of a Prefect work pool, begun, and begun again where its server was away."""

from __future__ import annotations

import asyncio
import os
import platform
import re
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from colloquy.engines.devices import has_gpu_driver
from colloquy.errors import ServerError
from colloquy.settings import WorkSettings, load_machine_settings
from colloquy.store.folders import DataFolder
from flows.server import standing_server

LOOK_EVERY_S, AGAIN_AFTER_S = 3, 15.0


class Stopped(Exception):  # noqa: N818  # a wish, no error
    """Ctrl-C or the system's signal."""


def keep_working(data: DataFolder, pool: str, said: Callable[[str], None]) -> None:
    """Take interviews from the pool until asked to stop; a server that goes away is waited for.

    Raises ServerError where there is none to begin with.
    """
    settings = load_machine_settings().work
    _set_environment(data, pool)
    signal.signal(signal.SIGTERM, _stop)
    with suppress(KeyboardInterrupt, Stopped):
        while True:
            began_s = time.monotonic()
            problem = _work(settings, pool, said)
            said(f"The server was lost ({problem}); trying again.")
            time.sleep(max(0.0, AGAIN_AFTER_S - (time.monotonic() - began_s)))
    _leave(said)


def _leave(said: Callable[[str], None]) -> None:
    """End at once: an interview at work would go on for as long as it takes, and the next run does it anyway."""
    from flows.warm_worker import give_up_all

    said("Stopping …")
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not leave a process behind
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    give_up_all()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _set_environment(data: DataFolder, pool: str) -> None:
    """What Prefect reads when it is first imported, and what the interviews' processes get."""
    api = standing_server(data)
    if not api:
        raise ServerError(
            f"work: there is no server that {pool} could belong to. Keep `colloquy up` running; if it runs on another "
            "machine, write its address into configs/machine.local.toml, section [server], as in api_url = "
            '"https://hubs.example.ac.uk/api".'
        )
    os.umask(0o077)
    os.environ |= {
        "PREFECT_API_URL": api,
        "PREFECT_WORKER_QUERY_SECONDS": str(LOOK_EVERY_S),
        # Flows other than the interview's run with this Python, wherever it lies.
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))),
    }


def _work(settings: WorkSettings, pool: str, said: Callable[[str], None]) -> str:
    """Until the server is lost; how."""
    import httpx
    from prefect.client.orchestration import get_client
    from prefect.exceptions import PrefectException

    from flows.gpu import open_queue
    from flows.pools import at_once_of, make_pool, register_interview
    from flows.warm_worker import WarmWorker

    problem = "it stopped"
    try:
        with get_client(sync_client=True) as client:
            made = make_pool(client, pool)
        if pool in (settings.gpu_pool, settings.cpu_pool):
            register_interview(made)
        if has_gpu_driver():
            open_queue()
        limit = at_once_of(settings, pool)
        worker = WarmWorker(work_pool_name=pool, name=_name(), create_pool_if_not_found=False, limit=limit)
        many = "one interview" if limit == 1 else f"{limit} interviews"
        said(f"Working for {pool}, {many} at a time. Ctrl-C stops it.")
        asyncio.run(worker.start(printer=_nothing))
    except* (httpx.HTTPError, PrefectException, OSError) as group:
        problem = type(group.exceptions[0]).__name__
    return problem


def _name() -> str:
    """Unique among those that are up, and plain to people: the machine's name and the process."""
    return f"{re.sub(r'[^A-Za-z0-9.-]+', '-', platform.node()) or 'here'}-{os.getpid()}"


def _nothing(*_: object) -> None: ...


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise Stopped
