"""Settings: read once into one typed, frozen object. `configs/colloquy.toml` holds every default."""

from __future__ import annotations

from colloquy.settings.loading import configs_folder, load_settings, read_named, read_toml
from colloquy.settings.machine import (
    KeySettings,
    MachineSettings,
    NoticeSettings,
    ServerSettings,
    WorkSettings,
    load_machine_settings,
)
from colloquy.settings.night import NightSettings
from colloquy.settings.study import (
    AttributionSettings,
    CheckSettings,
    DiarisationSettings,
    InboxSettings,
    PrepareSettings,
    PublishSettings,
    RedactionSettings,
    Settings,
    StudySettings,
    TranscriptionSettings,
    VerbatimSettings,
)
from colloquy.settings.subtitle_phrases import SubtitlePhrases, read_subtitle_phrases
from colloquy.settings.verbatim_language import VerbatimLanguage, VerbatimStyle, read_verbatim_style

__all__ = [
    "AttributionSettings",
    "CheckSettings",
    "DiarisationSettings",
    "InboxSettings",
    "KeySettings",
    "MachineSettings",
    "NightSettings",
    "NoticeSettings",
    "PrepareSettings",
    "PublishSettings",
    "RedactionSettings",
    "ServerSettings",
    "Settings",
    "StudySettings",
    "SubtitlePhrases",
    "TranscriptionSettings",
    "VerbatimLanguage",
    "VerbatimSettings",
    "VerbatimStyle",
    "WorkSettings",
    "configs_folder",
    "load_machine_settings",
    "load_settings",
    "read_named",
    "read_subtitle_phrases",
    "read_toml",
    "read_verbatim_style",
]
