"""A Prefect server of our own: bound to this machine, its data in the data folder, silent to the outside."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from colloquy.errors import ServerError
from colloquy.quiet import SWITCHES
from colloquy.settings import ServerSettings, load_machine_settings
from colloquy.settings.machine import OWN_NAMES
from colloquy.store.files import disk_full, has_room
from colloquy.store.folders import DataFolder
from colloquy.store.lock import is_service_up
from colloquy.store.service import PASSWORD, read_password, read_service
from flows.server_process import USER, answers, api_of, is_free, start_server, stop_process, wait_for

TRIES = 3
RETURN_S = 60.0
LOOK_EVERY_S = 1.0


def set_environment(data: DataFolder) -> None:
    """What Prefect reads when it is first imported. Call before importing anything of `flows` that imports it."""
    # A .env, a profile or a variable of the user's own may name a database or a server on another machine.
    for name in [n for n in os.environ if n.startswith("PREFECT_") and n not in (*SWITCHES, "PREFECT_API_URL")]:
        del os.environ[name]
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), "127.0.0.1,localhost,::1")))
    os.environ.update(
        {
            "COLLOQUY_DATA": str(data.root),
            "PREFECT_HOME": str(data.prefect_home),
            "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",  # a wrong address must not start a second, hidden server
            "PREFECT_LOGGING_TO_API_ENABLED": "false",  # log lines may quote anything; states say what happened
            "PREFECT_LOGGING_LEVEL": "CRITICAL",
            "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
            "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",
            "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        }
    )
    if password := read_password(data, PASSWORD):
        os.environ["PREFECT_API_AUTH_STRING"] = f"{USER}:{password}"


@contextmanager
def running_server(data: DataFolder) -> Iterator[str]:
    """Address of the web interface of a running server: the one that is up already, else one for as long as this lasts.

    Raises ServerError when it does not start.
    """
    known = os.environ.get("PREFECT_API_URL", "")
    if known and urllib.parse.urlsplit(known).hostname not in OWN_NAMES:
        raise ServerError(
            "prefect: PREFECT_API_URL names another machine, and nothing of a study may leave this one. Unset it."
        )
    if api := _standing(data, known):
        with _client_settings(api):
            yield api.removesuffix("/api")
        return
    if is_service_up(data):
        raise ServerError(
            "prefect: `colloquy up` is up, here or on another machine that shares the data folder, and its server does "
            "not answer. Two servers must not share one history: wait a little and try again, or `colloquy down`."
        )
    process, settings = _start_somewhere(data)
    api = api_of(settings)
    with _kept(process, lambda: start_server(data, settings)), _client_settings(api):
        yield api.removesuffix("/api")


def _standing(data: DataFolder, known: str) -> str:
    """The server that is up already; empty where none is. `colloquy up` is given time to start a dead one again."""
    deadline = time.monotonic() + RETURN_S
    while True:
        if known and answers(known):
            return known
        if api := standing_server(data):
            return api
        if read_service(data) is None or time.monotonic() > deadline:
            return ""
        time.sleep(LOOK_EVERY_S)


def returns(address: str) -> bool:
    """Wait for a server that was lost, at the address that it had: Prefect's client keeps to that. False: in vain."""
    deadline = time.monotonic() + RETURN_S
    while not (is_there := answers(f"{address}/api")) and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY_S)
    return is_there


@contextmanager
def _kept(process: subprocess.Popen[bytes], begin: Callable[[], subprocess.Popen[bytes]]) -> Iterator[None]:
    """Should the server die while the block runs, it is begun again: Prefect's client asks again for a minute."""
    current, is_over = process, threading.Event()

    def watch() -> None:
        nonlocal current
        while not is_over.wait(LOOK_EVERY_S):
            if current.poll() is not None:
                with suppress(OSError, ServerError):  # tried again at the next look
                    current = begin()

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        is_over.set()
        watching.join()
        stop_process(current)


def standing_server(data: DataFolder) -> str:
    """Where the server that is up answers: the one that the settings name, else `colloquy up`'s; empty where none is.

    Raises ServerError where the named one does not answer: no other may take its place unseen.
    """
    if named := load_machine_settings().server.api_url:
        if not answers(named):
            raise ServerError(
                "configs/machine.local.toml: nothing answers at server.api_url. See that `colloquy up` runs there, "
                "that its door is open to this machine and that its server.host_names hold the name in api_url."
            )
        return named
    service = read_service(data)
    api = f"{service.address}/api" if service else ""
    return api if api and answers(api) else ""


def _start_somewhere(data: DataFolder) -> tuple[subprocess.Popen[bytes], ServerSettings]:
    """A server of this run's own, and where it answers. Another program may be quicker to take a port that was free."""
    server = load_machine_settings().server
    for number in range(1, TRIES + 1):
        settings = server.model_copy(update={"address": "127.0.0.1", "port": _free_port(server.port), "view_port": 0})
        process = start_server(data, settings)
        try:
            wait_for(process, api_of(settings))
        except ServerError:
            if not has_room(data.root):
                raise disk_full() from None
            if number == TRIES or is_free(settings.address, settings.port):
                raise
        except BaseException:  # Ctrl-C too must leave no server behind
            stop_process(process)
            raise
        else:
            return process, settings
    raise ServerError("prefect: its server did not start. Run `colloquy doctor`.")


@contextmanager
def _client_settings(api: str) -> Iterator[None]:
    before = os.environ.get("PREFECT_API_URL")
    os.environ["PREFECT_API_URL"] = api
    from prefect.settings import PREFECT_API_URL, temporary_settings

    try:
        with temporary_settings({PREFECT_API_URL: api}):
            yield
    finally:
        del os.environ["PREFECT_API_URL"]
        if before is not None:
            os.environ["PREFECT_API_URL"] = before


def _free_port(wanted: int) -> int:
    """That one where it is free; else any."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServerError("prefect: no port is free on this machine. Close other programs and try again.")
