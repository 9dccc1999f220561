"""Processes beside the run: one holds the speech model, one does all the rest, one looks into what is in the inbox.

Models stay warm in them. A process of its own can be stopped when it hangs (a thread in the middle of a library's C
code cannot), and takes nothing with it when the system kills it for want of memory.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import ModuleType
from typing import Any, TypeVar

import psutil

from flows.guard import Caught

Given = TypeVar("Given")
LISTENING, REST, LOOKING = "listening", "rest", "looking"
STOP_S = 5.0
STOPPED = "The run was stopped. Nothing is lost; the next run goes on where it was."
# Interviews at once, where the settings leave it open: while one is transcribed the next is prepared and the last
# checked. With two, the transcriber waited for either; the demo took 47.7 s instead of 42 s on 2 cores.
AT_ONCE = 3
# PyTorch's threads would spin while they wait, and take the processor from the other lane and from the server: the demo
# took 107 s on 2 cores with, 92 s without (once each; the same words).
QUIET_WAITING = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0", "KMP_BLOCKTIME": "0"}


class Lane:
    """One process that does one thing at a time; begun when first needed, begun anew when it was lost."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._executor: ProcessPoolExecutor | None = None
        self._begun: list[Future[Any]] = []
        self._turn = threading.Lock()
        self.is_closed = False  # the run is being stopped: whoever waits for this lane begins nothing any more

    def call(self, limit_s: float, work: Callable[..., Given | Caught], *given: Any) -> Given | Caught:
        """What `work` gives in the lane's process. The limit counts from when it is this call's turn."""
        with self._turn:
            if self.is_closed:
                return Caught("Stopped", STOPPED)
            try:
                return self._begin(work, *given).result(limit_s)
            except TimeoutError:
                self.stop()
                return Caught(
                    "TookTooLong",
                    f"This took longer than {_shown(limit_s)} and was stopped: it hangs, or this machine is very slow. "
                    "The next run tries it again; limit_ratio in configs/machine.toml allows more time.",
                )
            except BrokenProcessPool:
                self.stop()
                return Caught(
                    "ProcessLost",
                    "The system ended the program that was at work on this; most often memory had run out. End other "
                    "programs, or take a smaller model.",
                    may_pass=True,
                )

    def prepare(self, work: Callable[..., object], *given: Any) -> None:
        """Let the process do something that needs no answer, and be warm when it is needed."""
        with self._turn:
            self._begin(work, *given)

    def stop(self) -> None:
        """End the process at once, whatever it is doing, and what it has started."""
        executor, self._executor = self._executor, None
        if executor is None:
            return
        # ProcessPoolExecutor has no public way to end a process that is busy before Python 3.14.
        processes = [psutil.Process(pid) for pid in list(executor._processes or ()) if psutil.pid_exists(pid)]
        is_busy = not all(future.done() for future in self._begun)
        self._begun.clear()
        executor.shutdown(wait=False, cancel_futures=True)
        _, alive = psutil.wait_procs(processes, 0 if is_busy else STOP_S)
        for process in alive:
            _end(process)

    def _begin(self, work: Callable[..., Given], *given: Any) -> Future[Given]:
        if self._executor is None:
            # "spawn": a forked child would inherit the threads' locks and the server's connections.
            context = multiprocessing.get_context("spawn")
            for name, value in QUIET_WAITING.items():
                os.environ.setdefault(name, value)
            self._executor = ProcessPoolExecutor(1, mp_context=context, initializer=_follow_parent)
            with _nameless_program():
                future = self._executor.submit(work, *given)
        else:
            future = self._executor.submit(work, *given)
        self._begun = [*(one for one in self._begun if not one.done()), future]
        return future


class Lanes:
    """All lanes of one run."""

    def __init__(self) -> None:
        self._lanes = {name: Lane(name) for name in (LISTENING, REST, LOOKING)}

    def of(self, name: str) -> Lane:
        return self._lanes[name]

    def stop(self) -> None:
        for lane in self._lanes.values():
            lane.stop()

    def close(self) -> None:
        """End what is at work, and let nothing begin until `open`."""
        for lane in self._lanes.values():
            lane.is_closed = True
        self.stop()

    def open(self) -> None:
        for lane in self._lanes.values():
            lane.is_closed = False


LANES = Lanes()


_beginning = threading.Lock()


@contextmanager
def _nameless_program() -> Iterator[None]:
    """A process begun meanwhile does not import the program that begins it, which for most is Prefect: 2 s, 100 MB.

    Python offers no setting for it; what it would import is taken from this entry when the process is begun.
    """
    with _beginning:
        program = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = program


def _follow_parent() -> None:
    """A killed run must not leave a process behind that holds the GPU."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run, which ends this process itself
    atexit.register(os._exit, 0)  # called last; taking PyTorch apart, which would follow, takes more than a second
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _end(process: psutil.Process) -> None:
    try:
        family = [*process.children(recursive=True), process]
    except psutil.NoSuchProcess:
        return
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(family, STOP_S)


def _shown(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} s"
