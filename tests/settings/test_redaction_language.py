"""The language file's form."""

from __future__ import annotations

from pathlib import Path

import pytest

from colloquy.errors import SettingsError
from colloquy.settings import configs_folder, read_toml
from colloquy.settings.redaction_language import DetectionContext, RedactionLanguage

FILE = configs_folder() / "redaction" / "en-GB.toml"


def test_a_list_may_be_one_text_with_commas() -> None:
    language = read_toml(RedactionLanguage, FILE)
    assert {"Sarah", "Niamh", "Yusuf"} <= set(language.people.first_names)
    assert "Milton Keynes" in language.places.towns


def test_an_empty_list_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "redaction" / "en-GB.toml"
    broken.parent.mkdir()
    broken.write_text(FILE.read_text(encoding="utf-8").replace('at_words = "at"', 'at_words = ""'), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"spoken\.at_words"):
        read_toml(RedactionLanguage, broken)


def test_a_first_name_that_must_stay_as_a_word_is_listed_as_a_word() -> None:
    language = read_toml(RedactionLanguage, FILE)
    kept = {word.casefold() for word in language.words.kept}
    words = {word.casefold() for word in language.people.names_that_are_words}
    assert {word.casefold() for word in language.people.first_names} & kept <= words


def test_other_rules_have_another_digest() -> None:
    language = read_toml(RedactionLanguage, FILE)
    other = language.model_copy(update={"people": language.people.model_copy(update={"titles": ("Mr",)})})
    assert DetectionContext(language).language_digest != DetectionContext(other).language_digest
