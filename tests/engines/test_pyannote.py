"""What pyannote gives, and what happens to its model."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from colloquy.domain.diarisation import Diarisation, Overlap, Turn
from colloquy.domain.engine import EngineIdentity
from colloquy.engines.pyannote import to_diarisation
from colloquy.errors import ModelDamagedError, ModelMissingError
from tests.diarisers import TWO, diariser, excerpt

ENGINE = EngineIdentity("pyannote", "test")


def test_voices_are_renamed_by_first_turn_and_overlaps_come_from_the_full_result() -> None:
    exclusive = [(2.0, 3.0, "SPEAKER_00"), (0.0, 2.0, "SPEAKER_01")]
    spoken = [(0.0, 2.4, "SPEAKER_01"), (1.6, 3.0, "SPEAKER_00")]
    assert to_diarisation(exclusive, spoken, 3_000, ENGINE) == Diarisation(
        (Turn(0, 2_000, "S1"), Turn(2_000, 3_000, "S2")), (Overlap(1_600, 2_400, ("S1", "S2")),), ENGINE
    )


def test_times_beyond_the_recording_are_cut() -> None:
    found = to_diarisation([(-0.1, 1.0, "A"), (1.0, 5.0, "B")], [], 2_000, ENGINE)
    assert found.turns == (Turn(0, 1_000, "S1"), Turn(1_000, 2_000, "S2"))


def test_an_overlap_whose_voices_change_is_cut_there() -> None:
    exclusive = [(0.0, 4.0, "A"), (4.0, 5.0, "B"), (5.0, 6.0, "C")]
    spoken = [(0.0, 4.0, "A"), (2.0, 5.0, "B"), (3.0, 6.0, "C")]
    assert to_diarisation(exclusive, spoken, 6_000, ENGINE).overlaps == (
        Overlap(2_000, 3_000, ("S1", "S2")),
        Overlap(3_000, 4_000, ("S1", "S2", "S3")),
        Overlap(4_000, 5_000, ("S2", "S3")),
    )


def test_a_missing_model_says_how_to_fetch_it(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="colloquy models fetch pyannote-community-1"):
        diariser("pyannote", tmp_path).diarise(*excerpt(), TWO)


def test_a_damaged_model_is_reported_as_such(models: Path, tmp_path: Path) -> None:
    shutil.copytree(models / "pyannote-community-1", tmp_path / "pyannote-community-1")
    (tmp_path / "pyannote-community-1" / "segmentation" / "pytorch_model.bin").write_bytes(b"not weights")
    with pytest.raises(ModelDamagedError, match="does not open"):
        diariser("pyannote", tmp_path).diarise(*excerpt(), TWO)


def test_other_weights_are_another_identity(models: Path, tmp_path: Path) -> None:
    shutil.copytree(models / "pyannote-community-1", tmp_path / "pyannote-community-1")
    (tmp_path / "pyannote-community-1" / "embedding" / "pytorch_model.bin").write_bytes(b"other")
    identities = [diariser("pyannote", store).identity for store in (models, tmp_path)]
    assert identities[0].model_digest != identities[1].model_digest
    assert identities[0].model == "pyannote-community-1"


def test_nothing_is_reported_to_the_makers(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYANNOTE_METRICS_ENABLED", "1")
    diariser("pyannote", models).diarise(excerpt()[0].cut(0, 2_000), (), TWO)
    from pyannote.audio.telemetry.metrics import is_metrics_enabled

    assert not is_metrics_enabled()
