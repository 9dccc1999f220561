"""A Prefect server of our own: bound to this machine, its data in the data folder, silent to the outside."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from colloquy.errors import ServerError
from colloquy.quiet import SWITCHES
from colloquy.store.files import make_private_folder
from colloquy.store.folders import DataFolder

START_S = 300.0  # a busy machine takes minutes to load Prefect
STOP_S = 15.0


def set_environment(data: DataFolder) -> None:
    """What Prefect reads when it is first imported. Call before importing anything of `flows` that imports it."""
    # A .env, a profile or a variable of the user's own may name a database or a server on another machine.
    for name in [n for n in os.environ if n.startswith("PREFECT_") and n not in (*SWITCHES, "PREFECT_API_URL")]:
        del os.environ[name]
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), "127.0.0.1,localhost,::1")))
    os.environ.update(
        {
            "PREFECT_HOME": str(data.prefect_home),
            "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",  # a wrong address must not start a second, hidden server
            "PREFECT_LOGGING_TO_API_ENABLED": "false",  # log lines may quote anything; states say what happened
            "PREFECT_LOGGING_LEVEL": "CRITICAL",
            "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
            "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",
            "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        }
    )


@contextmanager
def running_server(data: DataFolder) -> Iterator[str]:
    """Address of the web interface of a running server: the one that is up already, else one for as long as this lasts.

    Raises ServerError when it does not start.
    """
    known = os.environ.get("PREFECT_API_URL", "")
    if known and urllib.parse.urlsplit(known).hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ServerError(
            "prefect: PREFECT_API_URL names another machine, and nothing of a study may leave this one. Unset it."
        )
    if known and _answers(known):
        yield known.removesuffix("/api")
        return
    make_private_folder(data.prefect_home)
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    process = _start(data, address, port)
    try:
        _wait(process, f"{address}/api")
        os.environ["PREFECT_API_URL"] = f"{address}/api"
        with _client_settings(address):
            yield address
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        if known:
            os.environ["PREFECT_API_URL"] = known
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _client_settings(address: str) -> Iterator[None]:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: f"{address}/api"}):
        yield


def _start(data: DataFolder, address: str, port: int) -> subprocess.Popen[bytes]:
    log = data.logs / "prefect-server.txt"
    make_private_folder(log.parent)
    environment = os.environ | {
        "COLLOQUY_SERVER_OWNER": str(os.getpid()),
        "PREFECT_HOME": str(data.prefect_home),
        "PREFECT_API_URL": f"{address}/api",
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": address,
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_UI_API_URL": f"{address}/api",
    }
    command = [sys.executable, "-m", "uvicorn", "--factory", "flows.quiet_server:create_app"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--lifespan", "on", "--log-level", "warning"]
    with log.open("ab") as output:
        log.chmod(0o600)
        return subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=data.prefect_home,
            umask=0o077,
            start_new_session=True,  # Ctrl-C stops the run first, then this
        )


def _wait(process: subprocess.Popen[bytes], api: str) -> None:
    deadline = time.monotonic() + START_S
    while not _answers(api):
        if process.poll() is not None:
            raise ServerError("prefect: its server stopped while starting. Run `colloquy doctor` to see why.")
        if time.monotonic() > deadline:
            raise ServerError(f"prefect: its server did not answer within {START_S:.0f} s. Run `colloquy doctor`.")
        time.sleep(0.2)


def _answers(api: str) -> bool:
    try:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(f"{api}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


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
