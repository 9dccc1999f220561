"""A checkpoint of openai-whisper, looked at without loading it: is it one, is everything there, and how large is it?

Nothing in the file is executed: of its pickle only tensors and plain values are read, and everything else is refused.
"""

from __future__ import annotations

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from colloquy.domain.model_size import PUBLISHED_HEADS, WhisperShape
from colloquy.errors import ModelDamagedError

# torch.save's file: a ZIP archive whose members lie uncompressed in one folder.
RECORD = "data.pkl"
LONGEST_RECORD = 64 << 20
NUMBER_BYTES = {"FloatStorage": 4, "HalfStorage": 2, "BFloat16Storage": 2, "DoubleStorage": 8}
DIMENSIONS = (
    "n_mels",
    "n_audio_ctx",
    "n_audio_state",
    "n_audio_head",
    "n_audio_layer",
    "n_vocab",
    "n_text_ctx",
    "n_text_state",
    "n_text_head",
    "n_text_layer",
)
# Published models by mel bands, width, layers of the decoder and tokens: a model made from one of them has its shape.
PUBLISHED_SHAPES = {
    (80, 384, 4, 51864): "tiny.en",
    (80, 384, 4, 51865): "tiny",
    (80, 512, 6, 51864): "base.en",
    (80, 512, 6, 51865): "base",
    (80, 768, 12, 51864): "small.en",
    (80, 768, 12, 51865): "small",
    (80, 1024, 24, 51864): "medium.en",
    (80, 1024, 24, 51865): "medium",
    (80, 1280, 32, 51865): "large-v2",
    (128, 1280, 32, 51866): "large-v3",
    (128, 1280, 4, 51866): "turbo",
}
# openai-whisper: tokens of a model of 99 languages; each further language is one more.
MULTILINGUAL_VOCABULARY = 51865
# What a damaged or hostile record makes the standard library raise.
FAULTS = (pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


def read_shape(path: Path) -> WhisperShape:
    """The size of a checkpoint whose every tensor is there and whole. Raises ModelDamagedError."""
    return _shape(*_content(path))


def read_language_count(path: Path) -> int:
    """How many languages a checkpoint knows, 1 for English alone; they are the first of whisper's own table.

    Raises ModelDamagedError.
    """
    content, stored = _content(path)
    _shape(content, stored)
    vocabulary: int = content["dims"]["n_vocab"]
    return 1 if vocabulary < MULTILINGUAL_VOCABULARY else vocabulary - MULTILINGUAL_VOCABULARY + 99


def _content(path: Path) -> tuple[Any, dict[str, int]]:
    fault = _first_fault(path)
    if fault:
        raise _damaged(fault)
    try:
        with zipfile.ZipFile(path) as archive:
            return _record(archive), _stored(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):  # zipfile raises all of them
        raise _damaged("it is cut short or changed") from None
    except OSError as error:
        raise _damaged(f"it cannot be read: {error.strerror}") from None


def made_from(dims: Mapping[str, int]) -> str:
    """The published model of the same shape; empty where there is none."""
    return PUBLISHED_SHAPES.get((dims["n_mels"], dims["n_text_state"], dims["n_text_layer"], dims["n_vocab"]), "")


def _damaged(fault: str) -> ModelDamagedError:
    return ModelDamagedError(
        f"models: the file is damaged or not a Whisper checkpoint ({fault}). Expected a .pt file as "
        "openai-whisper saves it, with dims and model_state_dict; faster-whisper's models are folders, and weights of "
        "transformers are another format. Run `colloquy models verify`, and fetch or import the model again."
    )


def _first_fault(path: Path) -> str:
    """What the first and the last bytes say; empty where they are those of an archive."""
    try:
        with path.open("rb") as file:
            beginning = file.read(4)
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    if not beginning:
        return "it is empty"
    if beginning[:1] == b"\x80":
        return "its format is PyTorch's of before 2020: load and save it once more with a newer one"
    if beginning != b"PK\x03\x04":
        return "it is something else"
    return "" if zipfile.is_zipfile(path) else "it is cut short"


def _record(archive: zipfile.ZipFile) -> Any:
    """The pickled part, with a stand-in for every tensor."""
    found = next((one for one in archive.infolist() if one.filename.partition("/")[2] == RECORD), None)
    if found is None or found.file_size > LONGEST_RECORD:
        raise _damaged("it is something else")
    with archive.open(found) as file:
        try:
            return _Reader(file).load()
        except _ForbiddenError:
            raise _damaged("it holds more than weights, and nothing of it was run") from None
        except FAULTS:
            raise _damaged("its list of weights cannot be read") from None


def _stored(archive: zipfile.ZipFile) -> dict[str, int]:
    """Bytes of each storage, by its key."""
    inside = ((one.filename.partition("/")[2], one.file_size) for one in archive.infolist())
    return {name.removeprefix("data/"): size for name, size in inside if name.startswith("data/")}


@dataclass(frozen=True, slots=True)
class _Storage:
    key: str
    byte_count: int
    number_bytes: int


@dataclass(frozen=True, slots=True)
class _Tensor:
    storage: _Storage
    offset: int
    size: tuple[int, ...]

    @property
    def end(self) -> int:
        """The byte of its storage after its last one."""
        return (self.offset + prod(self.size)) * self.storage.number_bytes


class _ForbiddenError(Exception):
    """The record asks for something that no tensor needs."""


class _Reader(pickle.Unpickler):
    """Knows the few names that tensors are written with."""

    def find_class(self, module: str, name: str) -> Any:
        known: dict[tuple[str, str], Callable[..., Any]] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): lambda storage, offset, size, *_: _Tensor(storage, offset, size),
            ("torch._utils", "_rebuild_parameter"): lambda tensor, *_: tensor,
        }
        if module == "torch" and name in NUMBER_BYTES:
            return NUMBER_BYTES[name]
        if (module, name) not in known:
            raise _ForbiddenError
        return known[module, name]

    def persistent_load(self, pid: Any) -> _Storage:
        _, number_bytes, key, _, count = pid
        return _Storage(str(key), int(count) * int(number_bytes), int(number_bytes))


def _shape(content: Any, stored: Mapping[str, int]) -> WhisperShape:
    try:
        dims = {name: content["dims"][name] for name in DIMENSIONS}
        weights = dict(content["model_state_dict"])
        is_plain = all(type(value) is int and 0 < value < 1_000_000 for value in dims.values())
    except (TypeError, KeyError, ValueError):
        raise _damaged("it is something else") from None
    if not is_plain:
        raise _damaged("its dimensions are none")
    expected = dict(_expected(dims))
    if weights.keys() != expected.keys():
        raise _damaged(f"{len(weights.keys() ^ expected.keys())} of its weights are missing or unknown")
    for name, size in expected.items():
        found = weights[name]
        if not isinstance(found, _Tensor) or tuple(found.size) != size:
            raise _damaged("its weights are not of the size that its dimensions say")
        if found.end > stored.get(found.storage.key, 0):
            raise _damaged("some of its weights are cut short")
    return WhisperShape(
        sum(prod(size) for size in expected.values()),
        dims["n_audio_state"],
        dims["n_text_state"],
        dims["n_text_layer"],
        PUBLISHED_HEADS if made_from(dims) else 0,
    )


def _expected(dims: Mapping[str, int]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Names and sizes of all weights of whisper.model.Whisper with these dimensions."""
    audio, text = dims["n_audio_state"], dims["n_text_state"]
    yield from _linear("encoder.conv1", (audio, dims["n_mels"], 3))
    yield from _linear("encoder.conv2", (audio, audio, 3))
    yield "encoder.positional_embedding", (dims["n_audio_ctx"], audio)
    for number in range(dims["n_audio_layer"]):
        yield from _block(f"encoder.blocks.{number}", audio, ("attn",))
    yield from _linear("encoder.ln_post", (audio,))
    yield "decoder.token_embedding.weight", (dims["n_vocab"], text)
    yield "decoder.positional_embedding", (dims["n_text_ctx"], text)
    for number in range(dims["n_text_layer"]):
        yield from _block(f"decoder.blocks.{number}", text, ("attn", "cross_attn"))
    yield from _linear("decoder.ln", (text,))


def _block(place: str, states: int, attentions: tuple[str, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    for name in attentions:
        for part in ("query", "value", "out"):
            yield from _linear(f"{place}.{name}.{part}", (states, states))
        yield f"{place}.{name}.key.weight", (states, states)
        yield from _linear(f"{place}.{name}_ln", (states,))
    yield from _linear(f"{place}.mlp.0", (4 * states, states))
    yield from _linear(f"{place}.mlp.2", (states, 4 * states))
    yield from _linear(f"{place}.mlp_ln", (states,))


def _linear(place: str, size: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{place}.weight", size
    yield f"{place}.bias", size[:1]
