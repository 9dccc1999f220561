"""`colloquy up` as a team has it running: the interface, runs by the button and by night, deaths, and its end."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import psutil
import pytest

from colloquy.domain.night import Night
from colloquy.settings import configs_folder
from colloquy.store.folders import DataFolder
from colloquy.store.nights import save_night
from tests.terminal import Terminal, open_terminal

TEXT = "I am {name} and I work in Leeds. I learned to ask people what they need, and it was a good year."
STUDY = """
[inbox]
settle_s = 0
[night]
schedule = "30 22 * * *"
time_zone = "Europe/London"
"""
# Stores a webhook for the digests in Prefect, as a person would in its interface.
STORE_BLOCK = """
import sys
import flows
from prefect.blocks.notifications import CustomWebhookNotificationBlock
block = CustomWebhookNotificationBlock(
    name="team", url=sys.argv[1], json_data={"subject": "{{subject}}", "body": "{{body}}"}
)
block.save("team", overwrite=True)
"""


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

    def press_run(self, study_id: str, *, is_night: bool) -> dict[str, Any]:
        """Start a run as the button in the interface does, and wait for its end."""
        deployment = self.ask(f"/api/deployments/name/study/{study_id}")
        run = self.ask(f"/api/deployments/{deployment['id']}/create_flow_run", {"parameters": {"is_night": is_night}})
        return self.wait_for_run(run["id"])

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


class Receiver(BaseHTTPRequestHandler):
    """Where the digests are sent."""

    messages: list[dict[str, str]]

    def do_POST(self) -> None:
        self.messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def receiver() -> Iterator[tuple[str, list[dict[str, str]]]]:
    messages: list[dict[str, str]] = []
    server = HTTPServer(("127.0.0.1", 0), type("Into", (Receiver,), {"messages": messages}))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", messages
    server.shutdown()


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory, receiver: tuple[str, list[dict[str, str]]]) -> Iterator[Up]:
    """Studies: `hubs` missed the nights of a week; `diaries` has no nights yet; `broken` has a mistake in its file."""
    folder = tmp_path_factory.mktemp("up")
    configs = Path(shutil.copytree(configs_folder(), folder / "configs"))
    port, view_port = free_port(), free_port()
    (configs / "machine.local.toml").write_text(
        f'[server]\nport = {port}\nview_port = {view_port}\n[notices]\nblocks = ["custom-webhook/team"]\n',
        encoding="utf-8",
    )
    terminal = open_terminal(folder, COLLOQUY_CONFIGS=str(configs))
    for study_id, settings in (
        ("hubs", STUDY),
        ("diaries", "[inbox]\nsettle_s = 0\n"),
        ("broken", "[night]\nschedul = 1\n"),
    ):
        (configs / "studies" / f"{study_id}.toml").write_text(settings, encoding="utf-8")
        drop(terminal.data, study_id, "P01.txt", "Niamh Byrne")
    week_ago = datetime.now(UTC) - timedelta(days=7)
    save_night(DataFolder(terminal.data).study("hubs"), Night(week_ago, week_ago, is_scheduled=True))
    up = start(terminal, folder / "up.txt", port, view_port, receiver[1])
    subprocess.run(
        [sys.executable, "-c", STORE_BLOCK, receiver[0]],
        env=terminal.environment
        | {"PREFECT_API_URL": f"http://127.0.0.1:{port}/api", "PREFECT_HOME": str(folder / "home")},
        check=True,
        capture_output=True,
    )
    yield up
    if up.process.poll() is None:
        up.process.terminate()
        up.process.wait(60)


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


def test_nights_that_were_missed_are_made_up_for_by_one_run_and_the_team_is_told(up: Up) -> None:
    (made_up,) = wait_until(lambda: [run for run in up.runs(study_id="hubs", is_night=True) if run["start_time"]], 120)
    ended = up.wait_for_run(made_up["id"])
    assert (ended["name"], ended["state"]["name"]) == ("hubs", "Completed"), ended["state"]
    assert (up.terminal.data / "shareable" / "hubs" / "dataset" / "v0001" / "MANIFEST.sha256").is_file()


def test_the_next_nights_stand_in_the_interface_and_in_the_terminal(up: Up) -> None:
    planned = [run for run in up.runs(study_id="hubs", is_night=True) if run["state"]["type"] == "SCHEDULED"]
    assert len(planned) >= 2
    starts = {datetime.fromisoformat(run["expected_start_time"]).astimezone().astimezone(UTC).minute for run in planned}
    assert starts == {30}
    shown = up.terminal.run("status", "hubs").output
    assert f"Prefect is up: http://127.0.0.1:{up.port}; for looking only: http://127.0.0.1:{up.view_port}" in shown
    assert "the next one begins" in shown


def test_a_study_is_run_at_the_press_of_the_button_and_again_there_is_nothing_to_do(up: Up) -> None:
    first = up.press_run("diaries", is_night=False)
    assert first["state"]["name"] == "Completed"
    assert "1 of 1 interviews published as v0001" in first["state"]["message"]
    assert up.press_run("diaries", is_night=False)["state"]["name"] == "NothingToDo"


def test_a_night_is_told_of_by_a_message_of_ids_and_counts(up: Up) -> None:
    drop(up.terminal.data, "diaries", "P02.txt", "Sorcha Quinn")
    up.press_run("diaries", is_night=True)
    (message,) = [message for message in up.messages if "diaries" in message["subject"]]
    assert "1 done" in message["body"]
    assert "P02" in message["body"]
    assert "Sorcha" not in json.dumps(up.messages)


def test_the_digest_the_table_and_each_interviews_card_lie_beside_the_run(up: Up) -> None:
    found = up.ask("/api/artifacts/latest/filter", {})
    keys = {artifact["key"] for artifact in found}
    assert {"diaries-study", "diaries-digest", "diaries-p01", "diaries-p02"} <= keys


def test_a_study_with_a_mistake_in_its_file_is_said_and_holds_up_no_other(up: Up) -> None:
    assert up.status_of("/api/deployments/name/study/broken") == 404
    shown = up.terminal.run("status", "broken").output
    assert "broken.toml" in shown
    assert 'Did you mean "schedule"' in shown


def test_a_study_begun_while_it_is_up_is_found(up: Up) -> None:
    drop(up.terminal.data, "later", "P01.txt", "Niamh Byrne")
    wait_until(lambda: up.status_of("/api/deployments/name/study/later") == 200, 60)


def test_the_read_only_door_shows_and_changes_nothing(up: Up) -> None:
    run_id = up.runs(study_id="diaries")[0]["id"]
    door = {"port": up.view_port}
    assert up.ask("/api/flow_runs/filter", {}, **door)
    assert up.status_of("/runs", Accept="text/html", **door) == 200
    assert up.status_of(f"/api/flow_runs/{run_id}", method="DELETE", **door) == 403
    assert up.status_of(f"/api/flow_runs/{run_id}/set_state", body={"state": {"type": "CANCELLED"}}, **door) == 403
    deployment = up.ask("/api/deployments/name/study/diaries", **door)["id"]
    assert up.status_of(f"/api/deployments/{deployment}/create_flow_run", body={}, **door) == 403


def test_other_origins_and_other_names_are_refused_and_pages_may_load_nothing_from_outside(up: Up) -> None:
    assert up.status_of("/api/flow_runs/filter", body={}, Origin="https://evil.example") == 403
    assert up.status_of("/api/health", Host="evil.example") == 400
    page = urllib.request.Request(f"http://127.0.0.1:{up.port}/runs", headers={"Accept": "text/html"})
    with urllib.request.urlopen(page, timeout=30) as answer:
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_a_second_one_is_refused(up: Up) -> None:
    run = up.terminal.run("up", timeout_s=60)
    assert run.exit_code == 1
    assert "it is up already" in run.output


def test_a_run_in_the_terminal_is_seen_in_the_same_interface(up: Up) -> None:
    drop(up.terminal.data, "diaries", "P03.txt", "Aoife Brennan")
    before = len(up.runs(study_id="diaries"))
    run = up.terminal.run("run", "diaries")
    assert run.exit_code == 0, run.output
    assert f"http://127.0.0.1:{up.port}" in run.output
    assert len(up.runs(study_id="diaries")) == before + 1


@pytest.mark.parametrize("module", ["flows.quiet_server", "flows.worker"])
def test_what_dies_is_started_again_and_work_goes_on(up: Up, module: str) -> None:
    (process,) = up.children(module)
    process.kill()
    wait_until(
        lambda: [new for new in up.children(module) if new.pid != process.pid and up.ask("/api/health") is not None], 90
    )
    drop(up.terminal.data, "diaries", f"P1{len(module) % 10}.txt", f"Niamh {module}")
    assert up.press_run("diaries", is_night=False)["state"]["name"] == "Completed"
    assert "was started again" in up.log.read_text()


def test_it_is_stopped_from_elsewhere_and_leaves_no_process_and_no_paused_schedule(up: Up) -> None:
    processes = psutil.Process(up.process.pid).children(recursive=True)
    run = up.terminal.run("down", timeout_s=90)
    assert "Stopped." in run.output
    assert up.process.wait(30) == 0
    _, alive = psutil.wait_procs(processes, timeout=20)
    assert alive == []
    assert "Nothing is up." in up.terminal.run("down").output
    again = start(up.terminal, up.log, up.port, up.view_port, up.messages)
    try:
        (schedule,) = again.ask("/api/deployments/name/study/hubs")["schedules"]
        assert (schedule["active"], schedule["schedule"]["cron"]) == (True, "30 22 * * *")
    finally:
        again.process.terminate()
    assert again.process.wait(60) == 0


def test_nothing_reached_beyond_this_machine(up: Up) -> None:
    assert up.terminal.run("status").egress == ""


def test_opening_to_other_machines_is_refused_without_a_password(up: Up) -> None:
    configs = Path(dict(up.terminal.extra)["COLLOQUY_CONFIGS"])
    elsewhere = configs.parent / "open"
    shutil.copytree(configs, elsewhere)
    (elsewhere / "machine.local.toml").write_text(
        f'[server]\naddress = "0.0.0.0"\nport = {free_port()}\nview_port = 0\n', encoding="utf-8"
    )
    terminal = replace(up.terminal, data=elsewhere / "data", extra=(("COLLOQUY_CONFIGS", str(elsewhere)),))
    run = terminal.run("up", timeout_s=60)
    assert run.exit_code == 1
    assert "no password is set" in " ".join(run.output.split())
