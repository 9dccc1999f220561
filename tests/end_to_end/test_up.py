"""`colloquy up` as a team has it running: the interface, runs by the button and by night, deaths, and its end."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
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
from colloquy.store.turns import Turn
from flows import shifts
from tests.service import Up, drop, free_port, start, wait_until
from tests.terminal import open_terminal

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


class Receiver(BaseHTTPRequestHandler):
    """Where the digests are sent."""

    messages: list[dict[str, str]]

    def do_POST(self) -> None:
        self.messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


USE_GPU = """
import json, time
import flows
from colloquy.store.folders import find_data_folder
from flows.gpu import gpu_turn, open_queue
open_queue()
with gpu_turn(find_data_folder(), is_needed=True):
    began = time.time()
    time.sleep(2)
    ended = time.time()
print(json.dumps([began, ended]))
"""


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


def test_runs_of_two_studies_stand_side_by_side_and_wait_for_their_turn_on_the_machine(up: Up) -> None:
    for study_id in ("hubs", "diaries"):
        drop(up.terminal.data, study_id, "P04.txt", "Orla Nolan")
    third = Turn(up.data, "third", is_urgent=True)
    third.take()
    runs = [up.begin_run(study_id, is_night=False) for study_id in ("hubs", "diaries")]

    def both_wait() -> bool:
        said = up.ask("/api/logs/filter", {"logs": {"flow_run_id": {"any_": runs}}})
        return [line["message"] for line in said].count(shifts.WAITS) == 2

    wait_until(both_wait, 120)
    third.give_back()
    assert {up.wait_for_run(run)["state"]["name"] for run in runs} == {"Completed"}


def test_the_digest_the_table_and_each_interviews_card_lie_beside_the_run(up: Up) -> None:
    found = up.ask("/api/artifacts/latest/filter", {})
    keys = {artifact["key"] for artifact in found}
    assert {"diaries-study", "diaries-digest", "diaries-progress", "diaries-p01", "diaries-p02"} <= keys
    (bar,) = [artifact for artifact in found if artifact["key"] == "diaries-progress"]
    assert float(bar["data"]) == 100.0


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


def test_what_dies_is_started_again_and_work_goes_on(up: Up) -> None:
    for module in ("flows.quiet_server", "flows.worker"):
        (process,) = up.children(module)
        process.kill()
        wait_until(lambda module=module, pid=process.pid: [new for new in up.children(module) if new.pid != pid], 90)
    wait_until(lambda: up.ask("/api/health") is not None, 90)
    drop(up.terminal.data, "diaries", "P10.txt", "Grainne Daly")
    assert up.press_run("diaries", is_night=False)["state"]["name"] == "Completed"
    assert "Prefect's server had stopped and was started again" in up.log.read_text()
    assert "The worker had stopped and was started again" in up.log.read_text()


def test_a_night_that_is_cut_off_is_gone_on_with_by_itself(up: Up) -> None:
    drop(up.terminal.data, "hubs", "P02.txt", "Fionnuala Keane")
    known = {run["id"] for run in up.runs(study_id="hubs")}
    up.begin_run("hubs", is_night=True)
    wait_until(lambda: [run for run in up.running("hubs") if run["id"] not in known], 60)
    nights = up.data.study("hubs").identifiable / "nights.json"
    wait_until(lambda: json.loads(nights.read_bytes())[-1]["ended"] is None, 60)
    (worker,) = up.children("flows.worker")
    for process in (worker, *worker.children(recursive=True)):
        process.kill()
    wait_until(lambda: json.loads(nights.read_bytes())[-1]["ended"] is not None, 150)
    interviews = json.loads(up.terminal.run("status", "hubs", "--json").output)["studies"][0]["interviews"]
    assert {one["interview_id"]: one["state"] for one in interviews}["P02"] == "done"


def test_the_gpu_is_used_by_one_at_a_time_and_its_queue_is_shown(up: Up) -> None:
    """Two processes want it at once; no GPU is needed to queue for one."""
    environment = up.terminal.environment | {"PREFECT_API_URL": f"http://127.0.0.1:{up.port}/api"}
    both = [
        subprocess.Popen([sys.executable, "-c", USE_GPU], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    spans = sorted(json.loads(process.communicate(timeout=120)[0]) for process in both)
    assert spans[0][1] <= spans[1][0]
    limits = up.ask("/api/v2/concurrency_limits/filter", {})
    assert [(limit["limit"], limit["name"].startswith("gpu-")) for limit in limits] == [(1, True)]


def test_a_run_that_was_killed_is_shown_as_crashed_once_the_next_begins_and_the_work_goes_on(up: Up) -> None:
    drop(up.terminal.data, "diaries", "P20.txt", "Caoimhe Walsh")
    known = {run["id"] for run in up.runs(study_id="diaries")}
    command = [sys.executable, "-m", "colloquy.cli.main", "run", "diaries"]
    with subprocess.Popen(
        command, env=up.terminal.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        (killed,) = wait_until(
            lambda: [
                r for r in up.runs(study_id="diaries") if r["id"] not in known and r["state"]["name"] == "Running"
            ],
            60,
        )
        process.kill()
    assert up.press_run("diaries", is_night=False)["state"]["name"] == "Completed"
    state = up.ask(f"/api/flow_runs/{killed['id']}")["state"]
    assert (state["type"], "next run goes on" in state["message"]) == ("CRASHED", True)
    interviews = json.loads(up.terminal.run("status", "diaries", "--json").output)["studies"][0]["interviews"]
    assert {one["state"] for one in interviews} == {"done"}


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
