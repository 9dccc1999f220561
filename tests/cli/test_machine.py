from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from colloquy.cli import machine
from colloquy.cli.machine import (
    Level,
    MachineCheck,
    check_disk,
    check_fit,
    check_gpu,
    check_models,
    check_packages,
    check_prefect_server,
    check_python,
    check_rights,
    check_settings,
    check_switches,
)
from colloquy.cli.machine_keys import check_keys
from colloquy.domain.redaction import Category, KeyEntry
from colloquy.engines import devices, model_fit, registry
from colloquy.engines.devices import DeviceReport, GpuCondition
from colloquy.store.folders import DataFolder
from colloquy.store.key import save_key

DEMO_MODEL = Path(__file__).resolve().parents[2] / "data" / "demo" / "model" / "demo-en.pt"


def only(checks: Iterator[MachineCheck]) -> MachineCheck:
    (check,) = checks
    return check


def test_a_python_that_was_not_tested_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.sys, "version_info", (3, 14, 0))
    assert check_python().level is Level.BROKEN
    assert "3.11 to 3.13" in check_python().advice


@pytest.mark.parametrize(
    ("requirement", "found", "level"),
    [
        ("fastapi>=0.139,<0.151", "0.165.0", Level.BROKEN),
        ("sqlalchemy>=2.0,<2.1", "2.1.9", Level.BROKEN),
        ("typer>=0.20,<1", "1.0", Level.WARNING),
        ("typer>=0.20,<1", None, Level.BROKEN),
        ("typer>=0.20,<1", "0.21", Level.FINE),
        ('pytest>=8; extra == "dev"', "1.0", Level.FINE),
    ],
)
def test_packages_are_held_against_the_versions_that_were_tested(
    requirement: str, found: str | None, level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(name: str) -> str:
        if found is None:
            raise machine.metadata.PackageNotFoundError(name)
        return found

    monkeypatch.setattr(machine.metadata, "requires", lambda _name: [requirement])
    monkeypatch.setattr(machine.metadata, "version", version)
    assert only(check_packages()).level is level


def test_a_package_that_is_listed_but_gone_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "IMPORTED", ("no_such_module.part",))
    monkeypatch.setattr(machine.metadata, "requires", lambda _name: [])
    assert only(check_packages()).level is Level.BROKEN


def test_a_gpu_that_cannot_be_used_is_a_warning_with_a_way_out_and_none_at_all_is_fine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for condition, level in (
        (GpuCondition.DRIVER_TOO_OLD, Level.WARNING),
        (GpuCondition.NO_CARD, Level.FINE),
        (GpuCondition.WORKS, Level.FINE),
    ):
        report = DeviceReport(condition, "Card", 8192, 8000, "535.1", "13.0")
        monkeypatch.setattr(devices, "probe_gpu", lambda report=report: report)
        check = check_gpu()
        assert check.level is level
        assert report.advice in check.advice
        assert ("faster-whisper" in check.advice) is (condition is not GpuCondition.WORKS)
    assert "8 GiB" in check.found


@pytest.mark.parametrize(("is_there", "advice"), [(True, "is installed"), (False, "pip install 'colloquy[faster-wh")])
def test_without_a_gpu_the_faster_engine_for_a_processor_is_named(
    is_there: bool, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "probe_gpu", lambda: DeviceReport(GpuCondition.NO_CARD))
    monkeypatch.setattr(registry, "has_extra", lambda _engine: is_there)
    assert advice in check_gpu().advice


def test_models_and_their_damage_are_seen(data: Path) -> None:
    words, voices = check_models(DataFolder(data))
    assert (words.level, voices.level) == (Level.WARNING, Level.FINE)
    assert "colloquy models fetch" in words.advice
    assert "colloquy models fetch resemblyzer" in voices.advice
    (data / "models").mkdir(parents=True)
    (data / "models" / "m.pt").write_bytes(b"w")
    words, _ = check_models(DataFolder(data))
    assert (words.level, words.found) == (Level.FINE, "m")
    (data / "models" / "m.json").write_text('{"name": "m", "size_bytes": 2}')
    words, _ = check_models(DataFolder(data))
    assert words.level is Level.BROKEN


@pytest.mark.parametrize(("name", "is_advised"), [("resemblyzer", False), ("pyannote-community-1", True)])
def test_better_voices_are_offered_until_they_are_there(data: Path, name: str, is_advised: bool) -> None:
    (data / "models").mkdir(parents=True)
    (data / "models" / f"{name}.pt").write_bytes(b"w")
    _, voices = check_models(DataFolder(data))
    assert (voices.level, voices.found) == (Level.FINE, name)
    assert ("models fetch resemblyzer" in voices.advice) is is_advised


def test_a_model_that_is_damaged_or_too_large_for_the_memory_is_told(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "probe_gpu", lambda: DeviceReport(GpuCondition.NO_CARD))
    store = data / "models"
    store.mkdir(parents=True)
    shutil.copyfile(DEMO_MODEL, store / "ours.pt")
    assert list(check_fit(DataFolder(data))) == []
    monkeypatch.setattr(model_fit, "memory_of", lambda _: model_fit.Memory(20, 30))
    (short,) = check_fit(DataFolder(data))
    assert (short.subject, short.level) == ("memory for ours", Level.WARNING)
    assert "ours needs about" in short.advice
    (store / "ours.pt").write_bytes(b"w")
    (damaged,) = check_fit(DataFolder(data))
    assert damaged.level is Level.BROKEN
    assert "not a Whisper checkpoint" in damaged.advice


@pytest.mark.parametrize(("free", "level"), [(50e9, Level.FINE), (5e9, Level.WARNING), (0.5e9, Level.BROKEN)])
def test_little_disk_warns_and_none_stops(
    free: float, level: Level, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _place: SimpleNamespace(free=free))
    assert check_disk(DataFolder(data)).level is level


def test_an_identifiable_folder_that_others_can_enter_is_a_fault(data: Path) -> None:
    inner = data / "identifiable" / "hubs"
    inner.mkdir(parents=True, mode=0o700)
    (data / "identifiable").chmod(0o700)
    assert only(check_rights(DataFolder(data))).level is Level.FINE
    inner.chmod(0o755)
    check = only(check_rights(DataFolder(data)))
    assert check.level is Level.BROKEN
    assert "chmod" in check.advice


def test_a_file_below_it_that_others_can_read_is_a_fault(data: Path) -> None:
    (data / "identifiable").mkdir(parents=True, mode=0o700)
    key = data / "identifiable" / "key.enc"
    key.touch(mode=0o600)
    assert only(check_rights(DataFolder(data))).level is Level.FINE
    key.chmod(0o644)
    assert only(check_rights(DataFolder(data))).level is Level.BROKEN


def test_a_study_whose_settings_cannot_be_read_is_named(data: Path, tmp_path: Path) -> None:
    (data / "inbox" / "hubs").mkdir(parents=True)
    assert only(check_settings(DataFolder(data))).level is Level.FINE
    (tmp_path / "configs" / "studies").mkdir()
    (tmp_path / "configs" / "studies" / "hubs.toml").write_text("[study]\ntitel = 'x'\n")
    check = only(check_settings(DataFolder(data)))
    assert (check.level, check.found) == (Level.BROKEN, "hubs")
    assert 'Did you mean "title"' in check.advice
    (tmp_path / "configs" / "studies" / "hubs.toml").write_text('[publish]\nexports = ["docs"]\n')
    assert 'Did you mean "docx"' in only(check_settings(DataFolder(data))).advice


def test_a_key_that_its_secret_does_not_open_is_a_fault(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLOQUY_SECRETS", str(tmp_path / "elsewhere"))
    (data / "inbox" / "new").mkdir(parents=True)
    save_key(DataFolder(data).study("hubs"), (KeyEntry("[Person 1]", Category.PERSON, ("Niamh Byrne",)),))
    check = only(check_keys(DataFolder(data)))
    assert (check.level, "of 1 studies" in check.found) == (Level.FINE, True)
    next((tmp_path / "elsewhere").iterdir()).unlink()
    check = only(check_keys(DataFolder(data)))
    assert (check.level, check.found) == (Level.BROKEN, "hubs")
    assert "colloquy key where hubs" in check.advice
    (data / "identifiable" / "hubs" / "key.enc").unlink()
    (data / "identifiable" / "hubs" / "key.json").write_text("[]")
    check = only(check_keys(DataFolder(data)))
    assert (check.level, check.found) == (Level.WARNING, "hubs: not encrypted yet")


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/api/health" else 404)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


def test_the_server_is_asked_where_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    assert check_prefect_server().level is Level.FINE
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Healthy)
    threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{httpd.server_port}/api")
    assert (check_prefect_server().level, check_prefect_server().found) == (Level.FINE, "answers")
    httpd.shutdown()
    httpd.server_close()
    assert check_prefect_server().level is Level.WARNING


def test_a_server_on_another_machine_is_refused_and_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "https://prefect.example/api")
    monkeypatch.setattr(machine.urllib.request, "build_opener", lambda *_: pytest.fail("it was asked"))
    assert check_prefect_server().level is Level.BROKEN


def test_a_telemetry_switch_that_is_on_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    machine_switches = machine.SWITCHES
    for name, value in machine_switches.items():
        monkeypatch.setenv(name, value)
    assert check_switches().level is Level.FINE
    monkeypatch.setenv("PYANNOTE_METRICS_ENABLED", "1")
    assert check_switches().level is Level.BROKEN
    assert "PYANNOTE_METRICS_ENABLED" in check_switches().found
