from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from colloquy.errors import SettingsError
from colloquy.settings import configs_folder, load_machine_settings


@pytest.fixture
def configs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("COLLOQUY_DATABASE_URL", raising=False)
    return Path(shutil.copytree(configs_folder(), tmp_path / "configs"))


def change(configs: Path, text: str) -> None:
    (configs / "machine.local.toml").write_text(text, encoding="utf-8")


def test_the_interface_is_for_this_machine_alone_until_somebody_changes_it(configs: Path) -> None:
    server = load_machine_settings(configs).server
    assert not server.is_open
    assert not server.is_view_open
    change(configs, '[server]\naddress = "0.0.0.0"\nview_address = "10.0.0.5"\n')
    server = load_machine_settings(configs).server
    assert server.is_open
    assert server.is_view_open
    assert server.port == 4200


def test_a_closed_view_door_is_open_to_nobody(configs: Path) -> None:
    change(configs, '[server]\nview_address = "0.0.0.0"\nview_port = 0\n')
    assert not load_machine_settings(configs).server.is_view_open


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[server]\naddress = "myserver"\n', r'server.address is "myserver"; expected: an address of this machine'),
        ("[server]\nport = 99999\n", r"server.port is 99999"),
        ("[server]\nporrt = 1\n", r'porrt is not a setting; .*Did you mean "port"'),
        ("[work]\ntries = 0\n", r"work.tries is 0"),
    ],
)
def test_a_mistake_names_the_file_and_the_key(configs: Path, text: str, sentence: str) -> None:
    change(configs, text)
    with pytest.raises(SettingsError, match=rf"machine.local.toml: .*{sentence}"):
        load_machine_settings(configs)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[server]\ndatabase_url = ", r"server.database_url .*postgresql\+asyncpg://"),
        ("server = ", r"server is not usable; expected: a section"),
        ("[server]\naddress = ", r"server.address is not usable"),
    ],
)
def test_the_address_of_a_database_is_not_repeated_in_an_error(configs: Path, text: str, sentence: str) -> None:
    change(configs, f'{text}"postgres://me:secret@db/colloquy"\n')
    with pytest.raises(SettingsError, match=sentence) as caught:
        load_machine_settings(configs)
    assert "secret" not in str(caught.value)


def test_the_database_may_come_from_the_environment(configs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLLOQUY_DATABASE_URL", "postgresql+asyncpg://me:secret@127.0.0.1/colloquy")
    assert load_machine_settings(configs).server.database_url.endswith("/colloquy")
    monkeypatch.setenv("COLLOQUY_DATABASE_URL", "mysql://me:secret@127.0.0.1/colloquy")
    with pytest.raises(SettingsError, match="COLLOQUY_DATABASE_URL") as caught:
        load_machine_settings(configs)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("duration_ms", "limit_s"),
    [(None, 1800.0), (30_000, 1800.0), (60_000, 1800.0), (3_600_000, 108_000.0)],
    ids=["not known", "short", "as long as the least", "an hour"],
)
def test_the_limit_of_a_stage_grows_with_the_sound(configs: Path, duration_ms: int | None, limit_s: float) -> None:
    assert load_machine_settings(configs).work.limit_s(duration_ms) == limit_s


def test_each_wait_is_twice_the_one_before(configs: Path) -> None:
    change(configs, "[work]\ntries = 4\nfirst_wait_s = 5\n")
    assert load_machine_settings(configs).work.waits_s == [5, 10, 20]


def test_interviews_are_worked_on_here_until_somebody_chooses_otherwise(configs: Path) -> None:
    assert load_machine_settings(configs).work.runner == "here"
    change(configs, '[work]\nrunner = "dask"\ndask_workers = 4\ndask_scheduler = "tls://hubs.example.ac.uk:8786"\n')
    work = load_machine_settings(configs).work
    assert (work.runner, work.dask_workers, work.dask_scheduler) == ("dask", 4, "tls://hubs.example.ac.uk:8786")
    change(configs, '[work]\nrunner = "work-pools"\ngpu_pool = "big"\ncpu_pool = "small"\n')
    work = load_machine_settings(configs).work
    assert (work.runner, work.gpu_pool, work.cpu_pool) == ("work-pools", "big", "small")


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('runner = "slurm"', "work.runner"),
        ('gpu_pool = "the GPU/1"', "work.gpu_pool"),
        ('cpu_pool = "prefect-own"', "work.cpu_pool"),
        ('dask_scheduler = "hubs.example.ac.uk"', "work.dask_scheduler"),
        ("dask_workers = 0", "work.dask_workers"),
    ],
)
def test_a_runner_that_cannot_be_is_refused(configs: Path, line: str, key: str) -> None:
    change(configs, f"[work]\n{line}\n")
    with pytest.raises(SettingsError, match=re.escape(key)):
        load_machine_settings(configs)


def test_the_server_of_the_team_is_named_without_its_password(configs: Path) -> None:
    change(configs, '[server]\napi_url = "https://hubs.example.ac.uk/api"\n')
    assert load_machine_settings(configs).server.api_url == "https://hubs.example.ac.uk/api"
    change(configs, '[server]\napi_url = "https://colloquy:secret@hubs.example.ac.uk/api"\n')
    with pytest.raises(SettingsError, match=r"server.api_url is not usable; expected: an address such as") as caught:
        load_machine_settings(configs)
    assert "secret" not in str(caught.value)
