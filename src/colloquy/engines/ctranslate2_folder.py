"""A Whisper model as a folder of CTranslate2, looked at without loading it: is everything there, and whole?"""

from __future__ import annotations

import hashlib
import json
import re
import struct
from math import prod
from pathlib import Path
from typing import BinaryIO

from colloquy.domain.model import combined_digest
from colloquy.domain.model_size import PUBLISHED_HEADS, WhisperShape
from colloquy.errors import ModelDamagedError

# The version of the weights' format whose layout is read below; other versions are left to the library.
BINARY_VERSION = 6
WEIGHTS = "model.bin"
TOKENIZER = "tokenizer.json"
EMBEDDINGS = b"decoder/embeddings/weight"
LAYER = re.compile(r"decoder/layer_(\d+)/")
EXPECTED = (
    "Expected a folder as faster-whisper reads it: model.bin, config.json, tokenizer.json, and vocabulary.txt or "
    "vocabulary.json. Copy all of it, or run colloquy models fetch."
)


def check_ctranslate2_folder(folder: Path) -> None:
    """Every file that is needed, JSON that can be read, weights as long as their own table says and of as many tokens.

    Without `tokenizer.json` the library would ask the internet for one. Raises ModelDamagedError.
    """
    missing = [name for name in (WEIGHTS, "config.json", TOKENIZER) if not (folder / name).is_file()]
    if not any((folder / f"vocabulary.{ending}").is_file() for ending in ("txt", "json")):
        missing.append("vocabulary.txt or vocabulary.json")
    if missing:
        raise ModelDamagedError(f"models: the folder lacks {', '.join(missing)}. {EXPECTED}")
    for name in ("config.json", TOKENIZER, "preprocessor_config.json", "vocabulary.json"):
        if (folder / name).is_file() and not _is_json(folder / name):
            raise ModelDamagedError(f"models: {name} cannot be read; it may have been cut short. {EXPECTED}")
    weights = folder / WEIGHTS
    try:
        with weights.open("rb") as file:
            fault = _fault(file, weights.stat().st_size, len(read_vocabulary(folder)))
    except OSError as error:
        fault = f"cannot be read ({error.strerror})"
    if fault:
        raise ModelDamagedError(f"models: model.bin {fault}. {EXPECTED}")


def read_shape(folder: Path) -> WhisperShape | None:
    """The size of the model in a folder that was checked; None where the weights' format is of another version."""
    sizes: dict[str, tuple[int, ...]] = {}
    with (folder / WEIGHTS).open("rb") as file:
        if _number(file, "I") != BINARY_VERSION:
            return None
        _text(file)
        _number(file, "I")
        for _ in range(_number(file, "I")):
            name, shape, _end = _variable(file)
            sizes[name.decode("ascii", "replace")] = shape
    layers = {int(found[1]) for name in sizes if (found := LAYER.match(name))}
    try:
        audio, text = sizes["encoder/conv1/weight"][0], sizes[EMBEDDINGS.decode()][1]
    except (KeyError, IndexError):
        return None
    return WhisperShape(sum(map(prod, sizes.values())), audio, text, len(layers), PUBLISHED_HEADS)


def read_vocabulary(folder: Path) -> list[str]:
    """The tokens in the order of their numbers."""
    if (folder / "vocabulary.json").is_file():
        return [str(token) for token in json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))]
    return (folder / "vocabulary.txt").read_text(encoding="utf-8", errors="replace").removesuffix("\n").split("\n")


def digest_folder(folder: Path) -> str:
    """The digest that the model store keeps of the same folder."""
    inside = sorted(path for path in folder.rglob("*") if path.is_file())
    own = [path for path in inside if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    return combined_digest((path.relative_to(folder).as_posix(), _digest(path)) for path in own)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_json(path: Path) -> bool:
    try:
        return isinstance(json.loads(path.read_text(encoding="utf-8")), dict | list)
    except (OSError, ValueError):
        return False


def _fault(file: BinaryIO, size: int, token_count: int) -> str:
    """What is wrong with a file of weights; empty where nothing is. Layout: ctranslate2's ModelSpec."""
    try:
        version = _number(file, "I")
        name = _text(file)
        if name != b"WhisperSpec":
            return "holds no Whisper model of CTranslate2"
        if version != BINARY_VERSION:
            return ""
        _number(file, "I")  # the specification's revision
        for _ in range(_number(file, "I")):
            name, shape, end = _variable(file)
            if end > size:
                return "is cut short"
            # the library would read on, and write other words than were said
            if name == EMBEDDINGS and shape[:1] != (token_count,):
                known = shape[0] if shape else 0
                return f"knows {known} tokens and the vocabulary {token_count}: they are of different models"
        for _ in range(2 * _number(file, "I")):
            _text(file)
    except EOFError:
        return "is cut short" if size > 64 else "holds no Whisper model of CTranslate2"
    return ""


def _variable(file: BinaryIO) -> tuple[bytes, tuple[int, ...], int]:
    """A weight's name and shape, and where it ends; what it holds is passed over."""
    name = _text(file)
    shape = tuple(_number(file, "I") for _ in range(_number(file, "B")))
    _number(file, "B")  # the type
    file.seek(_number(file, "I"), 1)
    return name, shape, file.tell()


def _number(file: BinaryIO, kind: str) -> int:
    content = _read(file, struct.calcsize(f"<{kind}"))
    number: int = struct.unpack(f"<{kind}", content)[0]
    return number


def _text(file: BinaryIO) -> bytes:
    return _read(file, _number(file, "H")).rstrip(b"\0")


def _read(file: BinaryIO, count: int) -> bytes:
    content = file.read(count)
    if len(content) < count:
        raise EOFError
    return content
