"""A worker that keeps its models: whose interviews may go side by side, and when everything is read anew."""

from __future__ import annotations

import os
import threading

import pytest

from colloquy.errors import ServerError
from colloquy.settings import load_machine_settings
from flows import dask_cluster, tasks
from flows.pools import MODEL
from flows.warm_worker import Turns


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs for which settings were read and lanes ended."""
    found: list[str] = []
    monkeypatch.setenv(MODEL, "")
    monkeypatch.setattr(tasks, "begin_run", found.append)
    monkeypatch.setattr(tasks, "end_run", lambda: None)
    return found


def test_interviews_of_one_run_share_what_is_loaded(begun: list[str]) -> None:
    turns = Turns()
    with turns.of("one", "small.en"), turns.of("one", "small.en"):
        assert os.environ[MODEL] == "small.en"
    with turns.of("one", "small.en"):
        pass
    assert begun == ["one"]


def test_another_run_waits_and_reads_everything_anew(begun: list[str]) -> None:
    turns, order = Turns(), list[str]()

    def other() -> None:
        with turns.of("two", ""):
            order.append("two")

    beside = threading.Thread(target=other)
    with turns.of("one", "small.en"):
        beside.start()
        beside.join(0.3)
        order.append("one")
    beside.join()
    assert order == begun == ["one", "two"]
    assert os.environ[MODEL] == ""


def test_dask_that_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(dask_cluster, "import_module", missing)
    refused = pytest.raises(ServerError, match=r"Dask is not installed.*colloquy\[dask\]")
    with refused, dask_cluster._cluster(load_machine_settings().work):
        pytest.fail("a cluster was begun")
