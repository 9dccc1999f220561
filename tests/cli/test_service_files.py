from __future__ import annotations

import os
import plistlib
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from colloquy.cli.service_files import (
    LAUNCHD_LABEL,
    TASK_SCHEMA,
    Service,
    launchd_agent,
    systemd_system_unit,
    systemd_user_unit,
    windows_task,
)
from colloquy.errors import ServiceError

ARGUMENTS = ("-m", "colloquy.cli.main", "--data")
AWKWARD = [
    "/srv/colloquy",
    "/srv/interview data",
    "/srv/Gespräche Llŷn",
    "/srv/100% done/%h",
    "/srv/$HOME/${x}",
    "/srv/R&D <new>",
    "/srv/o'brien",
    '/srv/the "big" one',
    "/srv/back\\slash\\",
]
# systemd 254 and later know these two; earlier ones say so and go on.
NEWER_SETTINGS = ("Unknown key 'RestartSteps'", "Unknown key 'RestartMaxDelaySec'", "Unknown key name 'Restart")


def service_in(folder: str, program: str = sys.executable) -> Service:
    return Service(
        command=(program, *ARGUMENTS, folder, "up"),
        working_folder=folder,
        data_folder=folder,
        log_file=f"{folder}/service.txt",
        environment=(("COLLOQUY_CONFIGS", f"{folder}/configs"),),
    )


def settings_of(unit: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in unit.splitlines():
        name, is_setting, value = line.partition("=")
        if is_setting:
            found.setdefault(name, []).append(value)
    return found


def verify(unit: str, folder: Path, *, is_user: bool) -> list[str]:
    """What systemd itself says against a unit."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed here")
    folder.mkdir(exist_ok=True)
    path = folder / "colloquy.service"
    path.write_text(unit, encoding="utf-8")
    command = [program, *(["--user"] if is_user else []), "verify", "--man=no", str(path)]
    environment = os.environ | {"XDG_RUNTIME_DIR": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    if "Failed to initialize manager" in done.stderr:
        pytest.skip("systemd-analyze cannot verify units here")
    ours = [line for line in done.stderr.splitlines() if "colloquy" in line]
    return [line for line in ours if not any(text in line for text in NEWER_SETTINGS)]


@pytest.mark.parametrize("folder", AWKWARD)
def test_systemd_finds_nothing_wrong_with_the_users_unit(folder: str, tmp_path: Path) -> None:
    assert verify(systemd_user_unit(service_in(folder)), tmp_path / "units", is_user=True) == []


def test_systemd_finds_nothing_wrong_with_the_systems_unit(tmp_path: Path) -> None:
    unit = systemd_system_unit(service_in("/srv/interview data 100%"), "root")
    assert verify(unit, tmp_path / "units", is_user=False) == []


def test_systemd_reports_what_is_wrong_with_a_unit(tmp_path: Path) -> None:
    """Or the two tests above would show nothing."""
    unit = systemd_user_unit(service_in("/srv/colloquy", program=str(tmp_path / "no python")))
    assert any("no python" in line for line in verify(unit, tmp_path / "units", is_user=True))


@pytest.mark.parametrize("name", ["plain", "with space", "Gespräche", "100% %h", "$HOME", "o'brien", 'a "b"', "a\\b"])
def test_systemd_finds_a_python_whatever_its_folder_is_called(name: str, tmp_path: Path) -> None:
    program = tmp_path / name / "python"
    program.parent.mkdir()
    program.symlink_to(sys.executable)
    unit = systemd_user_unit(service_in("/srv/colloquy", program=str(program)))
    assert verify(unit, tmp_path / "units", is_user=True) == []


@pytest.mark.parametrize("folder", AWKWARD)
def test_systemd_reads_each_argument_as_it_was_meant(folder: str) -> None:
    """By its rules: words in quotation marks, \\ before " and \\, $$ for $ (not in the program's name), %% for %."""
    settings = settings_of(systemd_user_unit(service_in(folder)))
    program, *arguments = shlex.split(settings["ExecStart"][0].replace("%%", "%"))
    assert program == sys.executable
    assert [word.replace("$$", "$") for word in arguments] == [*ARGUMENTS, folder, "up"]
    assert settings["WorkingDirectory"] == [folder.replace("%", "%%")]
    assert (
        settings["StandardOutput"] == settings["StandardError"] == [f"append:{folder.replace('%', '%%')}/service.txt"]
    )
    (chosen,) = shlex.split(settings["Environment"][1].replace("%%", "%"))
    assert chosen == f"COLLOQUY_CONFIGS={folder}/configs"


@pytest.mark.parametrize("program", ["/home/o'brien/bin/python", '/a "b"/python', "/a\\b/python"])
def test_a_program_that_systemd_would_refuse_by_its_name_is_started_through_env(program: str) -> None:
    start = settings_of(systemd_user_unit(service_in("/srv/colloquy", program=program)))["ExecStart"][0]
    assert shlex.split(start)[:2] == ["/usr/bin/env", program]


def test_the_units_keep_what_they_write_private_and_leave_no_child_behind() -> None:
    for unit in (systemd_user_unit(service_in("/srv/c")), systemd_system_unit(service_in("/srv/c"), "colloquy")):
        settings = settings_of(unit)
        assert settings["UMask"] == ["0077"]
        assert settings["NoNewPrivileges"] == ["yes"]
        assert settings["LimitCORE"] == ["0"]
        assert settings["KillMode"] == ["mixed"]
        assert settings["Restart"] == ["on-failure"]
        assert settings["StartLimitIntervalSec"] == ["0"], "however often it fails, it is started again"


def test_only_the_systems_unit_promises_to_keep_the_network_away() -> None:
    """A user's unit would be given the setting and not obey it."""
    assert "IPAddress" not in systemd_user_unit(service_in("/srv/c"))
    settings = settings_of(systemd_system_unit(service_in("/srv/c"), "colloquy"))
    assert (settings["IPAddressDeny"], settings["IPAddressAllow"]) == (["any"], ["localhost"])
    assert settings["User"] == ["colloquy"]


def test_the_systems_unit_hides_no_gpu() -> None:
    unit = systemd_system_unit(service_in("/srv/c"), "colloquy")
    for setting in ("PrivateDevices", "DevicePolicy", "ProtectClock", "MemoryDenyWriteExecute"):
        assert setting not in unit


@pytest.mark.parametrize("folder", ['/srv/the "big" one', "/srv/back\\slash"])
def test_the_systems_unit_refuses_a_data_folder_that_it_could_not_name(folder: str) -> None:
    with pytest.raises(ServiceError, match="Rename the folder"):
        systemd_system_unit(service_in(folder), "colloquy")


@pytest.mark.parametrize("folder", AWKWARD)
def test_a_launchd_agent_holds_the_paths_as_they_are(folder: str) -> None:
    agent = plistlib.loads(launchd_agent(service_in(folder)))
    assert agent["ProgramArguments"] == [sys.executable, *ARGUMENTS, folder, "up"]
    assert agent["WorkingDirectory"] == folder
    assert agent["StandardOutPath"] == agent["StandardErrorPath"] == f"{folder}/service.txt"
    assert agent["EnvironmentVariables"]["COLLOQUY_CONFIGS"] == f"{folder}/configs"


def test_a_launchd_agent_starts_again_after_a_failure_only_and_keeps_its_files_private() -> None:
    agent = plistlib.loads(launchd_agent(service_in("/Users/ra/colloquy")))
    assert agent["Label"] == LAUNCHD_LABEL
    assert agent["RunAtLoad"] is True
    assert agent["KeepAlive"] == {"SuccessfulExit": False}
    assert agent["Umask"] == 0o077
    assert agent["HardResourceLimits"] == {"Core": 0}


def task(folder: str, program: str = r"C:\Colloquy\python.exe", account: str = r"LAB\ra") -> ElementTree.Element:
    content = windows_task(service_in(folder, program), account)
    assert content.startswith(b"\xff\xfe"), "schtasks wants UTF-16 that says so"
    assert content.decode("utf-16").startswith('<?xml version="1.0" encoding="UTF-16"?>')
    return ElementTree.fromstring(content)


def text_at(root: ElementTree.Element, path: str) -> str | None:
    return root.findtext("/".join(f"{{{TASK_SCHEMA}}}{name}" for name in path.split("/")))


@pytest.mark.parametrize(
    ("folder", "argument"),
    [
        (r"C:\Colloquy", r"C:\Colloquy"),
        (r"C:\Interview data", r'"C:\Interview data"'),
        ("C:\\Interview data\\", '"C:\\Interview data\\\\"'),
        (r"C:\Gespräche Llŷn", r'"C:\Gespräche Llŷn"'),
        (r"C:\R&D", r"C:\R&D"),
        (r"C:\100% done", r'"C:\100% done"'),
    ],
)
def test_a_windows_task_quotes_arguments_as_windows_programs_read_them(folder: str, argument: str) -> None:
    root = task(folder, r"C:\Program Files\Python & Co\python.exe")
    assert text_at(root, "Actions/Exec/Command") == r"C:\Program Files\Python & Co\python.exe"
    assert text_at(root, "Actions/Exec/Arguments") == f"-m colloquy.cli.main --data {argument} up"
    assert text_at(root, "Actions/Exec/WorkingDirectory") == folder


@pytest.mark.parametrize("folder", [r"C:\%TEMP%\data", r"C:\$(Arg0)"])
def test_a_windows_task_refuses_a_path_of_which_windows_would_replace_a_part(folder: str) -> None:
    with pytest.raises(ServiceError, match="replace"):
        task(folder)


def test_a_windows_task_runs_without_end_on_battery_and_starts_again() -> None:
    root = task(r"C:\Colloquy")
    assert root.tag == f"{{{TASK_SCHEMA}}}Task"
    for path, value in {
        "Triggers/BootTrigger/Enabled": "true",
        "Triggers/TimeTrigger/Repetition/Interval": "PT10M",
        "Principals/Principal/UserId": r"LAB\ra",
        "Principals/Principal/LogonType": "Password",
        "Principals/Principal/RunLevel": "LeastPrivilege",
        "Settings/ExecutionTimeLimit": "PT0S",
        "Settings/DisallowStartIfOnBatteries": "false",
        "Settings/StopIfGoingOnBatteries": "false",
        "Settings/MultipleInstancesPolicy": "IgnoreNew",
        "Settings/RestartOnFailure/Count": "5",
        "Settings/RestartOnFailure/Interval": "PT1M",
    }.items():
        assert text_at(root, path) == value, path
    who, does = (root.find(f".//{{{TASK_SCHEMA}}}{name}") for name in ("Principal", "Actions"))
    assert who is not None
    assert does is not None
    assert who.get("id") == does.get("Context")


@pytest.mark.parametrize("folder", ["/srv/a\nExecStartPre=/bin/evil", "/srv/a\x00b", "/srv/\udcff"])
def test_a_path_that_no_file_can_hold_is_refused(folder: str) -> None:
    with pytest.raises(ServiceError, match="Move the folder"):
        service_in(folder)
