"""The language file's form."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from colloquy.domain.redaction import Category
from colloquy.engines.detect_names import make as make_names
from colloquy.errors import RedactionError, SettingsError
from colloquy.settings import Settings, StudySettings, configs_folder, load_settings, read_toml
from colloquy.settings.redaction_language import (
    DetectionContext,
    RedactionLanguage,
    read_language,
    refuse_unfit_rules,
    text_language,
)

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


def test_rules_of_a_language_without_saints_can_be_read_and_find_none(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    lines = FILE.read_text(encoding="utf-8").splitlines()
    own.write_text("\n".join(one for one in lines if not one.startswith(("saints", "feasts"))), encoding="utf-8")
    language = read_toml(RedactionLanguage, own)
    assert (language.organisations.saints, language.organisations.feasts) == ((), ())
    found = make_names(load_settings().redaction, DetectionContext(language)).detect("I was at St Mary's.")
    assert {one.category for one in found} == {Category.PERSON}


def test_a_first_name_that_must_stay_as_a_word_is_listed_as_a_word() -> None:
    language = read_toml(RedactionLanguage, FILE)
    kept = {word.casefold() for word in language.words.kept}
    words = {word.casefold() for word in language.people.names_that_are_words}
    assert {word.casefold() for word in language.people.first_names} & kept <= words


def test_other_rules_have_another_digest() -> None:
    language = read_toml(RedactionLanguage, FILE)
    other = language.model_copy(update={"people": language.people.model_copy(update={"titles": ("Mr",)})})
    assert DetectionContext(language).language_digest != DetectionContext(other).language_digest


def settings(**study: str) -> Settings:
    read = load_settings()
    return read.model_copy(update={"study": read.study.model_copy(update=study)})


def test_rules_are_for_the_studys_language_or_it_is_found_for_each_interview() -> None:
    assert read_language(settings(language="en")).language == "en"
    assert read_language(settings(language="auto")).language == "en"
    with pytest.raises(RedactionError, match=r'study.language is "cy" and .* "en-GB", whose rules are for English'):
        read_language(settings(language="cy"))


def test_every_language_of_an_interview_needs_rules() -> None:
    rules = read_toml(RedactionLanguage, FILE)
    refuse_unfit_rules(rules, ("en",))
    for languages in (("cy",), ("en", "cy"), ("und",)):
        with pytest.raises(RedactionError, match="Nothing of it is published"):
            refuse_unfit_rules(rules, languages)


def test_a_texts_language_is_its_own_or_the_studys_and_never_guessed() -> None:
    assert text_language(settings(language="en")) == "en"
    assert text_language(settings(language="auto", text_language="cy")) == "cy"
    with pytest.raises(ValidationError, match="ISO 639-1"):
        StudySettings.model_validate(load_settings().study.model_dump() | {"text_language": "English"})
    with pytest.raises(RedactionError, match="text_language"):
        text_language(settings(language="auto"))
