"""A running `colloquy up`, and what a person or a program asks of it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from colloquy.store.folders import DataFolder
from tests.terminal import Terminal

TEXT = "I am {name} and I work in Leeds. I learned to ask people what they need, and it was a good year."


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Up:
    """A running `colloquy up`."""

    terminal: Terminal
    process: subprocess.Popen[str]
    log: Path
    port: int
    view_port: int
    messages: list[dict[str, str]]

    @property
    def data(self) -> DataFolder:
        return DataFolder(self.terminal.data)

    def ask(self, path: str, body: Any = None, method: str = "", port: int = 0, **headers: str) -> Any:
        """The JSON of an answer of the API."""
        if body is not None and method != "GET":
            headers |= self._token()
        request = urllib.request.Request(
            f"http://127.0.0.1:{port or self.port}{path}",
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json", **{name.replace("_", "-"): v for name, v in headers.items()}},
            method=method or ("GET" if body is None else "POST"),
        )
        content = self._answer(request)
        return json.loads(content) if content else None

    def _answer(self, request: urllib.request.Request) -> bytes:
        """SQLite that is busy makes the server say so; Prefect's own client asks again as well."""
        for _ in range(10):
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return bytes(answer.read())
            except urllib.error.HTTPError as error:
                if error.code != 503:
                    raise
            time.sleep(1)
        raise TimeoutError("the server stays busy")

    def _token(self) -> dict[str, str]:
        """The interface asks for one before it changes anything; without it the server refuses."""
        given = self.ask("/api/csrf-token?client=test")
        return {"Prefect-Csrf-Token": given["token"], "Prefect-Csrf-Client": "test"}

    def status_of(self, path: str, **options: Any) -> int:
        try:
            self.ask(path, **options)
        except urllib.error.HTTPError as error:
            return error.code
        except json.JSONDecodeError:
            return 200
        return 200

    def runs(self, **parameters: Any) -> list[dict[str, Any]]:
        """Runs of the study flow that were given these parameters, oldest first."""
        found = self.ask("/api/flow_runs/filter", {"sort": "EXPECTED_START_TIME_ASC"})
        return [
            run
            for run in found
            if parameters.items() <= run["parameters"].items() and "interview_id" not in run["parameters"]
        ]

    def running(self, study_id: str) -> list[dict[str, Any]]:
        return [run for run in self.runs(study_id=study_id) if run["state"]["name"] == "Running"]

    def press_run(self, study_id: str, *, is_night: bool) -> dict[str, Any]:
        """Start a run as the button in the interface does, and wait for its end."""
        return self.wait_for_run(self.begin_run(study_id, is_night=is_night))

    def begin_run(self, study_id: str, *, is_night: bool) -> str:
        deployment = self.ask(f"/api/deployments/name/study/{study_id}")
        run = self.ask(f"/api/deployments/{deployment['id']}/create_flow_run", {"parameters": {"is_night": is_night}})
        return str(run["id"])

    def wait_for_run(self, run_id: str) -> dict[str, Any]:
        def ended() -> Any:
            run = self.ask(f"/api/flow_runs/{run_id}")
            return run if run["state"]["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED") else None

        return wait_until(ended, 180)

    def children(self, module: str) -> list[psutil.Process]:
        return [process for process in psutil.Process(self.process.pid).children() if runs(process, module)]


def runs(process: psutil.Process, module: str) -> bool:
    try:
        return any(module in word for word in process.cmdline())
    except psutil.Error:  # it has just died
        return False


def wait_until(look: Any, limit_s: float) -> Any:
    """What `look` gives as soon as it gives something; connections that fail meanwhile count as nothing."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        try:
            if found := look():
                return found
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.3)
    raise TimeoutError(f"not within {limit_s} s")


def start(terminal: Terminal, log: Path, port: int, view_port: int, messages: list[dict[str, str]]) -> Up:
    with log.open("a") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "colloquy.cli.main", "up"],
            env=terminal.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            text=True,
        )
    up = Up(terminal, process, log, port, view_port, messages)
    wait_until(lambda: up.ask("/api/health") is not None, 120)
    return up


def drop(data: Path, study_id: str, name: str, speaker: str) -> None:
    inbox = data / "inbox" / study_id
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / name).write_text(TEXT.format(name=speaker), encoding="utf-8")
