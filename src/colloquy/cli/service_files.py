"""What makes `colloquy up` start with the machine: the texts of a systemd unit, a launchd agent, a task of Windows.

Nothing is written here, and paths are text: a path of Windows stays one wherever this runs. None of these files holds
a password or the address of a database: everybody who looks after a machine reads them.
"""

from __future__ import annotations

import plistlib
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from colloquy.errors import ServiceError

DESCRIPTION = "Colloquy: interview recordings to redacted datasets"
LAUNCHD_LABEL = "local.colloquy"
TASK_NAME = "Colloquy"
TASK_SCHEMA = "http://schemas.microsoft.com/windows/2004/02/mit/task"
STOP_S = 120  # for `up` to stop its worker, then its server; what is left then is killed
AGAIN_S = 30  # from a failure to the next start
CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")  # with these, a path could end a line and begin a setting
REPLACED_BY_WINDOWS = re.compile(r"%[^%]+%|\$\(")
PLAIN_WORD = re.compile(r"[A-Za-z0-9_%+=:,./-]+")
SPECIAL_IN_PROGRAM = re.compile(r"[\"'\\]")

_Content: TypeAlias = "str | Mapping[str, _Content]"
WINDOWS_TRIGGERS: Mapping[str, _Content] = {
    "BootTrigger": {"Enabled": "true"},
    "TimeTrigger": {
        "Repetition": {"Interval": "PT10M", "StopAtDurationEnd": "false"},
        "StartBoundary": "2025-01-01T00:00:00",
        "Enabled": "true",
    },
}
WINDOWS_SETTINGS: Mapping[str, _Content] = {
    "MultipleInstancesPolicy": "IgnoreNew",
    "DisallowStartIfOnBatteries": "false",
    "StopIfGoingOnBatteries": "false",
    "AllowHardTerminate": "true",
    "StartWhenAvailable": "true",
    "RunOnlyIfNetworkAvailable": "false",
    "IdleSettings": {"StopOnIdleEnd": "false", "RestartOnIdle": "false"},
    "AllowStartOnDemand": "true",
    "Enabled": "true",
    "Hidden": "false",
    "RunOnlyIfIdle": "false",
    "WakeToRun": "false",
    "ExecutionTimeLimit": "PT0S",  # none: the default would stop it after three days
    "Priority": "7",
    "RestartOnFailure": {"Interval": "PT1M", "Count": "5"},
}


@dataclass(frozen=True, slots=True)
class Service:
    """What is started, and where; every path absolute."""

    command: tuple[str, ...]
    working_folder: str
    data_folder: str
    log_file: str
    environment: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        names_and_values = [text for pair in self.environment for text in pair]
        for text in (*self.command, self.working_folder, self.data_folder, self.log_file, *names_and_values):
            if CONTROL.search(text):
                raise ServiceError(
                    f"service: the path {text!r} holds a line break or another character that no service file can "
                    "hold. Move the folder, or rename it."
                )


def systemd_user_unit(service: Service) -> str:
    """A unit of one person's own: no administrator is needed, except perhaps for `loginctl enable-linger`.

    Only what the manager of a user can do. The file system's protections (ProtectSystem, PrivateTmp, …) would need a
    user namespace, which many machines forbid. `IPAddressDeny=` would be worse than nothing: the kernel lets only
    root filter a unit's traffic, so a user unit that has it looks protected and is not
    (https://github.com/systemd/systemd/issues/12327).
    """
    return _sections(
        Unit=[f"Description={DESCRIPTION}", "StartLimitIntervalSec=0"],
        Service=[*_systemd_service(service), "EnvironmentFile=-%h/.config/colloquy/service.env"],
        Install=["WantedBy=default.target"],
    )


def systemd_system_unit(service: Service, account: str) -> str:
    """For IT, as /etc/systemd/system/colloquy.service: as above, and whatever it runs reaches nothing but this machine.

    No PrivateDevices and no ProtectClock: both would hide the GPU. No MemoryDenyWriteExecute: PyTorch makes code.
    """
    if re.search(r'["\\]', service.data_folder):
        raise ServiceError(
            f"service: the data folder's path {service.data_folder} holds a quotation mark or a backslash, which "
            "systemd cannot read in a list of folders. Rename the folder."
        )
    protections = [
        "IPAddressDeny=any",
        "IPAddressAllow=localhost",
        "ProtectSystem=strict",
        f"ReadWritePaths={_quoted(service.data_folder, is_substituted=False)}",
        "ProtectHome=read-only",
        # Secrets would lie in the home folder otherwise.
        "StateDirectory=colloquy",
        "StateDirectoryMode=0700",
        "Environment=COLLOQUY_SECRETS=/var/lib/colloquy",
        "PrivateTmp=yes",
        "CapabilityBoundingSet=",
        *(f"Protect{what}=yes" for what in ("ControlGroups", "Hostname", "KernelLogs", "KernelModules")),
        "ProtectKernelTunables=yes",
    ]
    return _sections(
        Unit=[
            f"Description={DESCRIPTION}",
            "StartLimitIntervalSec=0",
            "After=nvidia-persistenced.service",
            f"RequiresMountsFor={_quoted(service.data_folder, is_substituted=False)}",
        ],
        Service=[
            f"User={account}",
            *_systemd_service(service),
            "EnvironmentFile=-/etc/colloquy/service.env",
            *protections,
        ],
        Install=["WantedBy=multi-user.target"],
    )


def launchd_agent(service: Service) -> bytes:
    """A property list for ~/Library/LaunchAgents: starts when its owner logs in."""
    return plistlib.dumps(
        {
            "Label": LAUNCHD_LABEL,
            "ProgramArguments": list(service.command),
            "WorkingDirectory": service.working_folder,
            "EnvironmentVariables": {"PYTHONUNBUFFERED": "1", **dict(service.environment)},
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ThrottleInterval": AGAIN_S,
            "ExitTimeOut": STOP_S,
            "Umask": 0o077,
            "Nice": 10,
            "SoftResourceLimits": {"Core": 0},
            "HardResourceLimits": {"Core": 0},
            "StandardOutPath": service.log_file,
            "StandardErrorPath": service.log_file,
        },
        sort_keys=False,
    )


def windows_task(service: Service, account: str) -> bytes:
    """For `schtasks /Create /XML`, in UTF-16: starts with the machine, whether or not anybody logs in.

    Windows' RestartOnFailure covers a start that fails, not a program that ends with an error ([MS-TSCH] 2.5.4.2), so a
    second trigger starts it every ten minutes; while it runs, that does nothing. It also starts what `colloquy down`
    stopped: the task must be disabled first. A task can neither set variables nor keep the output.
    """
    program, *arguments = service.command
    for text in (*service.command, service.working_folder):
        if REPLACED_BY_WINDOWS.search(text):
            raise ServiceError(
                f"service: Task Scheduler would replace a part of the path {text}: it holds a pair of %, or $(. "
                "Move the folder, or rename it."
            )
    task = ElementTree.Element("Task", {"version": "1.2", "xmlns": TASK_SCHEMA})
    _add(task, "RegistrationInfo", {"Description": DESCRIPTION})
    _add(task, "Triggers", WINDOWS_TRIGGERS)
    who = {"UserId": account, "LogonType": "Password", "RunLevel": "LeastPrivilege"}
    _add(_add(task, "Principals"), "Principal", who).set("id", "Author")
    _add(task, "Settings", WINDOWS_SETTINGS)
    action = {
        "Command": program,
        "Arguments": subprocess.list2cmdline(arguments),
        "WorkingDirectory": service.working_folder,
    }
    _add(task, "Actions", {"Exec": action}).set("Context", "Author")
    ElementTree.indent(task)
    text = ElementTree.tostring(task, encoding="unicode")
    return b"\xff\xfe" + f'<?xml version="1.0" encoding="UTF-16"?>\n{text}\n'.encode("utf-16-le")


def _systemd_service(service: Service) -> list[str]:
    """What both units share. Before systemd 254 RestartSteps and RestartMaxDelaySec are ignored, with a warning."""
    program, *arguments = service.command
    # systemd refuses these in a program's name, though not in arguments.
    words = ["/usr/bin/env", program, *arguments] if SPECIAL_IN_PROGRAM.search(program) else [program, *arguments]
    start = " ".join([_quoted(words[0], is_substituted=False), *map(_quoted, words[1:])])
    return [
        "Type=exec",
        f"ExecStart={start}",
        f"WorkingDirectory={_raw(service.working_folder)}",
        "Environment=PYTHONUNBUFFERED=1",
        *(f"Environment={_quoted(f'{name}={value}', is_substituted=False)}" for name, value in service.environment),
        # Not the journal: it is often sent on to another machine, and a library's line may hold the name of a file.
        f"StandardOutput=append:{_raw(service.log_file)}",
        f"StandardError=append:{_raw(service.log_file)}",
        "Restart=on-failure",
        f"RestartSec={AGAIN_S}s",
        "RestartSteps=5",
        "RestartMaxDelaySec=15min",
        "KillMode=mixed",
        f"TimeoutStopSec={STOP_S}s",
        "MemoryMax=85%",
        "OOMPolicy=continue",
        "Nice=10",
        "UMask=0077",
        "LimitCORE=0",
        "NoNewPrivileges=yes",
        "LockPersonality=yes",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
        "RestrictNamespaces=yes",
        "RestrictRealtime=yes",
        "RestrictSUIDSGID=yes",
        "SystemCallArchitectures=native",
    ]


def _quoted(text: str, *, is_substituted: bool = True) -> str:
    """One word of a unit's line; `is_substituted` where systemd would put a variable in place of $NAME."""
    escaped = _raw(text).replace("\\", "\\\\").replace('"', '\\"')
    if is_substituted:
        escaped = escaped.replace("$", "$$")
    return escaped if PLAIN_WORD.fullmatch(escaped) else f'"{escaped}"'


def _raw(text: str) -> str:
    """The rest of a unit's line: only systemd's own placeholders (%h) are replaced in it."""
    return text.replace("%", "%%")


def _sections(**sections: list[str]) -> str:
    return "\n".join("\n".join([f"[{name}]", *lines, ""]) for name, lines in sections.items())


def _add(parent: ElementTree.Element, name: str, content: _Content = "") -> ElementTree.Element:
    """`parent` with one element more: a text, or elements of its own. Gives the new element."""
    element = ElementTree.SubElement(parent, name)
    if isinstance(content, str):
        element.text = content or None
    else:
        for inner, value in content.items():
            _add(element, inner, value)
    return element
