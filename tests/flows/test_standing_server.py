"""Which server a command of this machine belongs to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from colloquy.errors import ServerError
from colloquy.settings import configs_folder
from colloquy.store.folders import DataFolder
from flows import server
from flows.server import running_server, standing_server


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    configs = Path(shutil.copytree(configs_folder(), tmp_path / "configs"))
    api = "https://hubs.example.ac.uk/api"
    (configs / "machine.local.toml").write_text(f'[server]\napi_url = "{api}"\n', encoding="utf-8")
    monkeypatch.setenv("COLLOQUY_CONFIGS", str(configs))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    return api


def test_the_settings_may_name_another_machine(named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "answers", lambda api, token="": api == named)
    assert standing_server(DataFolder(tmp_path)) == named


def test_no_other_server_takes_the_place_of_one_that_does_not_answer(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "answers", lambda api, token="": False)
    refused = pytest.raises(ServerError, match=r"nothing answers at server\.api_url")
    with refused, running_server(DataFolder(tmp_path)):
        pytest.fail("another server was taken")


def test_a_variable_may_not_name_another_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "https://elsewhere.example.org/api")
    with pytest.raises(ServerError, match="names another machine"), running_server(DataFolder(tmp_path)):
        pytest.fail("another machine was asked")
