"""`colloquy` again and again in moments: each run is a fork of one process that has loaded everything already.

    python tests/warm.py

A line of JSON goes in: the words of the command, what to add to its environment, and where its output goes. Two lines
come back: the run's process id, and its exit code once it has ended. A run and its lanes are processes of their own
and may be killed; only the time that it takes to load libraries is shared.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import signal
import sys
from multiprocessing import forkserver
from typing import NoReturn

# What a run itself loads, and what its lanes do.
RUN = ("colloquy.cli.running", "colloquy.cli.run_study", "colloquy.engines.av_decoder", "flows.study")
LANE = (
    *("flows.lanes", "flows.stage_work", "colloquy.engines.av_decoder", "great_expectations", "presidio_analyzer"),
    *("pyarrow.parquet", "docx", "whisper", "silero_vad", "sklearn.cluster"),
)


def main() -> None:
    from colloquy import quiet
    from colloquy.store.folders import find_data_folder
    from flows.server import set_environment

    quiet.apply()
    set_environment(find_data_folder())
    for name in RUN:
        importlib.import_module(name)
    context_of = multiprocessing.get_context
    multiprocessing.get_context = lambda _: context_of("forkserver")  # type: ignore[assignment]
    multiprocessing.set_forkserver_preload(list(LANE))
    forkserver.ensure_running()
    # A fork would look whether that server lives by waiting for it, and it is no child of the fork.
    forkserver._forkserver.ensure_running = lambda: None  # type: ignore[attr-defined]
    _say("ready")
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(asked["words"], asked["environment"], asked["output"])
        _say(child)
        _say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _become(words: list[str], environment: dict[str, str], output: str) -> NoReturn:
    from colloquy.cli.main import run

    null, told = os.open(os.devnull, os.O_RDONLY), os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for source, target in ((null, 0), (told, 1), (told, 2)):
        os.dup2(source, target)
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that runs the tests in the background ignores it
    sys.argv = ["colloquy", *words]
    run()
    sys.exit(0)


def _say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
