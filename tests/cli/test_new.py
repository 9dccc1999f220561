from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from colloquy.cli import new
from colloquy.domain.model import CATALOGUE, choose_model
from colloquy.settings import load_settings
from colloquy.store.folders import DataFolder
from colloquy.store.roster import read_participants, read_roster


def test_a_new_study_has_readable_settings_private_folders_and_usable_tables(
    call: Callable[..., Any], data: Path, tmp_path: Path
) -> None:
    result = call("new", "hubs", "--title", 'The "Hubs" study: Llŷn', "--speakers", "3", "--interviewer-label", "RES")
    assert result.exit_code == 0, result.stderr
    settings = load_settings("hubs", tmp_path / "configs")
    assert settings.study.title == 'The "Hubs" study: Llŷn'
    assert (settings.diarisation.fewest_speakers, settings.diarisation.most_speakers) == (3, 3)
    assert settings.diarisation.interviewers == 0, "the number that was given counts, whatever the files are called"
    assert settings.attribution.interviewer_label == "RES"
    assert settings.transcription.model == "small.en"
    folder = DataFolder(data).study("hubs")
    assert (read_participants(folder), read_roster(folder)) == ((), ())
    for path in (folder.inbox, folder.identifiable):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert (folder.inbox / "README.txt").is_file()


def test_the_line_for_the_vocabulary_is_a_comment_until_it_is_taken_up(
    call: Callable[..., Any], tmp_path: Path
) -> None:
    assert call("new", "hubs").exit_code == 0
    path = tmp_path / "configs" / "studies" / "hubs.toml"
    text = path.read_text(encoding="utf-8")
    assert load_settings("hubs", tmp_path / "configs").transcription.vocabulary == ()
    path.write_text(text.replace("# vocabulary", "vocabulary"), encoding="utf-8")
    assert "PHQ-9" in load_settings("hubs", tmp_path / "configs").transcription.vocabulary


def test_without_a_number_of_voices_the_bounds_stay_as_they_are(call: Callable[..., Any], tmp_path: Path) -> None:
    assert call("new", "hubs").exit_code == 0
    configs = tmp_path / "configs"
    assert load_settings("hubs", configs).diarisation == load_settings(None, configs).diarisation
    assert load_settings("hubs", configs).study.title == "hubs"


def test_the_next_steps_name_the_places_and_the_commands(call: Callable[..., Any], data: Path) -> None:
    shown = call("new", "hubs").stdout
    assert "colloquy models fetch small.en" in shown
    assert str(data / "inbox" / "hubs") in shown
    assert "colloquy run hubs" in shown


@pytest.mark.parametrize(
    ("gpu_memory_mb", "memory_mb", "model"),
    [
        (0, 16_000, "small.en"),
        (0, 2_000, "base.en"),
        (4_000, 16_000, "small.en"),
        (8_000, 1, "turbo"),
        (24_000, 1, "large-v3"),
    ],
)
def test_the_model_to_fetch_is_chosen_for_the_machine(
    call: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    gpu_memory_mb: int,
    memory_mb: int,
    model: str,
) -> None:
    monkeypatch.setattr(new, "_gpu_memory_mb", lambda: gpu_memory_mb)
    monkeypatch.setattr(new.psutil, "virtual_memory", lambda: SimpleNamespace(total=memory_mb << 20))
    shown = call("new", "hubs").stdout
    assert f"its speech model is {model}" in shown
    assert f"colloquy models fetch {model}" in shown
    assert load_settings("hubs", tmp_path / "configs").transcription.model == model


@pytest.mark.parametrize(
    ("gpu_memory_mb", "names", "chosen"),
    [
        (0, ("base.en", "small.en", "large-v3"), "small.en"),
        (0, ("medium", "large-v3"), "medium"),
        (8_000, ("small.en", "turbo", "large-v3"), "turbo"),
        (24_000, ("small.en", "turbo", "large-v3"), "large-v3"),
    ],
)
def test_of_the_models_at_hand_the_largest_that_fits_is_chosen(
    gpu_memory_mb: int, names: tuple[str, ...], chosen: str
) -> None:
    cards = [card for card in CATALOGUE if card.name in names]
    assert choose_model(cards, gpu_memory_mb).name == chosen


def test_the_largest_model_of_the_store_is_proposed(call: Callable[..., Any], data: Path, tmp_path: Path) -> None:
    (data / "models").mkdir(parents=True)
    (data / "models" / "little.pt").write_bytes(b"w")
    (data / "models" / "big.pt").write_bytes(b"w" * 3_000_000)
    assert "models fetch" not in call("new", "hubs").stdout
    assert load_settings("hubs", tmp_path / "configs").transcription.model == "big"


@pytest.mark.parametrize(
    "there",
    [
        "configs/studies/hubs.toml",
        "data/identifiable/hubs/participants.csv",
        "data/identifiable/hubs/roster.csv",
        "data/inbox/hubs/README.txt",
    ],
)
def test_nothing_is_overwritten(call: Callable[..., Any], tmp_path: Path, there: str) -> None:
    path = tmp_path / there
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    result = call("new", "hubs")
    assert result.exit_code == 1
    assert "exists already" in result.stderr
    assert path.read_text() == "mine"
    others = ("configs/studies/hubs.toml", "data/identifiable/hubs/participants.csv")
    assert [name for name in others if (tmp_path / name).exists() and name != there] == []


@pytest.mark.parametrize("study", ["Hubs", "../hubs", "hubs 2", "7hubs"])
def test_an_id_that_is_no_id_is_refused_with_an_example(call: Callable[..., Any], study: str) -> None:
    result = call("new", study)
    assert result.exit_code == 1
    assert "resilience-hubs" in result.stderr
