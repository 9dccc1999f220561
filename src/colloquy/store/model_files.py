"""A model on disk, whatever its kind: one file, or a folder of them."""

from __future__ import annotations

import hashlib
import shutil
from functools import lru_cache
from pathlib import Path

from colloquy.domain.model import combined_digest


def is_model(path: Path) -> bool:
    if path.name.startswith("."):
        return False
    return (path.is_file() and path.suffix == ".pt") or is_model_folder(path)


def is_model_folder(path: Path) -> bool:
    """A pipeline of pyannote, or Whisper's weights as CTranslate2 has them."""
    return (path / "config.yaml").is_file() or is_whisper_folder(path)


def is_whisper_folder(path: Path) -> bool:
    return (path / "model.bin").is_file()


def hash_model(path: Path) -> str:
    """SHA-256 of a file; of a folder, over each file's relative path and digest in order (downloads' caches apart)."""
    if path.is_file():
        seen = path.stat()
        return _hash_file(path, seen.st_size, seen.st_mtime_ns)
    return combined_digest((inside.relative_to(path).as_posix(), hash_model(inside)) for inside in _files(path))


@lru_cache(maxsize=64)
def _hash_file(path: Path, _size: int, _changed_ns: int) -> str:
    """Worked out again in this process only where the file has changed: a model may hold gigabytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def size_bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in ([path] if path.is_file() else _files(path)))


def _files(folder: Path) -> list[Path]:
    inside = (p for p in folder.rglob("*") if p.is_file())
    return sorted(p for p in inside if not any(part.startswith(".") for part in p.relative_to(folder).parts))


def copy_model(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(".*"))
    else:
        shutil.copyfile(source, target)


def remove_model(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
