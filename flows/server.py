"""A Prefect server of our own: bound to this machine, its data in the data folder, silent to the outside."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache

from colloquy.errors import ServerError
from colloquy.quiet import SWITCHES
from colloquy.settings import ServerSettings, load_machine_settings
from colloquy.settings.machine import OWN_NAMES
from colloquy.store.files import PRIVATE_FILE, disk_full, has_room, make_private_folder
from colloquy.store.folders import DataFolder
from colloquy.store.service import PASSWORD, VIEW_PASSWORD, read_password, read_service

SERVER_HEADER = "x-colloquy-server"
TRIES = 3
START_S = 300.0  # a busy machine takes minutes to load Prefect
STOP_S = 15.0
RETURN_S = 60.0
LOOK_EVERY_S = 1.0
USER = "colloquy"
LONGEST_LOG = 10_000_000


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
    process, settings = _start_somewhere(data)
    api = api_of(settings)
    with _kept(process, lambda: start_server(data, settings)), _client_settings(api):
        yield api.removesuffix("/api")


def _standing(data: DataFolder, known: str) -> str:
    """The server that is up already; empty where none is. `colloquy up` is given time to start a dead one again."""
    deadline = time.monotonic() + RETURN_S
    while True:
        service = read_service(data)
        apis = (known, f"{service.address}/api" if service else "")
        if api := next((api for api in apis if api and answers(api)), ""):
            return api
        if service is None or time.monotonic() > deadline:
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


def _start_somewhere(data: DataFolder) -> tuple[subprocess.Popen[bytes], ServerSettings]:
    """A server of this run's own, and where it answers. Another program may be quicker to take a port that was free."""
    server = load_machine_settings().server
    for number in range(1, TRIES + 1):
        settings = server.model_copy(update={"address": "127.0.0.1", "port": _free_port(), "view_port": 0})
        process = start_server(data, settings)
        try:
            wait_for(process, api_of(settings))
        except ServerError:
            if not has_room(data.root):
                raise disk_full() from None
            if number == TRIES or is_free(settings.address, settings.port):
                raise
        except BaseException:
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


def api_of(settings: ServerSettings) -> str:
    """Where programs of this machine reach the server."""
    own = settings.address if settings.address not in ("0.0.0.0", "::") else "127.0.0.1"  # compared
    shown = f"[{own}]" if ":" in own else own
    return f"http://{shown}:{settings.port}/api"


def start_server(data: DataFolder, settings: ServerSettings) -> subprocess.Popen[bytes]:
    """Begin the server's process. Raises ServerError where it would be open to others without a password."""
    password, view_password = (read_password(data, name) for name in (PASSWORD, VIEW_PASSWORD))
    _refuse_open_doors(settings, password, view_password)
    api = api_of(settings)
    own_names = (*OWN_NAMES, settings.address, settings.view_address, *settings.host_names)
    doors = {
        "owner": os.getpid(),
        "token": _token(),
        "address": settings.address,
        "port": settings.port,
        "names": own_names,
        "view_address": settings.view_address,
        "view_port": settings.view_port,
        "password": password,
        "view_password": view_password,
    }
    environment = os.environ | {
        "COLLOQUY_DOORS": json.dumps(doors),
        "PREFECT_HOME": str(data.prefect_home),
        "PREFECT_API_URL": api,
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": api.removesuffix("/api"),
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_UI_API_URL": "/api",  # each door asks itself
    }
    if password:
        environment["PREFECT_SERVER_API_AUTH_STRING"] = f"{USER}:{password}"
    if settings.database_url:
        environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = settings.database_url
    return start_beside(data, "flows.quiet_server", "prefect-server", environment)


def start_beside(data: DataFolder, module: str, name: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """A Python module as a process of its own; what it prints goes to the private log of that name."""
    make_private_folder(data.prefect_home)
    log = data.logs / f"{name}.txt"
    make_private_folder(log.parent)
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_suffix(".old.txt"))
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE), "ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", module],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=data.prefect_home,
            umask=0o077,
            start_new_session=True,  # Ctrl-C stops the run first, then this
        )


def wait_for(process: subprocess.Popen[bytes], api: str) -> None:
    """Until the server answers. Raises ServerError when it stops or takes too long."""
    deadline = time.monotonic() + START_S
    while not answers(api, _token()):
        if process.poll() is not None:
            raise ServerError("prefect: its server stopped while starting. Run `colloquy doctor` to see why.")
        if time.monotonic() > deadline:
            stop_process(process)
            raise ServerError(f"prefect: its server did not answer within {START_S:.0f} s. Run `colloquy doctor`.")
        time.sleep(0.2)


def stop_process(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, and end it where it does not."""
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def answers(api: str, token: str = "") -> bool:
    """Whether a server is there; with a token, the one that this process started."""
    try:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(f"{api}/health", timeout=2) as answer:
            return bool(answer.status == 200) and token in ("", answer.headers.get(SERVER_HEADER, ""))
    except (urllib.error.URLError, OSError, ValueError):
        return False


@cache
def _token() -> str:
    return secrets.token_hex(8)


def is_free(address: str, port: int) -> bool:
    """Whether a server could listen there."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def _refuse_open_doors(settings: ServerSettings, password: str, view_password: str) -> None:
    if settings.is_open and not password:
        raise ServerError(
            f"configs/machine.toml: server.address is {settings.address}, which opens the interface to other machines, "
            "and no password is set. Set one with `colloquy up --set-password`, or go back to 127.0.0.1."
        )
    if settings.is_view_open and not (password and view_password):
        raise ServerError(
            f"configs/machine.toml: server.view_address is {settings.view_address}, which opens the read-only door to "
            "other machines, and the passwords are not set. Set both with `colloquy up --set-password`, or go back to "
            "127.0.0.1."
        )


def _free_port() -> int:
    """4200, Prefect's own, where it is free; else any."""
    for port in (4200, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServerError("prefect: no port is free on this machine. Close other programs and try again.")
