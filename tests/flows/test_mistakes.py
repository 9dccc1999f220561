from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from colloquy.settings import configs_folder
from colloquy.store.folders import DataFolder
from flows import service
from flows.service import Mistakes


def test_a_mistake_in_a_studys_settings_is_said_once_and_so_is_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configs = Path(shutil.copytree(configs_folder(), tmp_path / "configs"))
    monkeypatch.setenv("COLLOQUY_CONFIGS", str(configs))
    monkeypatch.setattr(service, "SETTINGS_EVERY_S", 0.0)
    data = DataFolder(tmp_path / "data")
    (data.root / "inbox" / "hubs").mkdir(parents=True)
    own = configs / "studies" / "hubs.toml"
    said: list[str] = []
    mistakes = Mistakes(data, said.append)

    own.write_text("[night]\nschedul = 1\n", encoding="utf-8")
    mistakes.look()
    mistakes.look()
    assert len(said) == 1
    assert said[0].startswith("hubs has no nights until this is mended: ")
    assert "night.schedul" in said[0]

    own.write_text("[night]\n", encoding="utf-8")
    mistakes.look()
    mistakes.look()
    assert said[1:] == ["hubs: mended."]
