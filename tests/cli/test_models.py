from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from whisper.model import ModelDimensions, Whisper

from colloquy.domain import model
from colloquy.domain.model import CATALOGUE
from colloquy.engines import model_sources
from colloquy.engines.model_sources import ModelSource
from colloquy.errors import DownloadError
from colloquy.store import download
from colloquy.store.models import hash_model
from tests.tiny_pyannote import save_segmentation
from tests.voice_encoder import save_encoder

# a CTranslate2 file of Whisper without any weights
NO_WEIGHTS = struct.pack("<IH", 6, 12) + b"WhisperSpec\0" + struct.pack("<III", 3, 0, 0)
DIMENSIONS = ModelDimensions(80, 1500, 8, 2, 1, 51864, 448, 8, 2, 1)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    path = tmp_path / "stick" / "clinic.pt"
    path.parent.mkdir()
    torch.save({"dims": asdict(DIMENSIONS), "model_state_dict": Whisper(DIMENSIONS).half().state_dict()}, path)
    return path


def test_the_list_shows_size_licence_and_what_is_here(call: Callable[..., Any], checkpoint: Path) -> None:
    assert call("models", "import", str(checkpoint)).exit_code == 0
    table = call("models", "list").stdout
    assert "small.en" in table
    assert "484 MB" in table
    assert "CC BY 4.0" in table
    (line,) = [line for line in table.splitlines() if "clinic" in line]
    assert "yes" in line


def test_the_list_as_json_is_nothing_but_json(call: Callable[..., Any]) -> None:
    listed = {model["name"]: model for model in json.loads(call("models", "list", "--json").stdout)}
    assert listed["turbo"]["path"] is None
    assert len(listed["turbo"]["sha256"]) == 64


def test_an_import_tells_the_digest_and_verify_finds_it_intact_until_it_changes(
    call: Callable[..., Any], checkpoint: Path, data: Path
) -> None:
    result = call("models", "import", str(checkpoint), "--name", "ours")
    assert hash_model(checkpoint) in result.stdout
    assert "ours: intact" in call("models", "verify", "ours").stdout
    stored = data / "models" / "ours.pt"
    stored.write_bytes(stored.read_bytes()[:-1] + b"?")
    result = call("models", "verify", "ours")
    assert result.exit_code == 1
    assert "ours: changed" in result.stderr


def test_a_file_that_is_no_model_is_not_imported(call: Callable[..., Any], tmp_path: Path, data: Path) -> None:
    (tmp_path / "m.pt").write_bytes(b"MP3")
    result = call("models", "import", str(tmp_path / "m.pt"))
    assert result.exit_code == 1
    assert "not a Whisper checkpoint" in result.stderr
    assert not (data / "models").exists()


def test_a_stick_that_is_not_there_is_said_to_be_missing(call: Callable[..., Any]) -> None:
    assert "Is the stick plugged in?" in call("models", "import", "/nowhere/m.pt").stderr


def test_verifying_what_is_not_here_says_so(call: Callable[..., Any]) -> None:
    assert "tiny is not on this machine" in call("models", "verify", "tiny").stderr


def test_a_name_without_a_model_is_not_fetched(call: Callable[..., Any]) -> None:
    result = call("models", "fetch", "enormous")
    assert result.exit_code == 1
    assert '"enormous" is not in the catalogue' in result.stderr


def test_fetching_downloads_under_the_librarys_digest_and_once(
    call: Callable[..., Any], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def fake(url: str, sha256: str, target: Path, on_progress: Callable[[int, int | None], None]) -> None:
        asked.append((url, sha256))
        target.parent.mkdir(parents=True)
        target.write_bytes(b"w")
        on_progress(1, 1)

    monkeypatch.setattr(model_sources, "whisper_source", lambda name: ModelSource(f"where {name} is", "d" * 64))
    monkeypatch.setattr(download, "download_file", fake)
    assert call("models", "fetch", "tiny").exit_code == 0
    assert asked == [("where tiny is", "d" * 64)]
    assert json.loads((data / "models" / "tiny.json").read_text())["sha256"] == "d" * 64
    assert "here already" in call("models", "fetch", "tiny").stdout
    assert len(asked) == 1


def test_a_folder_of_faster_whisper_goes_on_where_it_stopped_and_keeps_its_first_digest(
    call: Callable[..., Any], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str, folder: Path) -> None:
        (folder / "config.json").write_text("{}")
        raise DownloadError("models: the download did not get through.")

    def whole(name: str, folder: Path) -> None:
        assert name == "faster-whisper-base"
        assert (folder / "config.json").is_file()
        (folder / ".cache").mkdir()
        for file in ("tokenizer.json", "vocabulary.txt"):
            (folder / file).write_text("{}")
        (folder / "model.bin").write_bytes(NO_WEIGHTS)

    monkeypatch.setattr(model_sources, "fetch_ctranslate2", broken)
    assert call("models", "fetch", "faster-whisper-base").exit_code == 1
    monkeypatch.setattr(model_sources, "fetch_ctranslate2", whole)
    assert call("models", "fetch", "faster-whisper-base").exit_code == 0
    folder = data / "models" / "faster-whisper-base"
    assert not (folder / ".cache").exists()
    card = json.loads((data / "models" / "faster-whisper-base.json").read_text())
    assert (card["sha256"], card["licence"]) == (hash_model(folder), "MIT")
    assert "here already" in call("models", "fetch", "faster-whisper-base").stdout
    assert "intact" in call("models", "verify", "faster-whisper-base").stdout
    (folder / "vocabulary.txt").write_text("[]")
    assert call("models", "verify", "faster-whisper-base").exit_code == 1


def test_what_was_fetched_and_is_no_model_is_not_kept(
    call: Callable[..., Any], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_sources, "fetch_ctranslate2", lambda _name, folder: None)
    result = call("models", "fetch", "faster-whisper-base")
    assert result.exit_code == 1
    assert "the folder lacks model.bin" in result.stderr.replace("\n", " ")
    assert list((data / "models").iterdir()) == []


def test_a_folder_without_a_tokenizer_is_not_imported(call: Callable[..., Any], tmp_path: Path, data: Path) -> None:
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / "model.bin").write_bytes(NO_WEIGHTS)
    result = call("models", "import", str(tmp_path / "stick"))
    assert result.exit_code == 1
    assert "lacks config.json, tokenizer.json" in result.stderr.replace("\n", " ")
    assert not (data / "models").exists()


def test_pyannote_without_a_token_explains_the_conditions(call: Callable[..., Any], monkeypatch: Any) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    result = call("models", "fetch", "pyannote-community-1")
    assert result.exit_code == 1
    assert "accept the conditions" in result.stderr.replace("\n", " ")
    assert "HF_TOKEN" in result.stderr


def test_pyannote_is_stored_once_whole_and_a_failed_download_leaves_nothing(
    call: Callable[..., Any], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(folder: Path, token: str) -> None:
        folder.mkdir()
        (folder / "half").write_text("h")
        raise DownloadError("models: the download did not get through.")

    def whole(folder: Path, token: str) -> None:
        assert token == "hf_x"
        (folder / "plda").mkdir(parents=True)
        (folder / "plda" / "w").write_text("w")
        (folder / "config.yaml").write_text("pipeline:\n  params:\n    plda: $model/plda\n")

    monkeypatch.setattr(model_sources, "fetch_pyannote", broken)
    assert call("models", "fetch", "pyannote-community-1", "--token", "hf_x").exit_code == 1
    assert list((data / "models").iterdir()) == []
    monkeypatch.setattr(model_sources, "fetch_pyannote", whole)
    assert call("models", "fetch", "pyannote-community-1", "--token", "hf_x").exit_code == 0
    assert "intact" in call("models", "verify", "pyannote-community-1").stdout


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with a voice encoder of random values."""
    weights = save_encoder(tmp_path / "made" / "pretrained.pt")
    with zipfile.ZipFile(tmp_path / "Resemblyzer-0.1.4-py3-none-any.whl", "w") as wheel:
        wheel.write(weights, "resemblyzer/pretrained.pt")
    return tmp_path / "Resemblyzer-0.1.4-py3-none-any.whl"


def _publish(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take these for the published weights."""
    cards = tuple(replace(c, sha256=hash_model(weights)) if c.name == "resemblyzer" else c for c in CATALOGUE)
    monkeypatch.setattr(model, "CATALOGUE", cards)


def test_the_voice_encoder_is_kept_only_as_it_was_published(
    call: Callable[..., Any], data: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        model_sources, "fetch_voice_encoder", lambda folder: model_sources.unpack_voice_encoder(package, folder)
    )
    for command, advice in (
        (("fetch", "resemblyzer"), "ask IT which package index this machine uses"),
        (("import", str(package)), "pip download --no-deps resemblyzer==0.1.4, bring the .whl file here"),
    ):
        refused = call("models", *command)
        assert refused.exit_code == 1
        told = " ".join(refused.stderr.split())
        assert "is not the published resemblyzer" in told
        assert advice in told
        assert ("package index" in told) is (command[0] == "fetch")
        assert list((data / "models").iterdir()) == []
    _publish(package.parent / "made" / "pretrained.pt", monkeypatch)
    assert call("models", "fetch", "resemblyzer").exit_code == 0
    assert [place.name for place in sorted((data / "models").iterdir())] == ["resemblyzer.json", "resemblyzer.pt"]
    assert json.loads((data / "models" / "resemblyzer.json").read_text())["purpose"] == "diarisation"
    assert "resemblyzer: intact" in call("models", "verify", "resemblyzer").stdout
    assert "here already" in call("models", "fetch", "resemblyzer").stdout


@pytest.mark.parametrize("name", ["pytorch_model.bin", "pyannote-segmentation-3.0.pt"])
def test_a_segmentation_is_imported_under_the_name_that_the_engine_looks_for(
    call: Callable[..., Any], data: Path, tmp_path: Path, name: str
) -> None:
    network = save_segmentation(tmp_path / "stick" / name)
    result = call("models", "import", str(network))
    assert result.exit_code == 0
    assert "looks for overlaps" in result.stderr
    assert hash_model(data / "models" / "pyannote-segmentation-3.0.pt") == hash_model(network)
    assert "pyannote-segmentation-3.0: intact" in call("models", "verify").stdout


def test_a_bin_file_that_is_no_segmentation_is_not_imported(
    call: Callable[..., Any], data: Path, tmp_path: Path
) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"weights of something else")
    result = call("models", "import", str(tmp_path / "pytorch_model.bin"))
    assert result.exit_code != 0
    assert "not a network of the kind" in result.stderr.replace("\n", " ")
    assert not list(data.glob("models/*.pt"))


@pytest.mark.parametrize("is_package", [True, False])
def test_the_voice_encoder_is_imported_from_its_package_or_by_itself(
    call: Callable[..., Any], data: Path, package: Path, monkeypatch: pytest.MonkeyPatch, *, is_package: bool
) -> None:
    weights = package.parent / "made" / "pretrained.pt"
    _publish(weights, monkeypatch)
    assert call("models", "import", str(package if is_package else weights)).exit_code == 0
    assert hash_model(data / "models" / "resemblyzer.pt") == hash_model(weights)


@pytest.mark.parametrize("is_package", [True, False])
def test_the_voice_encoder_is_not_kept_under_a_name_that_nobody_looks_for(
    call: Callable[..., Any], data: Path, package: Path, monkeypatch: pytest.MonkeyPatch, *, is_package: bool
) -> None:
    weights = package.parent / "made" / "pretrained.pt"
    _publish(weights, monkeypatch)
    path = str(package if is_package else weights)
    refused = call("models", "import", path, "--name", "ours")
    assert refused.exit_code == 1
    assert "keeps its name" in refused.stderr
    assert not (data / "models").exists()
    assert call("models", "import", path, "--name", "resemblyzer").exit_code == 0
