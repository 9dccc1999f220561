from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from colloquy.engines.ctranslate2_folder import check_ctranslate2_folder, digest_folder
from colloquy.errors import ModelDamagedError
from colloquy.store.model_files import hash_model


def text(content: bytes) -> bytes:
    return struct.pack("<H", len(content) + 1) + content + b"\0"


def weights(name: bytes = b"WhisperSpec", version: int = 6) -> bytes:
    """One matrix of two times three, and another name for it."""
    matrix = text(b"decoder/weight") + struct.pack("<BII", 2, 2, 3) + struct.pack("<BI", 0, 24) + b"w" * 24
    alias = struct.pack("<I", 1) + text(b"encoder/weight") + text(b"decoder/weight")
    return struct.pack("<I", version) + text(name) + struct.pack("<II", 3, 1) + matrix + alias


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model.bin").write_bytes(weights())
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "tokenizer.json").write_text(json.dumps({"model": {}}))
    (tmp_path / "vocabulary.txt").write_text("a\nb\n")
    return tmp_path


def test_a_whole_folder_passes_and_has_the_stores_digest_without_hidden_files(folder: Path) -> None:
    check_ctranslate2_folder(folder)
    before = digest_folder(folder)
    (folder / ".cache").mkdir()
    (folder / ".cache" / "x").write_text("x")
    assert digest_folder(folder) == before == hash_model(folder)


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.txt"])
def test_a_file_that_is_not_there_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelDamagedError, match=f"lacks {name}.*colloquy models fetch"):
        check_ctranslate2_folder(folder)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "preprocessor_config.json"])
def test_json_that_was_cut_short_is_named(folder: Path, name: str) -> None:
    (folder / name).write_text('{"a": [1,')
    with pytest.raises(ModelDamagedError, match=f"{name} cannot be read"):
        check_ctranslate2_folder(folder)


@pytest.mark.parametrize("count", range(65, len(weights())))
def test_weights_cut_anywhere_are_cut_short(folder: Path, count: int) -> None:
    (folder / "model.bin").write_bytes(weights()[:count])
    with pytest.raises(ModelDamagedError, match=r"model\.bin is cut short"):
        check_ctranslate2_folder(folder)


@pytest.mark.parametrize("content", [b"", b"no weights", b"PK\x03\x04" + b"\0" * 200, weights(b"TransformerSpec")])
def test_another_thing_than_whispers_weights_is_said_to_be_so(folder: Path, content: bytes) -> None:
    (folder / "model.bin").write_bytes(content)
    with pytest.raises(ModelDamagedError, match="holds no Whisper model"):
        check_ctranslate2_folder(folder)


def test_a_version_that_is_not_known_here_is_left_to_the_library(folder: Path) -> None:
    (folder / "model.bin").write_bytes(weights(version=7)[:80])
    check_ctranslate2_folder(folder)
