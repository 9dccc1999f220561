"""Prefect's history in PostgreSQL instead of SQLite, by one setting."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal import open_terminal

PROGRAM = shutil.which("pg_ctl")
# PostgreSQL refuses to run as root; its packages bring an account of its own.
ACCOUNT = {"user": "postgres", "group": "postgres"} if os.name == "posix" and os.geteuid() == 0 else {}


@pytest.fixture
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if PROGRAM is None:
        pytest.skip("PostgreSQL is not installed here")
    folder = Path("/tmp") / f"colloquy-postgres-{os.getpid()}"  # its account cannot enter pytest's folders
    folder.mkdir(mode=0o700)
    if ACCOUNT:
        shutil.chown(folder, **ACCOUNT)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    control(["initdb", "--pgdata", "data", "--auth", "trust", "--username", "colloquy", "--encoding", "UTF8"], folder)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    control(["start", "--pgdata", "data", "--wait", "--log", "log.txt", "--options", options], folder)
    try:
        yield f"postgresql+asyncpg://colloquy:unused@127.0.0.1:{port}/postgres"
    finally:
        control(["stop", "--pgdata", "data", "--mode", "immediate"], folder)
        shutil.rmtree(folder)


def control(words: list[str], folder: Path) -> None:
    program = [shutil.which("initdb") or "initdb"] if words[0] == "initdb" else [str(PROGRAM), words[0]]
    done = subprocess.run([*program, *words[1:]], cwd=folder, capture_output=True, text=True, timeout=120, **ACCOUNT)
    assert done.returncode == 0, done.stderr


def test_a_study_runs_with_its_history_in_postgres_and_nothing_in_sqlite(tmp_path: Path, database_url: str) -> None:
    terminal = open_terminal(tmp_path, COLLOQUY_DATABASE_URL=database_url)
    inbox = terminal.data / "inbox" / "diaries"
    inbox.mkdir(parents=True)
    (inbox / "P01.txt").write_text("I am Niamh Byrne and I work in Leeds. It was a good year.", encoding="utf-8")
    os.utime(inbox / "P01.txt", (1, 1))
    settled = terminal.run("run", "diaries")
    assert settled.exit_code == 0, settled.output
    assert (terminal.data / "shareable" / "diaries" / "dataset" / "v0001").is_dir()
    assert not list((terminal.data / "prefect").glob("*.db"))
    port = database_url.rpartition(":")[2].partition("/")[0]
    reach = ("--host", "127.0.0.1", "--port", port, "--username", "colloquy", "--dbname", "postgres")
    words = ("psql", *reach, "--tuples-only", "--no-align", "--command", "select name from flow_run order by name")
    asked = subprocess.run(words, capture_output=True, text=True, check=True)
    assert asked.stdout.split() == ["P01", "diaries"]
    assert settled.egress == ""
    for path in (terminal.data / "identifiable" / "_logs").rglob("*.txt"):
        assert "unused" not in path.read_text(encoding="utf-8"), "the password is in a log"
