"""In which language a window is read, by what a scripted model makes of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.language import UNDETERMINED, DetectedLanguages, LanguageShare
from colloquy.domain.transcript import Transcript
from colloquy.stages.find_languages import choose_languages, find_languages, heard_languages

LONG = 25_000
AUDIO = AudioSamples(np.zeros((1, 16_000), np.float32))
WINDOWS = (Region(0, 25_000), Region(25_000, 50_000), Region(60_000, 62_000))
SPEECH = (Region(0, 50_000), Region(60_000, 62_000))


def heard(en: float, cy: float = 0.0) -> dict[str, float]:
    return {"en": en, "cy": cy, "pl": round(1 - en - cy, 4)}


class Scripted:
    def __init__(self, language: str, *probabilities: dict[str, float]) -> None:
        self.language = language
        self.detected = DetectedLanguages(probabilities, ("The GPU's memory was full.",))
        self.asked = 0

    @property
    def identity(self) -> Any:
        raise NotImplementedError

    def detect_languages(self, audio: AudioSamples, windows: tuple[Region, ...]) -> DetectedLanguages:
        self.asked += 1
        return self.detected

    def transcribe(self, *_: Any, **__: Any) -> Transcript:
        raise NotImplementedError


CASES = [
    ("one language", [heard(0.99), heard(0.9), heard(0.95)], [LONG] * 3, "en", ["en"] * 3),
    ("the first window alone says otherwise", [heard(0.4, 0.6), heard(0.9, 0.1), heard(0.9, 0.1)], [LONG] * 3,
     "en", ["en"] * 3),
    ("a second language, plainly", [heard(0.99), heard(0.02, 0.97), heard(0.98)], [LONG] * 3, "en", ["en", "cy", "en"]),
    ("a second language, not certain", [heard(0.99), heard(0.15, 0.85), heard(0.98)], [LONG] * 3, "en", ["en"] * 3),
    ("too little of it in its window", [heard(0.99), heard(0.01, 0.99), heard(0.99)], [LONG, 9_000, LONG],
     "en", ["en"] * 3),
    ("too little of it in the recording", [heard(0.99), heard(0.01, 0.99), heard(0.99)], [LONG, 15_000, LONG],
     "en", ["en"] * 3),
    ("enough of it in two windows", [heard(0.99), heard(0.01, 0.99), heard(0.01, 0.99)], [LONG * 2, 15_000, 15_000],
     "en", ["en", "cy", "cy"]),
    ("short windows count little", [heard(0.1, 0.9), heard(0.9, 0.1)], [1_000, LONG], "en", ["en", "en"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("probabilities", "speech_ms", "main", "each"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_window_leaves_the_main_language_only_for_what_is_plain(
    probabilities: list[dict[str, float]], speech_ms: list[int], main: str, each: list[str]
) -> None:
    assert choose_languages(probabilities, speech_ms) == (main, tuple(each))


@pytest.mark.parametrize(
    ("probabilities", "speech_ms", "heard_too"),
    [
        ([heard(0.95, 0.01)] * 10, [LONG] * 10, ["en"]),
        ([heard(0.95, 0.01)] * 10 + [heard(0.05, 0.89)] * 9, [LONG] * 19, ["en", "cy"]),  # never certain
        ([heard(0.97)] * 6 + [heard(0.03, 0.95)] * 6, [LONG] * 6 + [9_500] * 6, ["en", "cy"]),  # never long
        ([heard(0.97), heard(0.1, 0.9)], [LONG, 1_500], ["en", "cy"]),  # a share of a short recording
        ([heard(0.97)] * 40 + [heard(0.1, 0.9)], [LONG] * 40 + [9_000], ["en"]),
        ([heard(0.6, 0.39)] * 4, [LONG] * 4, ["en", "cy"]),  # never the likeliest
        ([], [], []),
    ],
)
def test_what_may_have_been_said_in_another_language_is_told_though_it_is_not_plain(
    probabilities: list[dict[str, float]], speech_ms: list[int], heard_too: list[str]
) -> None:
    assert list(heard_languages(probabilities, speech_ms)) == heard_too


def test_with_a_language_that_is_set_nothing_is_asked() -> None:
    engine = Scripted("cy", heard(0.99))
    found = find_languages(engine, AUDIO, WINDOWS, SPEECH)
    assert (found.main, found.of(WINDOWS), found.shares, engine.asked) == ("cy", (), (), 0)


def test_shares_are_of_the_speech_and_the_most_spoken_comes_first() -> None:
    engine = Scripted("auto", heard(0.95), heard(0.02, 0.97), heard(0.6))
    found = find_languages(engine, AUDIO, WINDOWS, (Region(0, 24_000), Region(26_000, 50_000), Region(60_000, 62_000)))
    assert found.main == "en"
    assert found.shares == (LanguageShare("en", 0.52, 0.9231), LanguageShare("cy", 0.48, 0.97))
    assert found.fallbacks == ("The GPU's memory was full.",)


def test_a_piece_has_the_language_of_its_window() -> None:
    found = find_languages(Scripted("auto", heard(0.95), heard(0.02, 0.97), heard(0.6)), AUDIO, WINDOWS, SPEECH)
    pieces = (Region(100, 900), Region(25_000, 26_000), Region(49_000, 50_000), Region(60_500, 61_000))
    assert found.of(pieces) == ("en", "cy", "cy", "en")


def test_where_nothing_was_heard_no_language_is_claimed() -> None:
    found = find_languages(Scripted("auto"), AUDIO, (), ())
    assert (found.main, found.shares, found.of(())) == (UNDETERMINED, (), ())


def test_without_voice_activity_windows_count_by_their_length() -> None:
    found = find_languages(Scripted("auto", heard(0.9), heard(0.9), heard(0.1, 0.9)), AUDIO, WINDOWS, ())
    assert (found.main, [one.share for one in found.shares]) == ("en", [1.0])
