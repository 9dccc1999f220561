"""A server that dies, a full disk, a stage that hangs, a share that does not answer, a mistake in a settings file.

Each has a readable reason, holds up nothing else, and the next run goes on where this one was.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from colloquy.store.dataset import latest_version
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.interviews import read_interviews
from colloquy.store.ledger import read_states
from tests.faults import STUDY, Ended, Faults, drop_text
from tests.service import runs

UNREADABLE = ("Traceback", "did not foresee")


def make_study(at_hand: Faults, study_id: str, *codes: str) -> StudyFolder:
    at_hand.configure(study_id)
    folder = DataFolder(at_hand.folder / "data").study(study_id)
    for code in codes:
        drop_text(folder.inbox, code)
    return folder


def wait_until(is_so: Callable[[], object], timeout_s: float = 120) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to this"
        time.sleep(0.02)


def servers_of(run: psutil.Process) -> list[psutil.Process]:
    return [child for child in run.children() if runs(child, "flows.quiet_server")]


def is_recorded(folder: StudyFolder, interview_id: str, stage: str) -> bool:
    return (folder.stage("ledger") / interview_id / f"{stage}.json").exists()


def states_of(folder: StudyFolder) -> dict[str, str]:
    return {state.interview_id: state.state.value for state in read_states(folder)}


def half_written(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.name.endswith((".part", ".old"))]


def assert_readable(ended: Ended, *words: str) -> None:
    for word in words:
        assert word in ended.told, ended.output
    for word in UNREADABLE:
        assert word not in ended.output, ended.output


def test_a_server_that_dies_while_starting_is_said_and_the_next_run_completes(at_hand: Faults) -> None:
    folder = make_study(at_hand, "starts", "P01")
    with at_hand.fault("no server"):
        refused = at_hand.run("run", "starts", has_server=False)
    assert refused.exit_code == 1
    assert_readable(refused, "its server stopped while starting", "colloquy doctor")
    ended = at_hand.run("run", "starts")
    assert ended.exit_code == 0, ended.output
    assert latest_version(folder) == "v0001"


def test_a_run_goes_on_when_its_server_dies_under_it(at_hand: Faults) -> None:
    folder = make_study(at_hand, "middle", "P01", "P02", "P03")
    run = at_hand.begin("run", "middle", has_server=False)
    wait_until(lambda: is_recorded(folder, "P01", "read_document"))
    (server,) = servers_of(run)
    server.kill()
    ended = at_hand.end()
    assert ended.exit_code == 0, ended.output
    assert_readable(ended, "v0001")
    assert ended.told.count(" passed") == 3, ended.output
    assert at_hand.wait_for_lanes_to_end() == []
    assert is_current(at_hand, "middle")


def is_current(at_hand: Faults, study_id: str) -> bool:
    return "Everything is current" in at_hand.run("run", study_id).told


def test_a_stage_that_hangs_fails_alone_and_leaves_no_process(at_hand: Faults) -> None:
    folder = make_study(at_hand, "hangs", "P01", "P02", "P03")
    with at_hand.fault("hang P02.txt"):
        ended = at_hand.run("run", "hangs")
    assert ended.exit_code == 1
    assert_readable(
        ended,
        "P02: This took longer than 20 s and was stopped",
        "limit_ratio",
        "1 interview or file could not be finished",
    )
    assert ended.told.count(" passed") == 2, ended.output
    assert at_hand.wait_for_lanes_to_end() == []
    again = at_hand.run("run", "hangs")
    assert again.exit_code == 0, again.output
    assert latest_version(folder) == "v0002"


def test_ctrl_c_stops_at_once_fails_nothing_and_the_next_run_goes_on(at_hand: Faults) -> None:
    folder = make_study(at_hand, "stopped", "P01", "P02", "P03", "P04")
    with at_hand.fault("hang P04.txt"):  # begun once one of the first three is done
        run = at_hand.begin("run", "stopped")
        wait_until(lambda: "done" in states_of(folder).values() and at_hand.reads("P04.txt"))
        began = time.monotonic()
        run.send_signal(signal.SIGINT)
        ended = at_hand.end()
    assert time.monotonic() - began < 15  # the stage alone would have hung for 20 s, and been tried again
    assert ended.exit_code == 130
    assert_readable(ended, "Stopped. Nothing is lost")
    assert at_hand.wait_for_lanes_to_end() == []
    assert "done" in states_of(folder).values()
    assert "failed" not in states_of(folder).values()
    again = at_hand.run("run", "stopped")
    assert again.exit_code == 0, again.output
    assert again.told.count(" passed") == 4, again.output


def test_what_may_pass_is_tried_again_and_what_is_broken_is_not(at_hand: Faults) -> None:
    folder = make_study(at_hand, "passes", "P31")
    (folder.inbox / "P32.docx").write_bytes(b"PK\x03\x04 not a Word file")
    with at_hand.fault("fail once P31.txt"):
        ended = at_hand.run("run", "passes")
    assert ended.exit_code == 1
    assert_readable(ended, "P32: ", "1 interview or file could not be finished")
    assert ended.told.count(" passed") == 1, ended.output
    assert (at_hand.reads("P31.txt"), at_hand.reads("P32.docx")) == (2, 1)


def test_a_mistake_in_one_studys_settings_names_file_and_key_and_the_others_go_on(at_hand: Faults) -> None:
    make_study(at_hand, "mistaken", "P01")
    at_hand.configure("mistaken", STUDY.replace("model =", "modell ="))
    folder = make_study(at_hand, "sound", "P01")
    ended = at_hand.run("run", "mistaken", "sound")
    assert ended.exit_code == 1
    assert_readable(ended, "studies/mistaken.toml: transcription.modell is not a setting", 'Did you mean "model"?')
    assert latest_version(folder) == "v0001"
    at_hand.configure("mistaken", "[study\n")
    assert_readable(at_hand.run("run", "mistaken"), "mistaken.toml: line 1")


def test_a_second_run_is_refused_at_once_and_does_nothing(at_hand: Faults) -> None:
    folder = make_study(at_hand, "twice", "P01", "P02")
    run = at_hand.begin("run", "twice")
    wait_until(lambda: is_recorded(folder, "P01", "read_document"))
    drop_text(folder.inbox, "P03")
    second = subprocess.run(
        [sys.executable, "-m", "colloquy.cli.main", "run", "twice"],
        env=at_hand.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.is_running(), "the first run had ended before the second began"
    assert second.returncode == 1
    assert_readable(Ended(1, second.stderr), "twice: this study is being run already")
    assert "Prefect" not in second.stderr
    ended = at_hand.end()
    assert ended.exit_code == 0, ended.output
    assert len(read_interviews(folder)) == 2


def test_an_inbox_that_is_gone_is_said_and_what_was_taken_goes_on(at_hand: Faults) -> None:
    folder = make_study(at_hand, "unmounted", "P01", "P02")
    away = folder.inbox.with_name("away")
    at_hand.begin("run", "unmounted")
    wait_until(lambda: len(read_interviews(folder)) == 2)
    folder.inbox.rename(away)
    ended = at_hand.end()
    assert not folder.inbox.exists(), "the inbox was made anew and would hide the real one"
    assert ended.exit_code == 1
    assert_readable(ended, "its inbox is not there", "network share")
    assert ended.told.count(" passed") == 2, ended.output
    away.rename(folder.inbox)
    assert is_current(at_hand, "unmounted")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 24 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a tmpfs cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def fill(disk: Path, leave: int) -> Path:
    filler = disk / "filler"
    with contextlib.suppress(OSError):  # others write at the same time: it is full a moment earlier
        filler.write_bytes(bytes(max(shutil.disk_usage(disk).free - leave, 0)))
    return filler


@pytest.mark.parametrize("has_server", [True, False], ids=["the_study_alone", "prefects_database_too"])
def test_a_disk_that_is_full_at_the_start_is_said_and_the_next_run_completes(
    at_hand: Faults, small_disk: Path, has_server: bool
) -> None:
    at_hand.configure("full")
    folder = DataFolder(small_disk).study("full")
    drop_text(folder.inbox, "P01")
    filler = fill(small_disk, 8_000 if has_server else 400_000)
    refused = at_hand.run("--data", str(small_disk), "run", "full", has_server=has_server)
    assert refused.exit_code == 1
    assert_readable(refused, "disk is full", "Free some space")
    assert half_written(small_disk) == []
    filler.unlink()
    ended = at_hand.run("--data", str(small_disk), "run", "full")
    assert ended.exit_code == 0, ended.output
    assert latest_version(folder) == "v0001"


@pytest.mark.parametrize("has_server", [True, False], ids=["the_study_alone", "prefects_database_too"])
def test_a_disk_that_fills_in_the_middle_is_said_and_the_next_run_completes(
    at_hand: Faults, small_disk: Path, has_server: bool
) -> None:
    at_hand.configure("filling")
    folder = DataFolder(small_disk).study("filling")
    for code in ("P01", "P02"):
        drop_text(folder.inbox, code)
    at_hand.begin("--data", str(small_disk), "run", "filling", has_server=has_server)
    wait_until(lambda: is_recorded(folder, "P01", "read_document"))
    filler = fill(small_disk, 0)
    ended = at_hand.end()
    assert ended.exit_code == 1
    assert_readable(ended, "disk is full")
    assert half_written(small_disk) == []
    filler.unlink()
    again = at_hand.run("--data", str(small_disk), "run", "filling")
    assert again.exit_code == 0, again.output
    assert again.told.count(" passed") == 2, again.output
