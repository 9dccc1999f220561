"""Settings: read once into one typed, frozen object. `configs/colloquy.toml` holds every default."""

from __future__ import annotations

from colloquy.settings.loading import configs_folder, load_settings, read_toml
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
)

__all__ = [
    "AttributionSettings",
    "CheckSettings",
    "DiarisationSettings",
    "InboxSettings",
    "PrepareSettings",
    "PublishSettings",
    "RedactionSettings",
    "Settings",
    "StudySettings",
    "TranscriptionSettings",
    "configs_folder",
    "load_settings",
    "read_toml",
]
