"""A run that is killed in the middle, with files in its inbox that are no recordings."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path

import psutil
import pytest

from tests.service import runs
from tests.terminal import Run, Terminal, open_terminal

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "demo" / "inbox"
GOOD = ("P04.wav", "P08 reflection.docx")


def silence(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 16_000 * 5))


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A study whose first run was killed with SIGKILL as soon as one stage was finished."""
    terminal = open_terminal(tmp_path_factory.mktemp("night"))
    inbox = terminal.data / "inbox" / "demo"
    inbox.mkdir(parents=True)
    for name in GOOD:
        shutil.copy(SHIPPED / name, inbox / name)
    process = subprocess.Popen(
        [sys.executable, "-m", "colloquy.cli.main", "run", "demo"],
        env=terminal.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    record = terminal.data / "identifiable" / "demo" / "ledger" / "P04" / "prepare.json"
    deadline = time.monotonic() + 300
    while not record.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    children = psutil.Process(process.pid).children(recursive=True)
    servers = [child for child in children if runs(child, "flows.quiet_server")]
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert record.exists()
    assert servers
    _, alive = psutil.wait_procs(children, timeout=60)
    assert not alive, "the server or a stage's process outlived the run that started it"
    return terminal


@pytest.fixture(scope="module")
def second(killed: Terminal) -> tuple[Run, int, int]:
    """The next run, with four bad files dropped meanwhile; and when `prepare` of P04 was written, before and after."""
    inbox = killed.data / "inbox" / "demo"
    (inbox / "P11 Niamh Byrne.wav").write_bytes(b"")
    (inbox / "P12.wav").write_bytes(b"a shopping list, not a recording " * 50)
    silence(inbox / "P13.wav")
    (inbox / "P14.docx").write_bytes(b"PK\x03\x04 not a Word file")
    for folder in ("identifiable/demo/transcribe", "shareable/demo/dataset"):
        (killed.data / folder).mkdir(parents=True, exist_ok=True)
        (killed.data / folder / ".P04.json.0badcafe.part").write_bytes(b"half")
    record = killed.data / "identifiable" / "demo" / "ledger" / "P04" / "prepare.json"
    before = record.stat().st_mtime_ns
    return killed.run("run", "demo"), before, record.stat().st_mtime_ns


def test_the_next_run_goes_on_where_the_killed_one_was(second: tuple[Run, int, int]) -> None:
    run, before, after = second
    assert "v0001" in run.output
    assert before == after


def test_good_interviews_go_through_and_the_exit_code_tells_of_the_others(second: tuple[Run, int, int]) -> None:
    run, _, _ = second
    assert run.exit_code == 1, run.output
    exports = run.data / "shareable" / "demo" / "exports" / "v0001" / "docx"
    assert len([path for path in exports.rglob("*.docx") if path.name.startswith(("P04", "P08"))]) == 2


@pytest.mark.parametrize(
    ("interview_id", "sentence"),
    [
        ("P12", "cannot be read as sound"),
        ("P13", "Nobody speaks in this recording"),
        ("P14", "document"),
    ],
)
def test_each_bad_file_fails_with_a_sentence(second: tuple[Run, int, int], interview_id: str, sentence: str) -> None:
    told = " ".join(second[0].output.split())
    assert f"{interview_id}: " in told
    assert sentence in told.rsplit(f"{interview_id}: ", 1)[1][:400]


def test_an_empty_file_waits_with_a_note(second: tuple[Run, int, int]) -> None:
    (note,) = (second[0].data / "inbox" / "demo").glob("P11 Niamh Byrne.wav*.txt")
    assert "empty" in note.read_text(encoding="utf-8-sig")


def test_a_name_in_a_file_name_is_not_on_the_screen_and_not_in_prefect(second: tuple[Run, int, int]) -> None:
    run, _, _ = second
    assert "Niamh" not in run.output
    for path in (run.data / "prefect").rglob("*"):
        assert not path.is_file() or b"Niamh" not in path.read_bytes()


def test_nothing_half_written_is_left(second: tuple[Run, int, int]) -> None:
    run, _, _ = second
    files = [path for part in ("identifiable", "shareable") for path in (run.data / part).rglob("*") if path.is_file()]
    assert any(path.name == "P04.json" for path in files)
    assert [path.name for path in files if path.name.endswith((".part", ".old"))] == []
