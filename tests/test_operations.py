"""The service files that docs/operations.md shows are the ones that the code makes; its settings are readable."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from colloquy.cli.service_files import (
    Service,
    launchd_agent,
    systemd_system_unit,
    systemd_user_unit,
    windows_task,
)

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def example(root: str, python: str = ".venv/bin/python", separator: str = "/") -> Service:
    data = separator.join((root, "data"))
    return Service(
        command=(separator.join((root, python)), "-m", "colloquy.cli.main", "--data", data, "up"),
        working_folder=separator.join((root, ".venv")),
        data_folder=data,
        log_file=separator.join((data, "identifiable", "_logs", "service.txt")),
    )


LINUX = example("/srv/colloquy")
SHOWN = {
    "user unit": ("ini", systemd_user_unit(LINUX)),
    "system unit": ("ini", systemd_system_unit(LINUX, "colloquy")),
    "agent": ("xml", launchd_agent(example("/Users/ra/colloquy")).decode()),
    "task": (
        "xml",
        windows_task(example(r"C:\colloquy", r".venv\Scripts\python.exe", "\\"), r"LAB\ra").decode("utf-16"),
    ),
}


@pytest.mark.parametrize("file", SHOWN)
def test_each_service_file_is_shown_as_it_is_made(file: str) -> None:
    assert SHOWN[file] in BLOCKS


def test_no_other_service_file_is_shown() -> None:
    assert sum(language in ("ini", "xml") for language, _ in BLOCKS) == len(SHOWN)


def test_the_settings_that_it_shows_can_be_read() -> None:
    settings = [tomllib.loads(text) for language, text in BLOCKS if language == "toml"]
    assert [list(section) for section in settings] == [["night"], ["server"]]
