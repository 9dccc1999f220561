from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from colloquy.cli import machine
from colloquy.cli.machine import Level, MachineCheck


def test_every_subject_is_looked_at_and_the_exit_code_says_whether_a_run_would_stop(call: Callable[..., Any]) -> None:
    result = call("doctor", "--json")
    report = json.loads(result.stdout)
    subjects = {check["subject"] for check in report["checks"]}
    assert {"Python", "GPU", "free disk", "identifiable folder", "Prefect server", "telemetry"} <= subjects
    assert report["is_ready"] == (result.exit_code == 0)
    assert report["is_ready"] == all(check["level"] != "broken" for check in report["checks"])


def test_the_table_marks_a_fault_says_what_to_do_and_ends_with_1(
    call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = (MachineCheck("Python", Level.FINE, "3.11"), MachineCheck("disk", Level.BROKEN, "full [0]", "Make room."))
    monkeypatch.setattr(machine, "examine", lambda _data: iter(checks))
    result = call("doctor")
    assert result.exit_code == 1
    (line,) = [line for line in result.stdout.splitlines() if "disk" in line]
    assert line.split("  ")[0] == "✗"
    assert "full [0]" in line
    assert "Make room." in line
    monkeypatch.setattr(machine, "examine", lambda _data: iter(checks[:1]))
    assert call("doctor").exit_code == 0
