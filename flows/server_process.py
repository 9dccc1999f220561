"""The process of a Prefect server: how it is begun, waited for and ended, and who may ask it."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from functools import cache
from pathlib import Path

import psutil

from colloquy.errors import ServerError
from colloquy.settings import ServerSettings
from colloquy.settings.machine import OWN_NAMES
from colloquy.store.files import PRIVATE_FILE, make_private_folder, write_whole
from colloquy.store.folders import DataFolder
from colloquy.store.service import PASSWORD, VIEW_PASSWORD, read_password

SERVER_HEADER = "x-colloquy-server"
START_S = 300.0  # a busy machine takes minutes to load Prefect
STOP_S = 15.0
FAMILY_S = 3.0
USER = "colloquy"
LONGEST_LOG = 10_000_000
OLD = ".old.txt"


def api_of(settings: ServerSettings) -> str:
    """Where programs of this machine reach the server."""
    return f"{url_of(settings.address, settings.port)}/api"


def url_of(address: str, port: int) -> str:
    """How this machine reaches a door that listens at that address."""
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)
    return f"http://[{own}]:{port}" if ":" in own else f"http://{own}:{port}"


def start_server(data: DataFolder, settings: ServerSettings) -> subprocess.Popen[bytes]:
    """Begin the server's process. Raises ServerError where it would be open to others without a password."""
    password, view_password = (read_password(data, name) for name in (PASSWORD, VIEW_PASSWORD))
    _refuse_open_doors(settings, password, view_password)
    api = api_of(settings)
    own_names = (*OWN_NAMES, settings.address, settings.view_address, *settings.host_names)
    doors = {
        "owner": os.getpid(),
        "token": own_token(),
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
    turn_over(log)
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


def turn_over(log: Path) -> None:
    """Begin a log that has grown too long anew; its last part stays beside it.

    Copied and emptied rather than renamed: the program that writes to its end goes on in the same file.
    """
    with suppress(FileNotFoundError):
        if log.stat().st_size > LONGEST_LOG:
            write_whole(log.with_suffix(OLD), log.read_bytes())
            os.truncate(log, 0)


def turn_over_all(logs: Path) -> None:
    for log in logs.glob("*.txt"):
        if not log.name.endswith(OLD):
            turn_over(log)


def wait_for(process: subprocess.Popen[bytes], api: str) -> None:
    """Until the server answers. Raises ServerError when it stops or takes too long."""
    deadline = time.monotonic() + START_S
    while not answers(api, own_token()):
        if process.poll() is not None:
            raise ServerError("prefect: its server stopped while starting. Run `colloquy doctor` to see why.")
        if time.monotonic() > deadline:
            stop_process(process)
            raise ServerError(f"prefect: its server did not answer within {START_S:.0f} s. Run `colloquy doctor`.")
        time.sleep(0.2)


def stop_process(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, and end it where it does not, with whatever it has started."""
    try:
        family = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _, alive = psutil.wait_procs(family, timeout=FAMILY_S)
    for member in alive:
        with suppress(psutil.NoSuchProcess):
            member.kill()


def answers(api: str, token: str = "") -> bool:
    """Whether a server is there; with a token, the one that this process started."""
    try:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(f"{api}/health", timeout=2) as answer:
            return bool(answer.status == 200) and token in ("", answer.headers.get(SERVER_HEADER, ""))
    except (urllib.error.URLError, OSError, ValueError):
        return False


@cache
def own_token() -> str:
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
