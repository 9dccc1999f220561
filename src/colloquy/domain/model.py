"""A model that can be put on the team's machine: what it is for, how big it is, under which licence."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class ModelPurpose(StrEnum):
    TRANSCRIPTION = "transcription"
    DIARISATION = "diarisation"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model. `size_mb` is in millions of bytes; `sha256` is of the weights, empty where it is not fixed.

    `is_demo` marks the shipped checkpoint, which real studies must not use; `longest_window_s` is the longest stretch
    of sound that the model reads well at once (published Whisper models: 30 s).
    """

    name: str
    purpose: ModelPurpose
    description: str
    size_mb: int
    licence: str
    sha256: str = ""
    is_demo: bool = False
    longest_window_s: float = 30.0


def _whisper(name: str, size_mb: int, description: str, sha256: str) -> ModelCard:
    return ModelCard(name, ModelPurpose.TRANSCRIPTION, description, size_mb, "MIT", sha256)


def _converted(name: str, size_mb: int, description: str) -> ModelCard:
    """Whisper's weights for the engine faster-whisper; digests are kept from the first fetch on."""
    return ModelCard(name, ModelPurpose.TRANSCRIPTION, description, size_mb, "MIT")


# Names and digests are openai-whisper's own table (a test compares them); sizes are those of its files, and the GPU
# memory is what its README asks for. Names that end in `.en` know English only.
CATALOGUE: tuple[ModelCard, ...] = (
    _whisper(
        "tiny.en",
        76,
        "trials only",
        "d3dd57d32accea0b295c96e26691aa14d8822fac7d9d27d5dc00b4ca2826dd03",
    ),
    _whisper(
        "tiny",
        76,
        "trials only",
        "65147644a518d12f04e32d6f3b26facc3f8dd46e5390956a9424a650c0ce22b9",
    ),
    _whisper(
        "base.en",
        145,
        "weak on accents",
        "25a8566e1d0c1e2231d1c762132cd20e0f96a85d16145c3a00adf5d1ac670ead",
    ),
    _whisper(
        "base",
        145,
        "weak on accents",
        "ed3a0b6b1c0edf879ad9b11b1af5a0e6ab5db9205f891f668f8b0e6c6326e34e",
    ),
    _whisper(
        "small.en",
        484,
        "least for real work",
        "f953ad0fd29cacd07d5a9eda5624af0f6bcf2258be67c92b79389873d91e0872",
    ),
    _whisper(
        "small",
        484,
        "least for real work",
        "9ecf779972d90ba49c06d968637d720dd632c55bbf19d441fb42bf17a411e794",
    ),
    _whisper(
        "medium.en",
        1528,
        "better; slow on CPU",
        "d7440d1dc186f76616474e0ff0b3b6b879abc9d1a4926b7adfa41db2d497ab4f",
    ),
    _whisper(
        "medium",
        1528,
        "better; slow on CPU",
        "345ae4da62f9b3d59415adc60127b97c714f32e89e936602e85993674d08dcb1",
    ),
    _whisper(
        "large-v3",
        3087,
        "largest; GPU, 10 GB",
        "e5b1a55b89c1367dacf97e3e19bfd829a01529dbfdeefa8caeb59b3f1b81dadb",
    ),
    _whisper(
        "turbo",
        1618,
        "faster; GPU, 6 GB",
        "aff26ae408abcba5fbf8813c21e62b0941638c5f6eebfb145be0c9839262a19a",
    ),
    _converted("faster-whisper-base", 145, "weak on accents"),
    _converted("faster-whisper-small", 484, "least for real work"),
    _converted("faster-whisper-medium", 1530, "better; slow on CPU"),
    _converted("faster-whisper-large-v3", 3090, "largest; GPU, 5 GB"),
    _converted("faster-whisper-large-v3-turbo", 1620, "faster; GPU, 3 GB"),
    ModelCard(
        "pyannote-community-1",
        ModelPurpose.DIARISATION,
        "needs an account",
        34,
        "CC BY 4.0",
    ),
    ModelCard(
        "resemblyzer",
        ModelPurpose.DIARISATION,
        "voices, no account",
        17,
        "Apache-2.0",
        "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e",
    ),
)


def find_card(name: str) -> ModelCard | None:
    """The catalogue's card of that name."""
    return next((card for card in CATALOGUE if card.name == name), None)


def recognise(sha256: str) -> ModelCard | None:
    """The catalogue's card of weights with that digest."""
    return next((card for card in CATALOGUE if card.sha256 == sha256), None) if sha256 else None


# What a model needs of a GPU's memory, in MiB, by openai-whisper's README; without a GPU, larger ones than these take
# longer than a night for a few interviews.
LARGE_GPU_MB, TURBO_GPU_MB = 10_000, 6_000
LEAST_MEMORY_MB = 4_000
LARGEST_WITHOUT_GPU_MB = 500


def suggest_model(gpu_memory_mb: int, memory_mb: int) -> str:
    """The published model to fetch for a machine; `gpu_memory_mb` is 0 without a GPU that computes."""
    if gpu_memory_mb >= LARGE_GPU_MB:
        return "large-v3"
    if gpu_memory_mb >= TURBO_GPU_MB:
        return "turbo"
    return "small.en" if memory_mb >= LEAST_MEMORY_MB else "base.en"


def choose_model(cards: Sequence[ModelCard], gpu_memory_mb: int) -> ModelCard:
    """Of the models at hand the largest that this machine reads well with; the smallest where all are too large."""
    fitting = [card for card in cards if gpu_memory_mb >= TURBO_GPU_MB or card.size_mb <= LARGEST_WITHOUT_GPU_MB]
    if gpu_memory_mb < LARGE_GPU_MB:
        fitting = [card for card in fitting if card.name != "large-v3"]
    return max(fitting, key=_size) if fitting else min(cards, key=_size)


def _size(card: ModelCard) -> int:
    return card.size_mb


def combined_digest(digests: Iterable[tuple[str, str]]) -> str:
    """SHA-256 of a folder, over each file's relative path and SHA-256 in the order given."""
    combined = hashlib.sha256()
    for path, sha256 in digests:
        combined.update(f"{path}\0{sha256}\n".encode())
    return combined.hexdigest()


def shown_model(wanted: str) -> str:
    """A model's name as the settings have it; of a path, which may name people, only that it is one."""
    return f'"{wanted}"' if MODEL_NAME.fullmatch(wanted) else "the path given there"
