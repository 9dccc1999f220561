"""What Prefect and the store cost: the demo study with and without Prefect, and runs with nothing to do.

    python tests/benchmarks/measure_orchestration.py

Ratios within one run, since machines are noisy. Nothing else should be running.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from threading import Thread

ROOT = Path(__file__).resolve().parents[2]
INTERVIEWS = 63
TIMES = 3
DIRECTLY = "--directly"
TEXT = "I am Niamh Byrne and I work in Leeds, note {number}. I learned to ask people, and it was a good year."


def colloquy(data: Path, *words: str) -> float:
    """Seconds that a command takes."""
    began = time.monotonic()
    environment = os.environ | {"COLLOQUY_DATA": str(data)}
    subprocess.run(
        [sys.executable, "-m", "colloquy.cli.main", *words], env=environment, check=True, capture_output=True
    )
    return time.monotonic() - began


def timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def without_prefect(data: Path) -> None:
    """The same stages in the same two processes, in the same order and as many at once, by plain calls."""
    from colloquy.store.demo import lay_out_demo
    from colloquy.store.folders import DataFolder
    from flows.lanes import AT_ONCE, LISTENING, REST, Lanes
    from flows.stage_work import do_publish, do_stage, load_engines
    from flows.work import StudyWork

    folder = DataFolder(data)
    lay_out_demo(folder)
    work = StudyWork(folder, "demo")
    work.admit()
    lanes = Lanes()

    def do(lane: str, stage: str, name: str) -> None:
        lanes.of(lane).call(3600.0, do_stage, folder, "demo", "direct", stage, name)

    def carry(name: str) -> None:
        if work.interview(name).kind.value == "recording":
            do(REST, "prepare", name)
            beside = Thread(target=do, args=(LISTENING, "transcribe", name))
            beside.start()
            do(REST, "diarise", name)
            beside.join()
            do(REST, "attribute", name)
        else:
            do(REST, "read_document", name)
        do(REST, "redact", name)
        do(REST, "check", name)

    for lane, stage in ((LISTENING, "transcribe"), (REST, "check")):
        lanes.of(lane).prepare(load_engines, folder, "demo", stage)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(carry, work.interviews))
    lanes.of(REST).call(3600.0, do_publish, folder, "demo", "direct")
    lanes.stop()


def directly(data: Path) -> None:
    """In a program of its own, as the command is: Python's start and end count for both."""
    subprocess.run([sys.executable, __file__, DIRECTLY, str(data)], check=True, capture_output=True)


def measure_demo(folder: Path) -> None:
    from colloquy.store.folders import DataFolder
    from flows.server import running_server, set_environment

    directs, besides = [], []
    own = colloquy(folder / "own", "demo")
    standing = DataFolder(folder / "standing")
    set_environment(standing)
    with running_server(standing):
        for _ in range(TIMES):  # by turns: the machine may be faster later
            directs.append(timed(lambda: directly(folder / "direct")))
            besides.append(colloquy(folder / "standing", "demo"))
            for made in (folder / "direct", *(standing.root / part for part in ("inbox", "identifiable", "shareable"))):
                shutil.rmtree(made, ignore_errors=True)
    current = colloquy(folder / "own", "demo")
    direct, beside = median(directs), median(besides)
    print(f"| each | {shown(directs)} directly | {shown(besides)} with Prefect |")
    print(f"| the demo, stages called directly | {direct:.1f} s | 1 |")
    print(f"| the demo, Prefect's server already up | {beside:.1f} s | {beside / direct:.2f} |")
    print(f"| the demo, with a server of its own | {own:.1f} s | {own / direct:.2f} |")
    print(f"| the demo again, nothing to do | {current:.1f} s | {current / direct:.2f} |")


def measure_many(folder: Path) -> None:
    inbox = folder / "data" / "inbox" / "diaries"
    inbox.mkdir(parents=True)
    for number in range(1, INTERVIEWS + 1):
        (inbox / f"P{number:02d}.txt").write_text(TEXT.format(number=number), encoding="utf-8")
    first = colloquy(folder / "data", "run", "diaries")
    again = colloquy(folder / "data", "run", "diaries")
    database = folder / "data" / "prefect" / "prefect.db"
    with sqlite3.connect(database) as opened:
        tasks = opened.execute("select count(*) from task_run").fetchone()[0]
        seconds = opened.execute(
            "select sum((julianday(end_time) - julianday(start_time)) * 86400) from flow_run where name like 'P%'"
        ).fetchone()[0]
    each = f"{seconds / INTERVIEWS:.2f} s an interview"
    print(f"| {INTERVIEWS} short texts, {tasks} tasks, first run | {first:.1f} s | {each} |")
    print(f"| the same again, nothing to do | {again:.1f} s | |")
    print(f"| Prefect's database | {database.stat().st_size / 1e6 / INTERVIEWS:.2f} MB an interview | |")


def shown(seconds: list[float]) -> str:
    return ", ".join(f"{one:.1f}" for one in seconds) + " s"


def main() -> None:
    sys.path.insert(0, str(ROOT))
    if DIRECTLY in sys.argv:
        return without_prefect(Path(sys.argv[-1]))
    folder = Path(tempfile.mkdtemp(prefix="colloquy-cost-"))
    os.environ["COLLOQUY_SECRETS"] = str(folder / "secrets")
    try:
        measure_many(folder / "many")
        measure_demo(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
