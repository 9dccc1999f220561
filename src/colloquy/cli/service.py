"""`colloquy up --install-service`: write the file that starts Colloquy with this machine, and say what to type next.

Nothing is switched on here: that is for the person who looks after the machine.
"""

from __future__ import annotations

import getpass
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from colloquy.cli.screen import print_result, show_note, show_warning
from colloquy.cli.service_files import (
    LAUNCHD_LABEL,
    TASK_NAME,
    Service,
    launchd_agent,
    systemd_user_unit,
    windows_task,
)
from colloquy.errors import ServiceError
from colloquy.store.files import make_private_folder, write_whole
from colloquy.store.folders import DataFolder

LOG_NAME = "service.txt"
FOLDERS_CHOSEN = ("COLLOQUY_CONFIGS", "COLLOQUY_SECRETS")
SYSTEMD_RUNS = Path("/run/systemd/system")


@dataclass(frozen=True, slots=True)
class Machine:
    """What the file depends on besides the service: `platform` as in sys.platform, and whose machine it is."""

    platform: str
    home: Path
    account: str


@dataclass(frozen=True, slots=True)
class Installed:
    """Where the file lies now. `kept` is the copy of a different one that lay there."""

    path: Path
    is_changed: bool
    kept: Path | None
    steps: tuple[str, ...]
    hint: str


def install_service(data: DataFolder) -> None:
    """Write this machine's file and print where it is and which two commands to type next.

    Raises ServiceError where that is not possible.
    """
    service = describe_service(data)
    done = install(this_machine(), service)
    try:
        make_private_folder(data.logs)  # systemd and launchd open the log, and do not create its folder
    except OSError as error:
        raise ServiceError(f"service: {data.logs} cannot be made: {error.strerror}. Check the data folder.") from None
    if done.kept is not None:
        show_warning(f"Another file lay there; it is kept as {done.kept}")
    if sys.platform == "linux" and not SYSTEMD_RUNS.is_dir():
        show_warning("This machine does not run systemd now, so the file has no effect: ask IT what starts services.")
    print_result(f"{'Written' if done.is_changed else 'Already there, unchanged'}: {done.path}")
    print_result("Next, type:")
    for number, step in enumerate(done.steps, start=1):
        print_result(f"  {number}. {step}")
    show_note(done.hint)


def describe_service(data: DataFolder) -> Service:
    """`colloquy up` with this Python, this data folder and, where they were chosen, these settings and secrets."""
    chosen = ((name, os.environ.get(name)) for name in FOLDERS_CHOSEN)
    root = str(data.root.absolute())
    return Service(
        command=(sys.executable, "-m", "colloquy.cli.main", "--data", root, "up"),
        # Python looks for modules in the working folder, and Prefect for settings: none of a person's own.
        working_folder=sys.prefix,
        data_folder=root,
        log_file=str(data.logs.absolute() / LOG_NAME),
        environment=tuple((name, str(Path(folder).absolute())) for name, folder in chosen if folder),
    )


def this_machine() -> Machine:
    """The account is written as Windows wants it, DOMAIN\\name, there only."""
    name = getpass.getuser()
    domain = os.environ.get("USERDOMAIN", "") if sys.platform == "win32" else ""
    return Machine(sys.platform, Path.home(), f"{domain}\\{name}" if domain else name)


def install(machine: Machine, service: Service) -> Installed:
    """Write the file for this platform, whole. A different one that lies there is kept beside it.

    Raises ServiceError for another platform, and where the file cannot be written.
    """
    path, content = _file(machine, service)
    kept = None
    try:
        earlier = path.read_bytes() if path.exists() else None
        if earlier is not None and earlier != content:
            kept = _unused(path)
            write_whole(kept, earlier)
        if earlier != content:
            write_whole(path, content)
    except OSError as error:
        raise ServiceError(f"service: {path} cannot be written: {error.strerror}. Ask IT for the right.") from None
    steps, hint = _next_steps(machine, path)
    return Installed(path, earlier != content, kept, steps, hint)


def _file(machine: Machine, service: Service) -> tuple[Path, bytes]:
    if machine.platform == "linux":
        return machine.home / ".config/systemd/user/colloquy.service", systemd_user_unit(service).encode()
    if machine.platform == "darwin":
        return machine.home / f"Library/LaunchAgents/{LAUNCHD_LABEL}.plist", launchd_agent(service)
    if machine.platform == "win32":
        return machine.home / "AppData/Local/Colloquy/colloquy-task.xml", windows_task(service, machine.account)
    raise ServiceError(
        f"service: there is no service file for {machine.platform}; known: Linux with systemd, macOS, Windows. "
        "Have `colloquy up` started by what starts services there."
    )


def _next_steps(machine: Machine, path: Path) -> tuple[tuple[str, ...], str]:
    """Two commands, and a hint."""
    if machine.platform == "linux":
        return (
            "systemctl --user daemon-reload && systemctl --user enable colloquy && systemctl --user restart colloquy",
            f"loginctl enable-linger {shlex.quote(machine.account)}",
        ), "The second keeps it running while nobody is logged in, and needs doing once; if it is refused, ask IT."
    if machine.platform == "darwin":
        return (
            f"launchctl bootstrap gui/$(id -u) {shlex.quote(str(path))}",
            f"launchctl print gui/$(id -u)/{LAUNCHD_LABEL}",
        ), (
            "The second shows whether it runs. If the first says that it is loaded already, stop the old one with "
            f"launchctl bootout gui/$(id -u)/{LAUNCHD_LABEL} and wait two minutes."
        )
    create = ["schtasks", "/Create", "/F", "/TN", TASK_NAME, "/XML", str(path), "/RU", machine.account, "/RP", "*"]
    return (
        subprocess.list2cmdline(create),
        f"schtasks /Run /TN {TASK_NAME}",
    ), (
        "In a terminal opened as administrator; the first asks for the account's password. Windows starts it again "
        f"within ten minutes: to stop it, first schtasks /Change /TN {TASK_NAME} /DISABLE, then colloquy down."
    )


def _unused(path: Path) -> Path:
    return next(place for n in count(1) if not (place := path.with_name(f"{path.name}.old-{n}")).exists())
