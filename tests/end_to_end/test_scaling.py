"""A study on several workers: two of a Prefect work pool, or two of a Dask cluster, all on this machine."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest

from colloquy.quiet import SWITCHES
from colloquy.store.folders import DataFolder
from colloquy.store.key import read_key
from tests.service import runs
from tests.terminal import Run, Terminal, open_terminal

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow
COMMAND = [sys.executable, "-m", "colloquy.cli.main"]
COUNT = 6
PEOPLE = ("Sarah Whitfield", "Tom Ashworth", "Nadia Rahman", "Gareth Pugh", "Imogen Clarke", "Patrick Doyle")
PLACES = ("Sheffield", "Cardiff", "Leeds", "Norwich", "Exeter", "Glasgow")


def drop_texts(inbox: Path, count: int) -> None:
    """Short interviews that name each other's people, so that all of them write to one key."""
    inbox.mkdir(parents=True)
    for number in range(count):
        person, other, code = PEOPLE[number], PEOPLE[(number + 1) % len(PEOPLE)], f"P{number + 1:02d}"
        lines = (
            "INT: Thank you for coming in today. Could you tell me a little about your work?",
            f"{code}: Yes. My name is {person} and I work as a wellbeing practitioner in {PLACES[number]}.",
            "INT: Who else was there?",
            f"{code}: Mostly {other} and {PEOPLE[0]}, every week, and we talked about it.",
        )
        (inbox / f"{code}.txt").write_text("\n\n".join(lines) + "\n", encoding="utf-8")


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def kill_whole(process: subprocess.Popen[bytes]) -> None:
    """As a machine that goes off: the program and all that it started."""
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    for one in family:
        one.kill()
    process.wait()


@dataclass
class Team:
    """`colloquy up`, its workers, and the runs of studies that share their data folder."""

    folder: Path
    here: Terminal
    port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def begin(self, *words: str, runner: str = "work-pools") -> subprocess.Popen[bytes]:
        with (self.folder / f"out-{len(self.processes)}.txt").open("wb") as out:
            process = subprocess.Popen(
                [*COMMAND, *words],
                env=self.here.environment | self._configs(runner),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        self.processes.append(process)
        return process

    def said(self, process: subprocess.Popen[bytes]) -> str:
        return (self.folder / f"out-{self.processes.index(process)}.txt").read_text(encoding="utf-8")

    def run(self, study_id: str, *, runner: str = "work-pools") -> Run:
        extra = (*self.here.extra, *self._configs(runner).items())
        return Terminal(self.here.data, self.here.guard, extra).run("run", study_id, timeout_s=400)

    def begin_worker(self) -> subprocess.Popen[bytes]:
        worker = self.begin("work")
        wait_until(lambda: "Working for cpu" in self.said(worker), "a worker")
        return worker

    def _configs(self, runner: str) -> dict[str, str]:
        configs = self.folder / f"configs-{runner}"
        if not configs.exists():
            shutil.copytree(ROOT / "configs", configs, ignore=shutil.ignore_patterns("*.local.toml"))
            (configs / "machine.local.toml").write_text(
                f'[server]\nport = {self.port}\nview_port = 0\n[work]\nrunner = "{runner}"\ndask_workers = 2\n',
                encoding="utf-8",
            )
            settings = configs / "colloquy.toml"
            text = settings.read_text(encoding="utf-8").replace("settle_s = 20 ", "settle_s = 0 ")
            # Without what loads presidio, for seconds, in each new process.
            text = text.replace('"roster", "patterns", "spoken", "names"', '"roster", "spoken", "names"')
            settings.write_text(text, encoding="utf-8")
        return {"COLLOQUY_CONFIGS": str(configs)}

    # what came of it

    def asked(self, question: str, *values: str) -> list[tuple[Any, ...]]:
        database = next((self.here.data / "prefect").glob("*.db"))
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            return connection.execute(question, values).fetchall()

    def interview_runs(self, study_id: str) -> list[tuple[str, str, str]]:
        """Interview, state and worker of each run of the flow `interview`."""
        question = (
            "select name, state_type, infrastructure_pid from flow_run where tags like ? and name <> ? order by created"
        )
        return self.asked(question, f'%"{study_id}"%', study_id)

    def states(self, study_id: str) -> dict[str, str]:
        found = (self.here.data / "identifiable" / study_id / "state").glob("*.json")
        return {path.stem: json.loads(path.read_bytes())["state"] for path in found}

    def reason(self, study_id: str, interview_id: str) -> str:
        path = self.here.data / "identifiable" / study_id / "state" / f"{interview_id}.json"
        return str(json.loads(path.read_bytes())["reason"])


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    folder = tmp_path_factory.mktemp("team")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    team = Team(folder, open_terminal(folder), port)
    for study_id in ("alone", "pooled", "killed", "dasked"):
        drop_texts(team.here.data / "inbox" / study_id, 3 if study_id == "killed" else COUNT)
    up = team.begin("up")
    wait_until(lambda: "Prefect is up" in team.said(up), "the server")
    yield team
    for process in team.processes[::-1]:
        if process.poll() is None:
            process.terminate()
            process.wait(60)
    assert not (team.here.guard / "egress.txt").exists(), "something tried to reach another machine"


@pytest.fixture(scope="module")
def workers(team: Team) -> tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]:
    return team.begin_worker(), team.begin_worker()


@pytest.fixture(scope="module")
def alone(team: Team) -> Path:
    """What the same texts become without any workers."""
    run = team.run("alone", runner="here")
    assert run.exit_code == 0, run.output
    return team.here.data


def tables(data: Path, study_id: str) -> dict[str, list[dict[str, Any]]]:
    """The dataset, each placeholder with a number replaced by what it stands for: who comes first gets number 1."""
    key = read_key(DataFolder(data).study(study_id))
    meant = {entry.placeholder: f"<{entry.category}: {'/'.join(sorted(entry.originals))}>" for entry in key}
    found = {}
    for path in (data / "shareable" / study_id / "dataset" / "v0001").glob("*.parquet"):
        rows = pd.read_parquet(path).to_json(orient="records")
        for placeholder, original in meant.items():
            rows = rows.replace(placeholder, original)
        found[path.stem] = [
            {name: value for name, value in row.items() if name not in ("start", "end")} for row in json.loads(rows)
        ]
    return found


@pytest.fixture(scope="module")
def pooled(team: Team, workers: tuple[subprocess.Popen[bytes], ...]) -> Run:
    run = team.run("pooled")
    assert run.exit_code == 0, run.output
    return run


def test_two_workers_of_a_pool_do_every_interview_once_and_both_take_some(team: Team, pooled: Run) -> None:
    runs = team.interview_runs("pooled")
    assert sorted(name for name, _, _ in runs) == [f"P{n:02d}" for n in range(1, COUNT + 1)]
    assert {state for _, state, _ in runs} == {"COMPLETED"}
    assert len({worker for _, _, worker in runs}) == 2


def test_the_dataset_is_the_one_that_this_machine_alone_makes(team: Team, pooled: Run, alone: Path) -> None:
    assert tables(alone, "pooled") == tables(alone, "alone")


def test_the_interviews_stand_below_the_run_of_their_study(team: Team, pooled: Run) -> None:
    question = (
        "select count(*) from flow_run child join task_run t on child.parent_task_run_id = t.id "
        "join flow_run parent on t.flow_run_id = parent.id where parent.name = ?"
    )
    assert team.asked(question, "pooled") == [(COUNT,)]


def test_the_deployments_of_the_shipped_file_are_accepted_by_prefect(team: Team, pooled: Run, tmp_path: Path) -> None:
    """The command that configs/prefect.yaml gives, in a folder of its own; nothing is pulled and nobody is asked."""
    (tmp_path / "configs").mkdir()
    text = (ROOT / "configs" / "prefect.yaml").read_text(encoding="utf-8").replace("name: studies", "name: cpu")
    (tmp_path / "configs" / "prefect.yaml").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            *["-m", "prefect", "--no-prompt", "deploy", "--prefect-file", "configs/prefect.yaml", "--all"],
        ],
        env=team.here.environment
        | SWITCHES
        | {"PREFECT_API_URL": f"http://127.0.0.1:{team.port}/api", "PREFECT_HOME": str(tmp_path / "prefect")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    question = (
        "select f.name || '/' || d.name, d.entrypoint, d.pull_steps from deployment d join flow f on f.id = d.flow_id"
    )
    made = {name: (entrypoint, steps) for name, entrypoint, steps in team.asked(question)}
    for name in ("interview/cpu", "interview/gpu", "study/on-a-pool"):
        entrypoint, steps = made[name]
        assert entrypoint.startswith("flows.")
        assert json.loads(steps or "[]") == []


def test_no_name_reached_prefect(team: Team, pooled: Run) -> None:
    for path in (team.here.data / "prefect").rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not any(name.split()[1].encode() in content for name in PEOPLE), path.name


def test_a_killed_worker_takes_its_interview_with_it_and_no_other(
    team: Team, pooled: Run, workers: tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]
) -> None:
    """Its interview says so, the other worker does the rest, and the next run does what is left."""
    first, _ = workers
    study = team.begin("run", "killed")
    mine = f"-{first.pid}"
    taken: list[str] = []

    def is_at_work() -> bool:
        runs = team.interview_runs("killed")
        taken[:] = [name for name, state, worker in runs if state == "RUNNING" and (worker or "").endswith(mine)]
        return bool(taken)

    wait_until(is_at_work, "the first worker takes an interview")
    os.kill(first.pid, signal.SIGSTOP)  # so that it cannot finish meanwhile
    kill_whole(first)
    study.wait(300)
    assert study.returncode == 1
    assert {name for name, state in team.states("killed").items() if state != "done"} == {taken[0]}
    assert team.states("killed")[taken[0]] == "failed"
    assert "next run" in team.reason("killed", taken[0])
    assert {name: state for name, state, _ in team.interview_runs("killed")}[taken[0]] == "CRASHED"
    second = team.run("killed")
    assert second.exit_code == 0, second.output
    assert set(team.states("killed").values()) == {"done"}


@pytest.mark.skipif(importlib.util.find_spec("prefect_dask") is None, reason="the extra dask is not installed")
def test_a_dask_cluster_gives_the_same_and_a_killed_worker_loses_nothing(team: Team, alone: Path) -> None:
    """Dask gives the tasks of a worker that died to another one by itself."""
    study = team.begin("run", "dasked", runner="dask")

    def at_work() -> list[psutil.Process]:
        """Dask's workers that have a lane, and so an interview, of their own."""
        if not psutil.pid_exists(study.pid):
            return []
        workers = [one for one in psutil.Process(study.pid).children() if runs(one, "spawn_main")]
        return [one for one in workers if any(runs(c, "spawn_main") for c in one.children())]

    wait_until(lambda: len(at_work()) == 2, "both Dask workers are at work")
    at_work()[0].kill()
    study.wait(300)
    assert study.returncode == 0, team.said(study)
    assert set(team.states("dasked").values()) == {"done"}
    assert sorted(name for name, _, _ in team.interview_runs("dasked")) == [f"P{n:02d}" for n in range(1, COUNT + 1)]
    assert tables(alone, "dasked") == tables(alone, "alone")
