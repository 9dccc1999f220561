"""Every setting of a study. Defaults and their reasons stand in `configs/colloquy.toml`, not here."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator

from colloquy.domain.language import LANGUAGES
from colloquy.domain.verbatim import VerbatimLevel
from colloquy.settings.night import NightSettings
from colloquy.settings.section import Section


class StudySettings(Section):
    title: str
    site: str = Field(pattern=r"^[A-Za-z0-9 _-]{0,40}$")
    language: str = Field(min_length=1)
    text_language: str
    interview_pattern: str
    is_demo: bool

    @field_validator("text_language")
    @classmethod
    def _is_known(cls, language: str) -> str:
        if language and language not in LANGUAGES:
            raise ValueError('empty, or a code (ISO 639-1) such as "en"')
        return language

    @field_validator("interview_pattern")
    @classmethod
    def _names_participants(cls, pattern: str) -> str:
        try:
            groups = re.compile(pattern).groupindex
        except re.error as error:
            raise ValueError(f"a regular expression, and this is none ({error})") from None
        if "participants" not in groups:
            raise ValueError("a regular expression with a group (?P<participants>...)")
        return pattern


class InboxSettings(Section):
    settle_s: float = Field(ge=0)
    after_taking: Literal["move", "leave"]


class PrepareSettings(Section):
    keep_channels: Literal["auto", "always", "never"]
    minimum_speech_ms: int = Field(ge=0)
    speech_threshold: float = Field(gt=0, lt=1)
    minimum_pause_ms: int = Field(ge=0)
    quiet_below_dbfs: float = Field(le=0)


class TranscriptionSettings(Section):
    engine: str = Field(min_length=1)
    model: str
    device: Literal["auto", "cpu", "cuda"]
    longest_window_s: float = Field(gt=1, le=30)
    batch_size: int = Field(ge=1)
    on_gpu_failure: Literal["stop", "cpu"]
    vad: Literal["on", "off"]
    vocabulary: tuple[str, ...] = Field(repr=False)  # may name places and services

    @field_validator("vocabulary")
    @classmethod
    def _holds_terms(cls, terms: tuple[str, ...]) -> tuple[str, ...]:
        plain = tuple(" ".join(term.split()) for term in terms)
        if not all(plain) or len({term.casefold() for term in plain}) < len(plain) or any("<|" in t for t in plain):
            raise ValueError('terms of which none is empty, stands there twice or holds "<|"')
        return plain

    def fitted(self, longest_window_s: float) -> TranscriptionSettings:
        """With windows no longer than the chosen model reads well."""
        return self.model_copy(update={"longest_window_s": min(self.longest_window_s, longest_window_s)})


class DiarisationSettings(Section):
    engine: str = Field(min_length=1)
    model: str
    device: Literal["auto", "cpu", "cuda"]
    batch_size: int = Field(ge=1)
    on_gpu_failure: Literal["stop", "cpu"]
    voices: Literal["auto", "computed", "learned"]
    overlaps: Literal["auto", "off"]
    fewest_speakers: int = Field(ge=1)
    most_speakers: int = Field(ge=1)
    interviewers: int = Field(ge=0)

    @field_validator("most_speakers")
    @classmethod
    def _holds_the_fewest(cls, most: int, found: ValidationInfo) -> int:
        if most < found.data.get("fewest_speakers", most):
            raise ValueError(f"a number not below fewest_speakers ({found.data['fewest_speakers']})")
        return most


class AttributionSettings(Section):
    longest_pause_ms: int = Field(ge=0)
    longest_utterance_ms: int = Field(ge=1000)
    back_channel_ms: int = Field(ge=0)
    edge_ms: int = Field(ge=0)
    interviewer_label: str = Field(min_length=1)
    lowest_role_confidence: float = Field(ge=0, le=1)
    undecided_roles: Literal["wait", "publish"]
    remember_interviewer: bool


class VerbatimSettings(Section):
    language_file: str = Field(min_length=1)
    shortest_pause_ms: int = Field(ge=100)
    inaudible_confidence: float = Field(ge=0, le=1)
    inaudible_words: int = Field(ge=1)


class RedactionSettings(Section):
    language_file: str = Field(min_length=1)
    detectors: tuple[str, ...] = Field(min_length=1)
    lowest_score: float = Field(ge=0, le=1)


class CheckSettings(Section):
    validator: str = Field(min_length=1)
    expectations_file: str = Field(min_length=1)


class PublishSettings(Section):
    exports: tuple[str, ...]
    verbatim: VerbatimLevel


class Settings(Section):
    study: StudySettings
    inbox: InboxSettings
    prepare: PrepareSettings
    transcription: TranscriptionSettings
    diarisation: DiarisationSettings
    attribution: AttributionSettings
    verbatim: VerbatimSettings
    redaction: RedactionSettings
    checks: CheckSettings
    publish: PublishSettings
    night: NightSettings
    _file: str = PrivateAttr("settings")

    @property
    def file(self) -> str:
        """Where a study changes its settings, for messages about them."""
        return self._file
