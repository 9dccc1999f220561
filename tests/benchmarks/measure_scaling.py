"""What several workers bring, and what it costs to hand interviews out.

    python tests/benchmarks/measure_scaling.py [INTERVIEWS]

Short texts (16 by default) for each of 1, 2 and 4 workers of a work pool on this machine. The first interview of a
worker loads libraries and is told apart from the rest; ratios are of one run of this program. The stages of such a text
take less than a second once their libraries are loaded, so what is left is nearly all orchestration. Not a test:
machines differ.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import mean

import psutil

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "colloquy.cli.main"]
LINES = (
    "INT: Thank you for coming in today. Could you tell me a little about your work?",
    "{code}: Yes. My name is Sarah Whitfield and I work as a wellbeing practitioner in Sheffield.",
    "INT: Who else was there?",
    "{code}: Mostly Tom Ashworth, every week, and we talked about it.",
)
WAIT_S, IDLE_S = 300, 20


class Bench:
    def __init__(self, folder: Path, count: int) -> None:
        self.data, self.configs, self.count = folder / "data", folder / "configs", count
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        shutil.copytree(ROOT / "configs", self.configs, ignore=shutil.ignore_patterns("*.local.toml"))
        own = f'[server]\nport = {port}\nview_port = 0\n[work]\nrunner = "work-pools"\n'
        (self.configs / "machine.local.toml").write_text(own, encoding="utf-8")
        settings = self.configs / "colloquy.toml"
        settings.write_text(
            settings.read_text(encoding="utf-8").replace("settle_s = 20 ", "settle_s = 0 "), encoding="utf-8"
        )
        self.environment = os.environ | {
            "COLLOQUY_DATA": str(self.data),
            "COLLOQUY_CONFIGS": str(self.configs),
            "COLLOQUY_SECRETS": str(self.data.parent / "secrets"),
        }
        self.number = 0

    def drop(self, study_id: str) -> None:
        inbox = self.data / "inbox" / study_id
        first = len(list((self.data / "identifiable" / study_id / "state").glob("*.json"))) + 1
        inbox.mkdir(parents=True, exist_ok=True)
        for number in range(first, first + self.count):
            code = f"P{number:02d}"
            text = "\n\n".join(LINES).format(code=code) + f"\n\n{code}: That was week {number}.\n"
            (inbox / f"{code}.txt").write_text(text, encoding="utf-8")

    def begin(self, sign: str, *words: str) -> subprocess.Popen[str]:
        """A command that goes on; waits until it says `sign`."""
        self.number += 1
        path = self.data.parent / f"out-{self.number}.txt"
        with path.open("w") as out:
            process = subprocess.Popen([*COMMAND, *words], env=self.environment, stdout=out, stderr=out, text=True)
        deadline = time.monotonic() + WAIT_S
        while sign not in path.read_text():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(path.read_text())
            time.sleep(0.2)
        return process

    def run(self, study_id: str) -> None:
        subprocess.run([*COMMAND, "run", study_id], env=self.environment, check=True, capture_output=True)

    @property
    def database(self) -> Path:
        return next((self.data / "prefect").glob("*.db"))

    def asked(self, question: str, *values: object) -> list[tuple]:
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as connection:
            return connection.execute(question, values).fetchall()

    def size_mb(self) -> float:
        with sqlite3.connect(self.database) as connection:
            connection.execute("pragma wal_checkpoint(passive)")
            pages, page = (connection.execute(f"pragma {name}").fetchone()[0] for name in ("page_count", "page_size"))
        return pages * page / 1e6

    def locked_count(self) -> int:
        """Statements that SQLite gave up on; the server tries most of them again without a word."""
        logs = (self.data / "identifiable" / "_logs").glob("prefect-server*.txt")
        return sum(path.read_text(errors="replace").count("OperationalError) database is locked") for path in logs)

    def server_s(self, up: subprocess.Popen[str]) -> float:
        """Processor time of Prefect's server so far."""
        server = next(p for p in psutil.Process(up.pid).children() if "flows.quiet_server" in p.cmdline())
        times = server.cpu_times()
        return float(times.user + times.system)

    def measure(self, study_id: str, worker_count: int) -> float:
        """Prints one line, and gives the seconds that a warm interview takes of the whole."""
        self.drop(study_id)
        self.run(study_id)
        rows = self.asked(
            "select id, name, created, start_time, end_time, infrastructure_pid from flow_run "
            "where tags like ? and name <> ? order by start_time",
            f'%"{study_id}"%',
            study_id,
        )
        first = {row[5]: row for row in rows[::-1]}.values()  # of each worker
        rest = [row for row in rows if row not in first]
        warm_from = max(row[4] for row in first)
        after = [row for row in rest if row[4] > warm_from]
        ends = sorted([warm_from, *(row[4] for row in after)])
        pauses = [seconds(one, next_one) for one, next_one in pairwise(ends)]
        warm_s = sum(pauses) / len(pauses)
        tasks = self.asked(
            "select count(*) from task_run where flow_run_id in "
            "(select id from flow_run where tags like ? and name <> ?)",
            f'%"{study_id}"%',
            study_id,
        )[0][0]
        over_s = [seconds(row[3], row[4]) - self.stage_seconds(study_id, row[1]) for row in rest]
        print(
            f"{worker_count} workers ({len(first)} took some): {len(rows)} interviews in "
            f"{seconds(rows[0][2], max(row[4] for row in rows)):.1f} s; the first of each took "
            f"{mean(seconds(row[3], row[4]) for row in first):.1f} s; from then on one ended every "
            f"{warm_s:.2f} s (longest pause {max(pauses):.0f} s). "
            f"Each of these: {mean(seconds(row[2], row[3]) for row in rest):.1f} s until it began, then "
            f"{mean(seconds(row[3], row[4]) for row in rest):.1f} s, of which stages "
            f"{mean(self.stage_seconds(study_id, row[1]) for row in rest):.2f} s and the flow {mean(over_s):.2f} s, "
            f"{mean(over_s) / (tasks / len(rows)):.2f} s for each of {tasks / len(rows):.0f} tasks",
            flush=True,
        )
        return warm_s

    def stage_seconds(self, study_id: str, interview_id: str) -> float:
        state = self.data / "identifiable" / study_id / "state" / f"{interview_id}.json"
        return float(sum(json.loads(state.read_bytes())["seconds"].values()))


def seconds(since: str, until: str) -> float:
    return (datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 16
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), count)
        (bench.data / "inbox").mkdir(parents=True)
        running = [bench.begin("Prefect is up", "up")]
        try:
            measure_all(bench, running)
        finally:
            for process in running[::-1]:
                process.terminate()
                process.wait()


def measure_all(bench: Bench, running: list[subprocess.Popen[str]]) -> None:
    print(f"{os.cpu_count()} cores; load {os.getloadavg()[0]:.1f} before")
    idle_s = 0.0
    size_mb, server_s, warm = bench.size_mb(), bench.server_s(running[0]), {}
    for worker_count in (1, 2, 4):
        while len(running) - 1 < worker_count:
            running.append(bench.begin("Working for", "work"))
        before_s = bench.server_s(running[0])
        time.sleep(IDLE_S)  # and the server counts the new ones
        idle_s = bench.server_s(running[0]) - before_s
        warm[worker_count] = bench.measure(f"with-{worker_count}", worker_count)
    server_s, size_mb = bench.server_s(running[0]) - server_s, bench.size_mb() - size_mb
    print("times as fast as one worker: " + ", ".join(f"{n} workers {warm[1] / s:.2f}" for n, s in warm.items()))
    print(f"Prefect's SQLite grew by {size_mb / (3 * bench.count):.3f} MB an interview")
    print(f"'database is locked' in the server's log: {bench.locked_count()} times")
    print(f"the server's processor time: {server_s / (3 * bench.count):.2f} s an interview, all included")
    print(f"and {60 * idle_s / IDLE_S / 4:.2f} s a minute for each of four workers that had nothing to do")


if __name__ == "__main__":
    main()
