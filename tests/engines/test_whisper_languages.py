from __future__ import annotations

import pytest

from colloquy.domain.audio import Region
from colloquy.domain.language import LANGUAGES
from colloquy.engines.registry import refuse_unfit_language
from colloquy.engines.whisper_languages import by_language, language_of_each, refuse_unknown_language
from colloquy.errors import SettingsError, TranscriptionError

WINDOWS = (Region(0, 10), Region(10, 20), Region(20, 30))


def test_the_table_is_the_librarys_own() -> None:
    from whisper.tokenizer import LANGUAGES as WHISPERS

    assert {code: name.casefold() for code, name in LANGUAGES.items()} == WHISPERS


@pytest.mark.parametrize("language", ["en", "cy", "yue", "auto"])
def test_what_whisper_knows_is_taken(language: str) -> None:
    refuse_unfit_language(language, "small")


@pytest.mark.parametrize(
    ("language", "meant"),
    [("english", "en"), ("English", "en"), ("engish", "en"), ("en-GB", "en"), ("cy_GB", "cy"), ("EN", "en"),
     ("welsh", "cy"), ("Polish ", "pl")],
)  # fmt: skip
def test_an_unknown_language_is_told_with_the_likely_one(language: str, meant: str) -> None:
    with pytest.raises(SettingsError, match=f'study.language is "{language}"; expected: .*Did you mean "{meant}"'):
        refuse_unfit_language(language, "small")


@pytest.mark.parametrize("language", ["xx", "", "gd", "klingon"])
def test_where_none_is_near_none_is_proposed(language: str) -> None:
    with pytest.raises(SettingsError) as caught:
        refuse_unknown_language(language)
    assert "Did you mean" not in str(caught.value)


@pytest.mark.parametrize("model", ["small.en", "tiny.en"])
@pytest.mark.parametrize("language", ["de", "auto"])
def test_an_english_model_of_the_catalogue_is_refused_by_its_name(model: str, language: str) -> None:
    with pytest.raises(TranscriptionError, match="knows English alone"):
        refuse_unfit_language(language, model)
    refuse_unfit_language("en", model)
    refuse_unfit_language(language, "own.en")  # only the file knows


def test_windows_of_one_language_go_together_and_all_of_them_go() -> None:
    of_each = language_of_each(WINDOWS, ("en", "cy", "en"), "auto")
    assert dict(by_language(WINDOWS, of_each)) == {"en": (WINDOWS[0], WINDOWS[2]), "cy": (WINDOWS[1],)}


def test_without_languages_all_are_in_the_studys_which_must_be_known() -> None:
    assert set(language_of_each(WINDOWS, (), "cy").values()) == {"cy"}
    assert language_of_each((), (), "auto") == {}
    with pytest.raises(TranscriptionError, match="must be found first"):
        language_of_each(WINDOWS, (), "auto")
