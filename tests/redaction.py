"""Utterances and detectors that the tests of redaction share. Every person in them is invented."""

from __future__ import annotations

from functools import cache

from colloquy.domain.known_names import StudyNames
from colloquy.domain.redaction import RedactedInterview, RosterEntry
from colloquy.domain.utterance import AttributedWord, Role, Utterance
from colloquy.engines.registry import is_everyday, make_detectors
from colloquy.protocols import PersonalDataDetector
from colloquy.settings import configs_folder, load_settings, read_toml
from colloquy.settings.redaction_language import DetectionContext, RedactionLanguage

__all__ = ["NO_NAMES", "SETTINGS", "is_everyday", "real_detectors", "texts", "utterance"]

SETTINGS = load_settings().redaction
NO_NAMES = StudyNames(is_everyday)


def utterance(text: str, *, number: int = 1, speaker: str = "P01") -> Utterance:
    """Each word takes 100 ms, its confidence falls from word to word."""
    words = tuple(
        AttributedWord(word, 100 * at, 100 * at + 90, round(0.9 - at / 100, 2), speaker)
        for at, word in enumerate(text.split())
    )
    return Utterance(f"I1-u{number:04d}", speaker, Role.PARTICIPANT, words, 0, 100 * len(words))


def texts(interview: RedactedInterview) -> list[str]:
    return [one.text for one in interview.utterances]


@cache
def real_detectors(roster: tuple[RosterEntry, ...] = ()) -> tuple[PersonalDataDetector, ...]:
    language = read_toml(RedactionLanguage, configs_folder() / "redaction" / "en-GB.toml")
    return make_detectors(load_settings(), DetectionContext(language, roster))
