"""Config name to engine. A new engine is one file with a `make` function, and one line here."""

from __future__ import annotations

import difflib
from importlib import import_module
from pathlib import Path
from typing import Any

from colloquy.errors import UnknownEngineError
from colloquy.protocols import (
    DatasetValidator,
    Diariser,
    DocumentReader,
    PersonalDataDetector,
    Transcriber,
    VoiceActivityDetector,
)
from colloquy.settings import CheckSettings, DiarisationSettings, PrepareSettings, Settings, TranscriptionSettings
from colloquy.settings.expectations import CheckContext
from colloquy.settings.redaction_language import DetectionContext

TRANSCRIBERS = {"openai-whisper": "openai_whisper"}
DIARISERS = {"embedded": "embedded", "pyannote": "pyannote", "channels": "channels"}
VOICE_ACTIVITY_DETECTORS = {"silero-vad": "silero_vad"}
DETECTORS = {
    "roster": "detect_roster",
    "patterns": "presidio",
    "spoken": "detect_spoken",
    "names": "detect_names",
}
VALIDATORS = {"great-expectations": "great_expectations"}
# The library behind an engine: another release may give another result. Engines not named here are our own code.
DISTRIBUTIONS = {
    "openai-whisper": "openai-whisper",
    "pyannote": "pyannote.audio",
    "silero-vad": "silero-vad",
    "av": "av",
    "patterns": "presidio-analyzer",
    "great-expectations": "great-expectations",
}
# By file ending. Word's old .doc is here to be refused with advice instead of being overlooked.
DOCUMENT_READERS = {
    ".docx": "word_document",
    ".doc": "word_document",
    ".vtt": "web_vtt",
    ".srt": "web_vtt",
    ".txt": "plain_text",
    ".md": "plain_text",
}


def make_transcriber(settings: TranscriptionSettings, model: Path, language: str) -> Transcriber:
    """`model` is the checkpoint's file; `language` is ISO 639-1."""
    module = _module(TRANSCRIBERS, "transcription.engine", settings.engine)
    engine: Transcriber = module.make(settings, model, language)
    return engine


def make_diariser(settings: DiarisationSettings, models: Path) -> Diariser:
    engine: Diariser = _module(DIARISERS, "diarisation.engine", settings.engine).make(settings, models)
    return engine


def make_voice_activity_detector(settings: PrepareSettings) -> VoiceActivityDetector:
    engine: VoiceActivityDetector = _module(VOICE_ACTIVITY_DETECTORS, "voice activity", "silero-vad").make(settings)
    return engine


def make_detectors(settings: Settings, context: DetectionContext) -> tuple[PersonalDataDetector, ...]:
    """One detector per name in `redaction.detectors`; `context` is what they share (language rules, roster)."""
    return tuple(
        _module(DETECTORS, "redaction.detectors", name).make(settings.redaction, context)
        for name in settings.redaction.detectors
    )


def is_everyday(word: str) -> bool:
    """Whether a name is also an everyday English word ("Grace"); such a name is known by its capital alone."""
    known: bool = import_module("colloquy.engines.common_words").is_everyday(word)
    return known


def make_validator(settings: CheckSettings, context: CheckContext) -> DatasetValidator:
    engine: DatasetValidator = _module(VALIDATORS, "checks.validator", settings.validator).make(settings, context)
    return engine


def make_document_reader(suffix: str) -> DocumentReader:
    """The reader for a file ending with its dot, in any case."""
    reader: DocumentReader = _module(DOCUMENT_READERS, "file ending", suffix.lower()).make()
    return reader


def _module(known: dict[str, str], where: str, name: str) -> Any:
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f' Did you mean "{close[0]}"?' if close else ""
        raise UnknownEngineError(f'settings: {where} is "{name}"; known: {", ".join(sorted(known))}.{hint}')
    return import_module(f"colloquy.engines.{known[name]}")
