"""The shipped limits are valid, and a wrong one is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from colloquy.errors import SettingsError
from colloquy.settings import configs_folder, load_settings, read_toml
from colloquy.settings.expectations import CheckContext, Expectations


def test_the_file_that_the_default_settings_name_is_valid() -> None:
    name = load_settings().checks.expectations_file
    limits = read_toml(Expectations, configs_folder() / f"{name}.toml")
    assert limits.coverage.critical_below < limits.coverage.warning_below


def test_a_misspelt_limit_is_named(tmp_path: Path) -> None:
    path = shutil.copy(configs_folder() / "expectations.toml", tmp_path / "expectations.toml")
    Path(path).write_text(
        Path(path).read_text(encoding="utf-8").replace("warning_above", "warning_abov"), encoding="utf-8"
    )
    with pytest.raises(SettingsError, match="overlap"):
        read_toml(Expectations, Path(path))


def test_forbidden_terms_do_not_show_in_a_repr() -> None:
    limits = read_toml(Expectations, configs_folder() / "expectations.toml")
    assert "Zebediah" not in repr(CheckContext(limits, ("Zebediah",)))
