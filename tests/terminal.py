"""`colloquy` as a person runs it, in processes that may reach this machine alone."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# Refuses every host but loopback, in the process and all its children, and writes down what was asked for.
GUARD = """
import os, socket
_connect, _getaddrinfo = socket.socket.connect, socket.getaddrinfo
_HERE = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "", None, b"localhost", b"127.0.0.1")

def _refuse(host):
    with open(os.environ["COLLOQUY_EGRESS_LOG"], "a") as log:
        log.write(f"{host}\\n")
    raise OSError("the network is closed in this test")

def getaddrinfo(host, *rest, **more):
    return _getaddrinfo(host, *rest, **more) if host in _HERE else _refuse(host)

def connect(self, address):
    is_here = self.family == getattr(socket, "AF_UNIX", None) or address[0] in _HERE
    return _connect(self, address) if is_here else _refuse(address[0])

socket.getaddrinfo, socket.socket.connect = getaddrinfo, connect
"""


def clean_environment() -> dict[str, str]:
    """This one without anybody's settings; secrets go where conftest.py has them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "COLLOQUY_"))}
    return kept | {"COLLOQUY_SECRETS": os.environ["COLLOQUY_SECRETS"]}


@dataclass(frozen=True)
class Run:
    data: Path
    exit_code: int
    output: str
    egress: str


@dataclass(frozen=True)
class Terminal:
    """Runs `colloquy` as a person would, with its data in `data`."""

    data: Path
    guard: Path
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "COLLOQUY_DATA": str(self.data),
            "COLLOQUY_EGRESS_LOG": str(self.guard / "egress.txt"),
            "PYTHONPATH": str(self.guard),
            "COLUMNS": "160",
        }
        return clean_environment() | own | dict(self.extra)

    def run(self, *words: str, timeout_s: float = 900) -> Run:
        done = subprocess.run(
            [sys.executable, "-m", "colloquy.cli.main", *words],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        log = self.guard / "egress.txt"
        return Run(self.data, done.returncode, done.stdout + done.stderr, log.read_text() if log.exists() else "")


def open_terminal(folder: Path, **extra: str) -> Terminal:
    guard = folder / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    return Terminal(folder / "data", guard, tuple(extra.items()))
