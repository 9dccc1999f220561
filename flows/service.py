"""`colloquy up`: the server and the worker, begun, watched over and begun again should one die. Without Prefect."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from colloquy.errors import ColloquyError, ServerError
from colloquy.settings import ServerSettings, load_machine_settings, load_settings
from colloquy.store.folders import DataFolder
from colloquy.store.lock import service_lock
from colloquy.store.service import Service, forget_service, is_asked_to_stop, save_service
from flows.server_process import (
    api_of,
    is_free,
    start_beside,
    start_server,
    stop_process,
    turn_over_all,
    url_of,
    wait_for,
)

OWNER = "COLLOQUY_OWNER"
LOOK_EVERY_S = 1.0
SETTINGS_EVERY_S = 20.0
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
# What lived this long was well; its next death is a first one again.
WELL_AFTER_S = 300.0


class Stopped(Exception):  # noqa: N818  # a wish, no error
    """Ctrl-C, the system's signal, or `colloquy down`."""


def keep_up(data: DataFolder, said: Callable[[str], None]) -> None:
    """Keep server and worker up until asked to stop. `said` is told what a person may want to know.

    Raises ServerError where something is up already, the port is taken, or the server does not start.
    """
    settings = load_machine_settings().server
    with service_lock(data) as is_ours:
        if not is_ours:
            raise ServerError("prefect: it is up already. `colloquy status` says where; `colloquy down` stops it.")
        forget_service(data)
        _refuse_taken_ports(settings)
        os.environ["PREFECT_API_URL"] = api_of(settings)
        signal.signal(signal.SIGTERM, _stop)
        server, worker = (
            Watched(lambda: _begin_server(data, settings)),
            Watched(lambda: start_beside(data, "flows.worker", "worker", os.environ | {OWNER: str(os.getpid())})),
        )
        try:
            server.look()
            service = _service(settings)
            save_service(data, service)
            worker.look()
            _say_where(service, said)
            mistakes = Mistakes(data, said)
            while not is_asked_to_stop(data):
                time.sleep(LOOK_EVERY_S)
                with suppress(OSError, ColloquyError):  # the disk is full, or away: the next look tries again
                    mistakes.look()
                    turn_over_all(data.logs)
                if server.look():
                    said("Prefect's server had stopped and was started again.")
                if worker.look():
                    said("The worker had stopped and was started again.")
        except (KeyboardInterrupt, Stopped):
            pass
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not leave a process behind
            said("Stopping …")
            worker.stop()
            server.stop()
            forget_service(data)


class Mistakes:
    """Says once which study's settings cannot be read: such a study has no nights until they are mended."""

    def __init__(self, data: DataFolder, said: Callable[[str], None]) -> None:
        self._data = data
        self._said = said
        self._known: dict[str, str] = {}
        self._next_s = 0.0

    def look(self) -> None:
        if time.monotonic() < self._next_s:
            return
        self._next_s = time.monotonic() + SETTINGS_EVERY_S
        for study_id in self._data.study_ids():
            try:
                load_settings(study_id)
                mistake = ""
            except ColloquyError as error:
                mistake = str(error)
            if mistake != self._known.get(study_id, ""):
                self._said(
                    f"{study_id} has no nights until this is mended: {mistake}" if mistake else f"{study_id}: mended."
                )
            self._known[study_id] = mistake


class Watched:
    """A process that is begun anew when it has died, later and later where it dies at once."""

    def __init__(self, begin: Callable[[], subprocess.Popen[bytes]]) -> None:
        self._begin = begin
        self._process: subprocess.Popen[bytes] | None = None
        self._began_s = 0.0
        self._wait_s = FIRST_WAIT_S

    def look(self) -> bool:
        """Begin it where it does not run; True where it had died."""
        if self._process is None:
            self._start()
            return False
        if self._process.poll() is None:
            return False
        if time.monotonic() - self._began_s > WELL_AFTER_S:
            self._wait_s = FIRST_WAIT_S
        time.sleep(self._wait_s)
        self._wait_s = min(2 * self._wait_s, LONGEST_WAIT_S)
        with suppress(ServerError):  # its port may be taken for the moment; the next look tries again
            self._start()
            return True
        return False

    def stop(self) -> None:
        if self._process is not None:
            stop_process(self._process)

    def _start(self) -> None:
        self._process = self._begin()
        self._began_s = time.monotonic()


def _begin_server(data: DataFolder, settings: ServerSettings) -> subprocess.Popen[bytes]:
    process = start_server(data, settings)
    try:
        wait_for(process, api_of(settings))
    except BaseException:  # Ctrl-C too must leave no server behind
        stop_process(process)
        raise
    return process


def _refuse_taken_ports(settings: ServerSettings) -> None:
    doors = [("port", settings.address, settings.port), ("view_port", settings.view_address, settings.view_port)]
    for name, address, port in doors:
        if port and not is_free(address, port):
            raise ServerError(
                f"prefect: another program listens on port {port}. End it, or write another number for {name} into "
                "the section [server] of configs/machine.local.toml."
            )


def _service(settings: ServerSettings) -> Service:
    view = url_of(settings.view_address, settings.view_port) if settings.view_port else ""
    return Service(pid=os.getpid(), address=api_of(settings).removesuffix("/api"), view_address=view)


def _say_where(service: Service, said: Callable[[str], None]) -> None:
    said(f"Prefect is up: {service.address}")
    if service.view_address:
        said(f"For looking only: {service.view_address}")
    said("Ctrl-C, or `colloquy down` elsewhere, stops it.")


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise Stopped
