from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from colloquy.settings import configs_folder


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder and a copy of the settings, named as a person would name them."""
    configs = tmp_path / "configs"
    configs.mkdir()
    for name in ("colloquy.toml", "expectations.toml", "machine.toml", "subtitle_phrases.toml"):
        (configs / name).write_bytes((configs_folder() / name).read_bytes())
    for folder in ("redaction", "verbatim"):
        (configs / folder).symlink_to(configs_folder() / folder)
    monkeypatch.setenv("COLLOQUY_CONFIGS", str(configs))
    monkeypatch.setenv("COLLOQUY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("COLLOQUY_DEBUG", raising=False)
    return tmp_path / "data"


@pytest.fixture
def call(data: Path) -> Callable[..., object]:
    """Calls the command line; the result has exit_code, stdout and stderr."""
    from colloquy.cli.main import app

    return lambda *arguments, **settings: CliRunner().invoke(app, list(arguments), **settings)
