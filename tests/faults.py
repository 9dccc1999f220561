"""What the tests of faults share: studies that run in moments, and faults that can be switched on by a file."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from tests.terminal import clean_environment

ROOT = Path(__file__).resolve().parents[1]
SPOKEN = ROOT / "data" / "demo" / "inbox" / "P01.wav"

# Each fault is switched on by a file of its name: "hang P02.txt" and "fail once P02.txt" concern the reading of that
# copy, "no server" kills Prefect's server while it starts. What is read is written down.
INJECTED = """
import errno, os, pathlib, signal, sys, time
_folder = pathlib.Path(os.environ["COLLOQUY_FAULTS"])
_read = pathlib.Path.read_bytes

def read_bytes(self):
    if self.parent.name == "sources":
        with (_folder / "read.txt").open("a") as told:
            told.write(self.name + "\\n")
        if (_folder / f"hang {self.name}").exists():
            time.sleep(3600)
        if (once := _folder / f"fail once {self.name}").exists():
            once.unlink()
            raise OSError(errno.EIO, "Input/output error")
    return _read(self)

pathlib.Path.read_bytes = read_bytes
if "flows.quiet_server" in sys.orig_argv and (_folder / "no server").exists():
    os.kill(os.getpid(), signal.SIGKILL)
"""
STUDY = """
[study]
is_demo = true

[inbox]
settle_s = 0

[transcription]
model = "demo-en"

[attribution]
undecided_roles = "publish"  # eight seconds of one voice do not tell who is who
"""
MACHINE = """
[work]
first_wait_s = 0.2
least_limit_s = 20.0
"""
KEEP_SERVER = """
import sys
from colloquy.store.folders import find_data_folder
from flows.server import running_server, set_environment
set_environment(find_data_folder())
with running_server(find_data_folder()) as address:
    print(f"{address}/api", flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True)
class Ended:
    exit_code: int
    output: str

    @property
    def told(self) -> str:
        """On one line, however the terminal was wide."""
        return " ".join(self.output.split())


@dataclass
class Faults:
    """Runs `colloquy` in forks of a warm process. `server` is the address of one that all may use."""

    folder: Path
    environment: dict[str, str]
    server: str
    warm: subprocess.Popen[str]
    began_s: float = 0.0
    run_now: psutil.Process | None = field(default=None, repr=False)

    def begin(self, *words: str, has_server: bool = True) -> psutil.Process:
        if self.run_now is not None:  # a test failed before its run had ended
            self.kill(self.run_now)
        own = {"PREFECT_API_URL": self.server} if has_server else {}
        asked = {"words": words, "environment": own, "output": str(self._output)}
        write, read = _pipes(self.warm)
        write.write(json.dumps(asked) + "\n")
        write.flush()
        self.began_s = time.monotonic()
        self.run_now = psutil.Process(int(read.readline()))
        return self.run_now

    def end(self) -> Ended:
        """Wait for what was begun."""
        code, self.run_now = int(_pipes(self.warm)[1].readline()), None
        return Ended(code, self._output.read_text(encoding="utf-8", errors="replace"))

    def run(self, *words: str, has_server: bool = True) -> Ended:
        self.begin(*words, has_server=has_server)
        return self.end()

    def kill(self, run: psutil.Process) -> Ended:
        """`kill -9` for the run alone; nothing else is touched."""
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself
            os.kill(run.pid, signal.SIGKILL)
        return self.end()

    def wait_for_lanes_to_end(self, timeout_s: float = 20.0) -> list[psutil.Process]:
        """Those that are still there afterwards."""
        deadline = time.monotonic() + timeout_s
        while (alive := self._lanes()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return alive

    def _lanes(self) -> list[psutil.Process]:
        """Children of the process that lanes are forked from."""
        try:
            return [lane for child in psutil.Process(self.warm.pid).children() for lane in child.children()]
        except psutil.NoSuchProcess:
            return []

    @contextmanager
    def fault(self, name: str) -> Iterator[None]:
        switch = self.folder / "faults" / name
        switch.touch()
        try:
            yield
        finally:
            switch.unlink(missing_ok=True)

    def reads(self, name: str) -> int:
        """How often the copy of that name was read."""
        return (self.folder / "faults" / "read.txt").read_text().splitlines().count(name)

    def configure(self, study_id: str, settings: str = STUDY) -> None:
        (self.folder / "configs" / "studies" / f"{study_id}.toml").write_text(settings, encoding="utf-8")

    @property
    def _output(self) -> Path:
        return self.folder / "output.txt"


@contextmanager
def faults(folder: Path) -> Iterator[Faults]:
    shutil.copytree(ROOT / "configs", folder / "configs")
    (folder / "configs" / "machine.local.toml").write_text(MACHINE, encoding="utf-8")
    (folder / "faults").mkdir()
    (folder / "python").mkdir()
    (folder / "python" / "sitecustomize.py").write_text(INJECTED, encoding="utf-8")
    kept = clean_environment()
    environment = kept | {
        "COLLOQUY_CONFIGS": str(folder / "configs"),
        "COLLOQUY_DATA": str(folder / "data"),
        "COLLOQUY_FAULTS": str(folder / "faults"),
        "PYTHONPATH": os.pathsep.join((str(folder / "python"), str(ROOT / "src"), str(ROOT))),
        "COLUMNS": "160",
    }
    with _talking([sys.executable, "-c", KEEP_SERVER], environment) as server:
        address = _pipes(server)[1].readline().strip()
        with _talking([sys.executable, str(ROOT / "tests" / "warm.py")], environment) as warm:
            assert _pipes(warm)[1].readline() == "ready\n"
            yield Faults(folder, environment, address, warm)


@contextmanager
def _talking(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield process
    finally:
        _pipes(process)[0].close()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def drop_text(inbox: Path, code: str, friend: str = "Joan") -> Path:
    inbox.mkdir(parents=True, exist_ok=True)
    path = inbox / f"{code}.txt"
    lines = (
        f"INT: How did it go this time, and what would you change about visit {code}?",
        f"{code}: I spoke with Dr. Margaret Hughes in Leeds about my sister {friend} and what we had tried before.",
    )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def drop_recording(inbox: Path, code: str, seconds: int = 8) -> Path:
    inbox.mkdir(parents=True, exist_ok=True)
    path = inbox / f"{code}.wav"
    with wave.open(str(SPOKEN)) as whole, wave.open(str(path), "wb") as cut:
        cut.setparams(whole.getparams())
        cut.writeframes(whole.readframes(whole.getframerate() * seconds))
    return path
