from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from colloquy.errors import SettingsError
from colloquy.settings import configs_folder, load_settings


@pytest.fixture
def configs(tmp_path: Path) -> Path:
    return Path(shutil.copytree(configs_folder(), tmp_path / "configs"))


def write_study(configs: Path, text: str) -> None:
    (configs / "studies" / "pilot.toml").write_text(text, encoding="utf-8")


def test_a_study_changes_what_it_names_and_keeps_the_rest(configs: Path) -> None:
    write_study(configs, "[diarisation]\nmost_speakers = 3\n")
    default, own = load_settings(None, configs), load_settings("pilot", configs)
    assert own.diarisation.most_speakers == 3 != default.diarisation.most_speakers
    assert own.diarisation.engine == default.diarisation.engine
    assert own.transcription == default.transcription


def test_a_study_without_a_file_has_the_defaults(configs: Path) -> None:
    assert load_settings("unheard-of", configs) == load_settings(None, configs)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[transcription]\nengin = 'x'\n",
            r'pilot.toml: transcription.engin is not a setting; .*Did you mean "engine"',
        ),
        ("[transcribtion]\nengine = 'x'\n", r'transcribtion is not a setting; .*Did you mean "transcription"'),
        ("[transcription]\nbatch_size = 0\n", r"transcription.batch_size is 0; expected"),
        ("[transcription]\ndevice = 'gpu'\n", r"transcription.device is 'gpu'; expected"),
        ("[transcription\n", r"not valid TOML"),
        (
            "[diarisation]\nfewest_speakers = 5\nmost_speakers = 2\n",
            r"most_speakers is 2; expected: .*not below fewest",
        ),
        ("[study]\ninterview_pattern = '(P'\n", r"study.interview_pattern is '\(P'; expected: .*regular expression"),
        ("[night]\norder = 'longest'\n", r"night.order is 'longest'; expected: .*'oldest' or 'shortest'"),
        ("[night]\nassumed_speed_ratio = 0\n", r"night.assumed_speed_ratio is 0; expected: .*greater than 0"),
        ("[transcription]\nvocabulary = ['PWP', 'pwp']\n", r"vocabulary is not usable; expected: terms of which none"),
        ("[transcription]\nvocabulary = ['<|en|>']\n", r"vocabulary is not usable; expected: terms of which none"),
        ("[study]\ninterview_pattern = 'P'\n", r"interview_pattern is 'P'; expected: .*group \(\?P<participants>"),
    ],
    ids=[
        "unknown key",
        "unknown section",
        "out of range",
        "not a choice",
        "not TOML",
        "bounds crossed",
        "not a pattern",
        "not an order",
        "no speed",
        "a term twice",
        "no term",
        "no group",
    ],
)
def test_a_mistake_names_the_file_the_key_and_the_likely_spelling(configs: Path, text: str, sentence: str) -> None:
    write_study(configs, text)
    with pytest.raises(SettingsError, match=sentence):
        load_settings("pilot", configs)


@pytest.mark.parametrize("written", ['"zebediah"', '["zebediah", 7]', '["zebediah", "zebediah"]', '{ "zebediah" = 1 }'])
def test_a_mistake_in_the_vocabulary_quotes_none_of_it(configs: Path, written: str) -> None:
    write_study(configs, f"[transcription]\nvocabulary = {written}\n")
    with pytest.raises(SettingsError, match=r"transcription.vocabulary.* is not usable") as caught:
        load_settings("pilot", configs)
    assert "zebediah" not in str(caught.value)


def test_a_vocabulary_is_tidied_and_not_shown(configs: Path) -> None:
    write_study(configs, '[transcription]\nvocabulary = [" zebediah  trust "]\n')
    settings = load_settings("pilot", configs)
    assert settings.transcription.vocabulary == ("zebediah trust",)
    assert "zebediah" not in repr(settings)


def test_a_missing_default_is_named(configs: Path) -> None:
    path = configs / "colloquy.toml"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("batch_size")]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"transcription\.batch_size is missing"):
        load_settings(None, configs)


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().study.title = "other"  # type: ignore[misc]
