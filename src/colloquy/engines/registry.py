"""Config name to engine. A new engine is one file with a `make` function, and one line here."""

from __future__ import annotations

import difflib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from colloquy.errors import ExtraMissingError, ModelMissingError, ModelRefusedError, UnknownEngineError
from colloquy.protocols import (
    DatasetValidator,
    Diariser,
    DocumentReader,
    PersonalDataDetector,
    Transcriber,
    VoiceActivityDetector,
    VoiceEmbedder,
)
from colloquy.settings import CheckSettings, DiarisationSettings, PrepareSettings, Settings, TranscriptionSettings
from colloquy.settings.expectations import CheckContext
from colloquy.settings.redaction_language import DetectionContext

TRANSCRIBERS = {"faster-whisper": "faster_whisper", "openai-whisper": "openai_whisper"}
# Engines that come as an extra of the same name, with the modules that it brings.
EXTRAS = {"faster-whisper": ("faster_whisper", "ctranslate2", "tokenizers")}
# A model of these is a folder, of the others a file.
READS_FOLDERS = frozenset({"faster-whisper"})
DIARISERS = {"embedded": "embedded", "pyannote": "pyannote", "channels": "channels"}
VOICE_ACTIVITY_DETECTORS = {"silero-vad": "silero_vad"}
VOICE_EMBEDDERS = {"resemblyzer": "resemblyzer"}
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
    "faster-whisper": "faster-whisper",
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


def refuse_unknown_engines(settings: Settings) -> None:
    """Before any work, with the file that names them; loads no engine. Raises UnknownEngineError."""
    wanted = (
        (TRANSCRIBERS, "transcription.engine", settings.transcription.engine),
        (DIARISERS, "diarisation.engine", settings.diarisation.engine),
        *((DETECTORS, "redaction.detectors", name) for name in settings.redaction.detectors),
        (VALIDATORS, "checks.validator", settings.checks.validator),
    )
    for known, setting, name in wanted:
        _known(known, setting, name, settings.file)


def make_transcriber(settings: TranscriptionSettings, model: Path, language: str) -> Transcriber:
    """`model` is the checkpoint's file or folder; `language` is ISO 639-1 or "auto". Raises as `refuse_unfit_model`."""
    refuse_unfit_model(settings.engine, model)
    module = _module(TRANSCRIBERS, "transcription.engine", settings.engine)
    engine: Transcriber = module.make(settings, model, language)
    return engine


def refuse_unfit_language(language: str, model: str) -> None:
    """By the name of the model. Raises SettingsError for an unknown language, TranscriptionError for an English model
    and another one; loads no library.
    """
    import_module("colloquy.engines.whisper_languages").refuse_unfit_language(language, model)


def refuse_too_big(settings: TranscriptionSettings, model: Path, name: str) -> None:
    """Before any work: whether the memory that is free holds the model. `name` is what it is called in messages.

    Raises as `refuse_unfit_model`, ModelDamagedError, ModelTooBigError, DeviceBusyError, MemoryShortError and
    DeviceUnavailableError.
    """
    refuse_unfit_model(settings.engine, model)
    _module(TRANSCRIBERS, "transcription.engine", settings.engine).refuse_too_big(settings, model, name)


def has_extra(engine: str) -> bool:
    """Whether what an engine needs beyond Colloquy's own requirements is installed."""
    return all(find_spec(module) is not None for module in EXTRAS.get(engine, ()))


def fits_model(engine: str, model: Path) -> bool:
    """Whether the model is of the kind that the engine reads."""
    return model.is_dir() == (engine in READS_FOLDERS)


def refuse_unfit_model(engine: str, model: Path) -> None:
    """Raises UnknownEngineError, ExtraMissingError, ModelMissingError, ModelRefusedError for another engine's model."""
    _known(TRANSCRIBERS, "transcription.engine", engine)
    if not has_extra(engine):
        raise ExtraMissingError(
            f'settings: transcription.engine is "{engine}", which is not installed. '
            f"Run: pip install 'colloquy[{engine}]'. Or set transcription.engine = \"openai-whisper\"."
        )
    if not model.exists():
        raise ModelMissingError(
            "transcription: the model is not there. Run `colloquy models list` to see which models this machine has "
            "and `colloquy models fetch NAME` to get one."
        )
    if not fits_model(engine, model):
        kind, wanted = ("a folder", "one file (.pt)") if model.is_dir() else ("one file", "a folder of CTranslate2")
        other = "openai-whisper" if engine in READS_FOLDERS else "faster-whisper"
        example = "faster-whisper-small" if engine in READS_FOLDERS else "small.en"
        raise ModelRefusedError(
            f'settings: transcription.engine is "{engine}", which reads {wanted}, and transcription.model is {kind}. '
            f'Choose another model (colloquy models fetch {example}), or set transcription.engine = "{other}".'
        )


def make_diariser(settings: DiarisationSettings, models: Path) -> Diariser:
    engine: Diariser = _module(DIARISERS, "diarisation.engine", settings.engine).make(settings, models)
    return engine


def make_voice_embedder(models: Path) -> VoiceEmbedder:
    """Raises ModelMissingError."""
    engine: VoiceEmbedder = _module(VOICE_EMBEDDERS, "voices", "resemblyzer").make(models)
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
    return import_module(f"colloquy.engines.{_known(known, where, name)}")


def _known(known: dict[str, str], where: str, name: str, file: str = "settings") -> str:
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f' Did you mean "{close[0]}"?' if close else ""
        raise UnknownEngineError(f'{file}: {where} is "{name}"; known: {", ".join(sorted(known))}.{hint}')
    return known[name]
