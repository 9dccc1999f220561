from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from colloquy.cli import service as module
from colloquy.cli.service import Machine, describe_service, install, install_service
from colloquy.cli.service_files import Service
from colloquy.errors import ServiceError
from colloquy.store.folders import DataFolder

PLACES = {
    "linux": ".config/systemd/user/colloquy.service",
    "darwin": "Library/LaunchAgents/local.colloquy.plist",
    "win32": "AppData/Local/Colloquy/colloquy-task.xml",
}


def example(data: str = "/srv/data") -> Service:
    return Service(("/srv/python", "--data", data, "up"), "/srv", data, f"{data}/log.txt")


def machine(platform: str, home: Path) -> Machine:
    return Machine(platform, home, "ra")


@pytest.mark.parametrize("platform", PLACES)
def test_the_file_lies_where_the_platform_looks_and_is_its_owners_alone(platform: str, tmp_path: Path) -> None:
    done = install(machine(platform, tmp_path), example())
    assert done.path == tmp_path / PLACES[platform]
    assert (done.is_changed, done.kept) == (True, None)
    assert len(done.steps) == 2
    if sys.platform != "win32":
        assert stat.S_IMODE(done.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("platform", PLACES)
def test_the_same_file_again_is_left_alone(platform: str, tmp_path: Path) -> None:
    first = install(machine(platform, tmp_path), example())
    moment = first.path.stat().st_mtime_ns
    again = install(machine(platform, tmp_path), example())
    assert (again.is_changed, again.kept) == (False, None)
    assert first.path.stat().st_mtime_ns == moment
    assert [path.name for path in first.path.parent.iterdir()] == [first.path.name]


@pytest.mark.parametrize("platform", PLACES)
def test_a_different_file_is_kept_beside_the_new_one_each_time(platform: str, tmp_path: Path) -> None:
    path = tmp_path / PLACES[platform]
    path.parent.mkdir(parents=True)
    path.write_bytes(b"by hand")
    first = install(machine(platform, tmp_path), example())
    second = install(machine(platform, tmp_path), example("/srv/other"))
    assert [kept.name for kept in (first.kept, second.kept) if kept] == [f"{path.name}.old-1", f"{path.name}.old-2"]
    assert path.with_name(f"{path.name}.old-1").read_bytes() == b"by hand"
    assert path.read_bytes() != path.with_name(f"{path.name}.old-2").read_bytes()


def test_another_system_is_told_which_ones_are_known(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="freebsd14; known: Linux with systemd, macOS, Windows"):
        install(machine("freebsd14", tmp_path), example())
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / ".config").write_text("a file where the folder should be")
    with pytest.raises(ServiceError, match=r"colloquy\.service cannot be written"):
        install(machine("linux", tmp_path), example())


def test_the_service_is_this_python_with_this_data_folder_and_the_chosen_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLOQUY_CONFIGS", str(tmp_path / "configs"))
    monkeypatch.setenv("COLLOQUY_SECRETS", str(tmp_path / "elsewhere"))
    found = describe_service(DataFolder(tmp_path))
    assert found.command == (sys.executable, "-m", "colloquy.cli.main", "--data", str(tmp_path), "up")
    assert found.log_file == str(tmp_path / "identifiable" / "_logs" / "service.txt")
    assert found.environment == (
        ("COLLOQUY_CONFIGS", str(tmp_path / "configs")),
        ("COLLOQUY_SECRETS", str(tmp_path / "elsewhere")),
    )
    monkeypatch.delenv("COLLOQUY_CONFIGS")
    monkeypatch.delenv("COLLOQUY_SECRETS")
    assert describe_service(DataFolder(tmp_path)).environment == ()


def test_no_secret_of_the_environment_is_written_into_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLLOQUY_PASSWORD", "hunter2")
    monkeypatch.setenv("COLLOQUY_DATABASE_URL", "postgresql+asyncpg://colloquy:hunter2@127.0.0.1/colloquy")
    for platform in PLACES:
        content = install(machine(platform, tmp_path), describe_service(DataFolder(tmp_path))).path.read_bytes()
        assert b"hunter2" not in content.replace(b"\x00", b"")


def test_the_person_is_told_where_the_file_is_what_was_kept_and_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setattr(module, "this_machine", lambda: machine("linux", tmp_path))
    data = DataFolder(tmp_path / "data")
    install_service(data)
    shown = capsys.readouterr().out
    assert f"Written: {tmp_path / PLACES['linux']}" in shown
    assert "1. systemctl --user daemon-reload" in shown
    assert "2. loginctl enable-linger ra" in shown
    assert stat.S_IMODE(data.logs.stat().st_mode) == 0o700, "systemd opens the log there, and makes no folder"
    install_service(data)
    assert "Already there, unchanged" in capsys.readouterr().out
    (tmp_path / PLACES["linux"]).write_text("by hand")
    install_service(data)
    assert "colloquy.service.old-1" in capsys.readouterr().err


def test_a_linux_without_systemd_is_told_that_the_file_has_no_effect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setattr(module, "this_machine", lambda: machine("linux", tmp_path))
    monkeypatch.setattr(module, "SYSTEMD_RUNS", tmp_path / "nothing")
    install_service(DataFolder(tmp_path / "data"))
    shown = capsys.readouterr().err
    assert ("does not run systemd" in shown) is (sys.platform == "linux")
