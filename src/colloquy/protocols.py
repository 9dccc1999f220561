"""What an engine must be able to do. Adapters in `engines/` take library types in and give domain types out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.dataset import DatasetTables
from colloquy.domain.diarisation import Diarisation, SpeakerCount
from colloquy.domain.document import SourceText
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.language import DetectedLanguages
from colloquy.domain.redaction import Finding
from colloquy.domain.transcript import Transcript
from colloquy.domain.validation import CheckResult
from colloquy.domain.voice_print import Vector


class VoiceActivityDetector(Protocol):
    """Finds where somebody speaks."""

    @property
    def identity(self) -> EngineIdentity: ...

    def find_speech(self, audio: AudioSamples) -> tuple[Region, ...]:
        """Speech regions in order, not overlapping, inside the recording. Works on the mean of the channels."""
        ...


# Told how many milliseconds of sound were read since it was told last.
Heard = Callable[[int], None]


def unheard(_: int) -> None:
    """Nobody wants to know how far it is."""


# Told how many milliseconds of sound a reading that begins now is to read; gives what is to be told how far it is.
BeginReading = Callable[[int], Heard]


def unwatched(_: int) -> Heard:
    """Nobody wants to know that a reading begins."""
    return unheard


class Transcriber(Protocol):
    """Writes down what is said."""

    @property
    def identity(self) -> EngineIdentity: ...

    @property
    def language(self) -> str:
        """The study's: a code, or "auto"."""
        ...

    def detect_languages(self, audio: AudioSamples, windows: tuple[Region, ...]) -> DetectedLanguages:
        """What the model makes of each window's language. Raises TranscriptionError where it knows one alone."""
        ...

    def transcribe(
        self,
        audio: AudioSamples,
        windows: tuple[Region, ...],
        heard: Heard = unheard,
        *,
        languages: tuple[str, ...] = (),
        is_prompted: bool = True,
    ) -> Transcript:
        """Words with times inside the recording, in order; each window is read by itself, and `heard` told of it.

        `languages` has one for each window; without it all are in the study's, which must not be "auto" then.
        `is_prompted` False keeps the study's vocabulary from the model. Raises TranscriptionError.
        """
        ...


class Diariser(Protocol):
    """Tells voices apart."""

    @property
    def identity(self) -> EngineIdentity: ...

    def diarise(self, audio: AudioSamples, speech: tuple[Region, ...], count: SpeakerCount) -> Diarisation:
        """Exclusive turns in order, labels `S1`, `S2`, … in order of first turn. Raises DiarisationError."""
        ...


class VoiceEmbedder(Protocol):
    """Says what a voice sounds like, so that it is known again in another recording."""

    @property
    def identity(self) -> EngineIdentity: ...

    def embed(self, audio: AudioSamples, stretches: tuple[Region, ...]) -> Vector:
        """One vector of length one for the voice that alone is heard in `stretches`, which are in order.

        Nothing where that is too little to know a voice by. Raises ModelDamagedError.
        """
        ...


class PersonalDataDetector(Protocol):
    """Finds identifiers in a text. A detector that cannot run must raise RedactionError, never return nothing."""

    @property
    def identity(self) -> EngineIdentity: ...

    def detect(self, text: str) -> tuple[Finding, ...]:
        """Findings with offsets in code points of `text`; they may overlap."""
        ...


class DatasetValidator(Protocol):
    """Checks the tables of one interview against the expectations of the study."""

    @property
    def identity(self) -> EngineIdentity: ...

    def validate(self, tables: DatasetTables, suite: str) -> tuple[CheckResult, ...]:
        """One result per expectation, ids and counts only. A check that breaks gives `could_run=False`."""
        ...


class DocumentReader(Protocol):
    """Reads a source without sound: a written text or a ready-made transcript."""

    @property
    def identity(self) -> EngineIdentity: ...

    def read(self, content: bytes) -> SourceText:
        """At least one paragraph, none of them empty. Raises DocumentUnreadableError, never quoting the content."""
        ...
