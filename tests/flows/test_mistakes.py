from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from colloquy.errors import ColloquyError
from colloquy.settings import configs_folder
from colloquy.store.folders import DataFolder
from flows import service
from flows.service import Mistakes
from flows.work import StudyWork


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


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[transcription]\nengine = "fasterwhisper"', 'transcription.engine is "fasterwhisper"; known: faster-whisper'),
        ('[diarisation]\nengine = "pyanote"', 'known: channels, embedded, pyannote. Did you mean "pyannote"?'),
        ('[redaction]\ndetectors = ["names", "rooster"]', 'redaction.detectors is "rooster"; known: names, patterns'),
        ('[checks]\nvalidator = "expectations"', 'checks.validator is "expectations"; known: great-expectations'),
        (
            '[publish]\nexports = ["csv", "docs"]',
            'publish.exports is "docs"; known: csv, docx, txt. Did you mean "docx"?',
        ),
    ],
)
def test_a_name_that_nothing_has_is_said_with_its_file_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, sentence: str
) -> None:
    configs = Path(shutil.copytree(configs_folder(), tmp_path / "configs"))
    monkeypatch.setenv("COLLOQUY_CONFIGS", str(configs))
    (configs / "studies" / "hubs.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ColloquyError) as caught:
        StudyWork(DataFolder(tmp_path / "data"), "hubs")
    assert str(caught.value).startswith("configs/studies/hubs.toml: ")
    assert sentence in str(caught.value)
