"""Which languages a Whisper model takes, said before any work where that can be known. Loads no library."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping

from colloquy.domain.audio import Region
from colloquy.domain.language import AUTO, LANGUAGES
from colloquy.domain.model import find_card
from colloquy.domain.transcript import Word
from colloquy.errors import SettingsError, TranscriptionError


def refuse_unknown_language(language: str, known: Mapping[str, str] = LANGUAGES) -> None:
    """Raises SettingsError for what is neither "auto" nor a code in `known`, with the likely one."""
    if language == AUTO or language in known:
        return
    code = _likely(language, known)
    hint = f' Did you mean "{code}" ({known[code].title()})?' if code else ""
    raise SettingsError(
        f'settings: study.language is "{language}"; expected: "{AUTO}", or a code (ISO 639-1) of one of the '
        f'{len(known)} languages that Whisper knows, such as "en", "cy" or "pl".{hint}'
    )


def _likely(language: str, known: Mapping[str, str]) -> str:
    """The code that a name, another spelling or a locale such as en-GB stands for; empty where none is near."""
    codes = {code: code for code in known} | {name.casefold(): code for code, name in known.items()}
    said = language.strip().casefold()
    near = difflib.get_close_matches(said, codes, n=1, cutoff=0.75)
    candidates = (said, said.replace("_", "-").split("-")[0], *near)
    return next((codes[one] for one in candidates if one in codes), "")


def refuse_english_model(language: str) -> None:
    """Raises TranscriptionError where a model that knows English alone is to take anything else."""
    if language == "en":
        return
    way = "Choose a model without `.en` in its name"
    raise TranscriptionError(
        f'study.language is "{language}" and this model knows English alone. {way}'
        + (', or set study.language = "en".' if language == AUTO else ".")
    )


def refuse_unfit_language(language: str, model: str) -> None:
    """Both of the above, by the name of a model in the catalogue."""
    refuse_unknown_language(language)
    if model.endswith(".en") and find_card(model) is not None:
        refuse_english_model(language)


def refuse_unread_language(language: str) -> None:
    """Raises TranscriptionError: Whisper knows the language, and this model of it does not."""
    raise TranscriptionError(
        f'study.language is "{language}", and this model does not know it ("yue" came with large-v3 and turbo). '
        "Choose another model."
    )


def language_of_each(windows: tuple[Region, ...], languages: tuple[str, ...], of_study: str) -> dict[Region, str]:
    """Raises TranscriptionError where the language is to be found from the sound, and was not."""
    if not languages and of_study == AUTO and windows:
        raise TranscriptionError('transcription: with "auto" the language of each window must be found first.')
    return dict(zip(windows, languages or (of_study,) * len(windows), strict=True))


def read_by_language(
    windows: tuple[Region, ...],
    language_of: Mapping[Region, str],
    read: Callable[[str, tuple[Region, ...]], dict[Region, list[Word]]],
) -> list[Word]:
    """What `read` gives for the windows of each language together, in the order of the windows."""
    words: dict[Region, list[Word]] = {}
    for language, together in by_language(windows, language_of):
        words |= read(language, together)
    return [word for window in windows for word in words[window]]


def by_language(
    windows: tuple[Region, ...], language_of: Mapping[Region, str]
) -> Iterator[tuple[str, tuple[Region, ...]]]:
    """Windows that can be decoded together."""
    for language in dict.fromkeys(language_of[window] for window in windows):
        yield language, tuple(window for window in windows if language_of[window] == language)
