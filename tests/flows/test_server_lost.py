"""A Prefect server that dies while a run needs it: begun again where it was, or given up with a sentence."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from colloquy.cli import running
from colloquy.cli.progress import Progress
from colloquy.errors import ServerLostError
from colloquy.store.folders import DataFolder
from flows import server
from flows import study as study_flow

NOBODY = "http://127.0.0.1:9"  # the port that throws everything away


def sleeping() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])


def test_a_server_that_dies_is_begun_again_and_stopped_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LOOK_EVERY_S", 0.05)
    begun = [sleeping()]

    def begin() -> subprocess.Popen[bytes]:
        begun.append(sleeping())
        return begun[-1]

    with server._kept(begun[0], begin):
        for number in (1, 2):
            begun[-1].kill()
            deadline = time.monotonic() + 20
            while len(begun) == number and time.monotonic() < deadline:
                time.sleep(0.05)
        assert len(begun) == 3
        assert begun[-1].poll() is None
    assert all(process.poll() is not None for process in begun)


def test_a_server_that_stays_away_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(server, "RETURN_S", 0.05)
    assert not server.returns(NOBODY)


@pytest.mark.parametrize(("is_back", "lost", "is_ended"), [(True, 2, True), (True, 3, False), (False, 1, False)])
def test_a_run_goes_on_once_its_server_is_back_and_ends_where_it_stays_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_back: bool, lost: int, is_ended: bool
) -> None:
    left = [ServerLostError("hubs: Prefect's server on this machine stopped answering.")] * lost

    def run_study(study_id: str) -> None:
        if left:
            raise left.pop()

    monkeypatch.setattr(study_flow, "run_study", run_study)
    monkeypatch.setattr(server, "returns", lambda _: is_back)
    given = ("hubs", NOBODY, Progress(DataFolder(tmp_path).study("hubs"), is_live=False), Console(stderr=True))
    if is_ended:
        assert running._run_to_its_end(*given) is None
        return
    with pytest.raises(ServerLostError, match="stopped answering"):
        running._run_to_its_end(*given)
    assert left == []
