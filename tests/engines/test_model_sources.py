from __future__ import annotations

import hashlib
import subprocess
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
import torch
from huggingface_hub import constants
from huggingface_hub.errors import LocalEntryNotFoundError
from whisper.model import ModelDimensions, Whisper

from colloquy.domain.model import CATALOGUE, ModelPurpose
from colloquy.engines.model_sources import (
    CTRANSLATE2_REPOSITORIES,
    check_pyannote_folder,
    check_whisper_checkpoint,
    fetch_ctranslate2,
    fetch_pyannote,
    fetch_voice_encoder,
    unpack_voice_encoder,
    whisper_source,
)
from colloquy.errors import DownloadError, ModelDamagedError

DIMENSIONS = ModelDimensions(80, 1500, 8, 2, 1, 51864, 448, 8, 2, 1)


@pytest.fixture(scope="module")
def checkpoint() -> dict[str, Any]:
    return {"dims": asdict(DIMENSIONS), "model_state_dict": Whisper(DIMENSIONS).half().state_dict()}


def test_every_whisper_model_of_the_catalogue_has_a_source_with_the_same_digest() -> None:
    for card in CATALOGUE:
        if card.purpose is ModelPurpose.TRANSCRIPTION and card.name not in CTRANSLATE2_REPOSITORIES:
            assert whisper_source(card.name).sha256 == card.sha256
            assert whisper_source(card.name).url.startswith("https://")


def test_every_converted_model_of_the_catalogue_has_a_repository_and_no_digest_of_ours() -> None:
    cards = {card.name: card for card in CATALOGUE if card.name.startswith("faster-whisper-")}
    assert cards.keys() == CTRANSLATE2_REPOSITORIES.keys()
    assert {card.sha256 for card in cards.values()} == {""}


def test_a_model_that_the_library_does_not_publish_is_refused() -> None:
    with pytest.raises(DownloadError, match="does not publish"):
        whisper_source("enormous")


def test_a_whisper_checkpoint_is_accepted(checkpoint: dict[str, Any], tmp_path: Path) -> None:
    torch.save(checkpoint, tmp_path / "m.pt")
    check_whisper_checkpoint(tmp_path / "m.pt")


def test_files_that_are_no_checkpoint_are_refused(checkpoint: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "m.pt"
    weights = dict(checkpoint["model_state_dict"])
    weights.pop("encoder.conv1.weight")
    for content in ({"dims": checkpoint["dims"]}, {"state_dict": {}}, [1], checkpoint | {"model_state_dict": weights}):
        torch.save(content, path)
        with pytest.raises(ModelDamagedError, match="not a Whisper checkpoint"):
            check_whisper_checkpoint(path)
    torch.save(checkpoint, path)
    for damaged in (b"", b"RIFF....WAVE", path.read_bytes()[:5000]):
        path.write_bytes(damaged)
        with pytest.raises(ModelDamagedError, match="not a Whisper checkpoint"):
            check_whisper_checkpoint(path)


class Harmful:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("harm-done"),))


def test_a_checkpoint_with_code_in_it_is_refused_and_the_code_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"dims": Harmful()}, "m.pt")
    with pytest.raises(ModelDamagedError):
        check_whisper_checkpoint(Path("m.pt"))
    assert not Path("harm-done").exists()


def test_a_pipeline_needs_its_config_and_every_part_that_it_names(tmp_path: Path) -> None:
    with pytest.raises(ModelDamagedError, match="not a pyannote pipeline"):
        check_pyannote_folder(tmp_path)
    config = "pipeline:\n  params:\n    segmentation: $model/segmentation\n    plda: $model/plda\n"
    (tmp_path / "config.yaml").write_text(config)
    (tmp_path / "plda").mkdir()
    with pytest.raises(ModelDamagedError, match="lacks plda, segmentation"):
        check_pyannote_folder(tmp_path)
    (tmp_path / "segmentation").mkdir()
    for part in ("plda", "segmentation"):
        (tmp_path / part / "weights").write_bytes(b"w")
    check_pyannote_folder(tmp_path)


def test_offline_mode_is_lifted_for_the_one_download_and_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[bool, str | bool, bool]] = []

    def download(repository: str, *, local_dir: Path, token: str | bool, allow_patterns: list[str] | None) -> None:
        seen.append((constants.HF_HUB_OFFLINE, token, "model.bin" in (allow_patterns or ())))
        raise LocalEntryNotFoundError("no network")

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    with pytest.raises(DownloadError, match="no internet"):
        fetch_pyannote(tmp_path / hashlib.sha256().hexdigest()[:4], "hf_x")
    with pytest.raises(DownloadError, match="no internet"):
        fetch_ctranslate2("faster-whisper-base", tmp_path / "base")
    assert seen == [(False, "hf_x", False), (False, False, True)]
    assert constants.HF_HUB_OFFLINE is True


def _wheel(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        for name, content in members.items():
            package.writestr(name, content)
    return path


def test_the_voice_encoder_is_taken_out_of_the_package_that_pip_brings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def pip(command: list[str], **_: object) -> None:
        asked.append(command)
        _wheel(tmp_path / "Resemblyzer-0.1.4-py3-none-any.whl", {"resemblyzer/pretrained.pt": b"weights"})

    monkeypatch.setattr(subprocess, "run", pip)
    assert fetch_voice_encoder(tmp_path).read_bytes() == b"weights"
    (command,) = asked
    assert command[1:4] == ["-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:"} <= set(command)  # nothing of the package is run


def test_no_pip_and_no_internet_are_told_with_the_way_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pip(command: list[str], **_: object) -> None:
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(subprocess, "run", pip)
    with pytest.raises(DownloadError, match=r"bring the \.whl file here"):
        fetch_voice_encoder(tmp_path)


def test_a_package_without_the_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelDamagedError, match="does not hold"):
        unpack_voice_encoder(_wheel(tmp_path / "x.whl", {"resemblyzer/audio.py": b""}), tmp_path)
    packed = tmp_path / "z.whl"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("resemblyzer/pretrained.pt", bytes(range(256)) * 100)
    damaged = bytearray(packed.read_bytes())
    damaged[80:140] = b"\xff" * 60
    packed.write_bytes(damaged)
    with pytest.raises(ModelDamagedError, match="does not hold"):
        unpack_voice_encoder(packed, tmp_path)
    (tmp_path / "y.whl").write_bytes(b"no zip")
    with pytest.raises(ModelDamagedError, match="does not hold"):
        unpack_voice_encoder(tmp_path / "y.whl", tmp_path)
