"""Phrases that a model learnt from subtitles. They stand in `configs/subtitle_phrases.toml`, not here."""

from __future__ import annotations

from colloquy.settings.loading import configs_folder, read_toml
from colloquy.settings.section import Section


class SubtitlePhrases(Section):
    sentences: tuple[str, ...]
    alone: tuple[str, ...]


def read_subtitle_phrases() -> SubtitlePhrases:
    """Raises SettingsError."""
    return read_toml(SubtitlePhrases, configs_folder() / "subtitle_phrases.toml")
