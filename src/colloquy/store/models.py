"""The model store, `data/models/`: a file `<name>.pt` or a folder `<name>/`, and beside it its card `<name>.json`."""

from __future__ import annotations

import difflib
import json
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from colloquy.domain.model import CATALOGUE, MODEL_NAME, ModelCard, ModelPurpose, find_card, recognise, shown_model
from colloquy.errors import ModelDamagedError, ModelMissingError, ModelRefusedError, StoreError
from colloquy.store.files import write_whole
from colloquy.store.model_files import (
    copy_model,
    hash_model,
    is_model,
    is_model_folder,
    is_whisper_folder,
    remove_model,
    size_bytes,
)

DEMO_NAME = "demo-en"
DEMO_CHECKPOINT = Path("demo") / "model" / "demo-en.pt"
SUGGESTED = {ModelPurpose.TRANSCRIPTION: "small.en", ModelPurpose.DIARISATION: "pyannote-community-1"}


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model on this machine. `name` is the catalogue's where the digest is known; `sha256` is of the weights."""

    path: Path
    name: str
    sha256: str
    is_demo: bool = False
    longest_window_s: float = 30.0


@dataclass(frozen=True, slots=True)
class StoredModel:
    """One line of `models list`; `path` is None where the model is not on this machine."""

    card: ModelCard
    path: Path | None


@dataclass(frozen=True, slots=True)
class Verification:
    """What re-hashing found; `expected` is empty where nothing was known about the model before."""

    name: str
    expected: str
    found: str

    @property
    def is_intact(self) -> bool:
        return self.expected in ("", self.found)


def resolve_model(name_or_path: str, models: Path, purpose: ModelPurpose = ModelPurpose.TRANSCRIPTION) -> ModelFile:
    """A model by its name in the store, by `demo-en`, or by path.

    A model with a card is hashed again only by `verify_model`, and by an engine before it is loaded; here its size must
    still be the card's. Raises ModelMissingError with what is here, what could be and how to fetch it;
    ModelDamagedError, also where a file of the store is called as a published model and is not that.
    """
    path = _find(name_or_path, models)
    if path is None:
        raise ModelMissingError(_explain_missing(name_or_path, models, purpose))
    is_ours = path.parent.resolve() == models.resolve() or path == find_demo_checkpoint(models)
    card = read_card(path) if is_ours else None  # elsewhere a .json beside it may be anything
    if card is not None and card.sha256:
        _refuse_false_name(path, card.sha256)  # outside of the store anything may be called anything
        is_demo = card.is_demo or card.sha256 == _demo_digest(models)
        return ModelFile(path, card.name, card.sha256, is_demo, card.longest_window_s)
    sha256 = hash_model(path)
    if is_ours:
        _refuse_false_name(path, sha256)
    known = recognise(sha256)
    return ModelFile(path, known.name if known else path.stem, sha256, sha256 == _demo_digest(models))


def refuse_demo_model(model: ModelFile, *, is_demo_study: bool) -> None:
    """Raises ModelRefusedError where a real study would use the shipped demo checkpoint."""
    if model.is_demo and not is_demo_study:
        raise ModelRefusedError(
            "transcription.model is the demo checkpoint: it knows the demo's voices and a few hundred words, and would "
            f"write down nonsense. Fetch a real model (colloquy models fetch {SUGGESTED[ModelPurpose.TRANSCRIPTION]}) "
            "and name it in the study's settings."
        )


def refuse_changed_model(model: ModelFile, sha256: str) -> None:
    """Raises ModelDamagedError where what an engine is about to load is not what was fetched or imported.

    `sha256` is empty for an engine that has no model.
    """
    if sha256 not in ("", model.sha256):
        raise ModelDamagedError(
            f"models: {shown_model(model.path.name)} is not what was fetched or imported: its SHA-256 differs. Delete "
            "it and fetch or import it again."
        )


def _refuse_false_name(path: Path, sha256: str) -> None:
    published = find_card(_name_of(path))
    if published is not None and published.sha256 not in ("", sha256):
        raise ModelDamagedError(
            f"models: {path.name} is called as a published model and is not that: its SHA-256 differs. "
            "Delete it and fetch or import it again; a model of your own needs another name."
        )


def find_demo_checkpoint(models: Path) -> Path | None:
    """The shipped demo checkpoint: in the data folder that holds `models`, else in the checkout's."""
    for data in (models.parent, Path(__file__).resolve().parents[3] / "data"):
        if (data / DEMO_CHECKPOINT).is_file():
            return data / DEMO_CHECKPOINT
    return None


def list_models(models: Path) -> tuple[StoredModel, ...]:
    """The catalogue, the demo checkpoint, and whatever else lies in the store."""
    listed = [StoredModel(card, _in_store(card.name, models)) for card in CATALOGUE]
    if (demo := find_demo_checkpoint(models)) is not None:
        listed.append(StoredModel(replace(_described(demo), is_demo=True, name=DEMO_NAME), demo))
    known = {card.name for card in CATALOGUE}
    for path in sorted(models.iterdir()) if models.is_dir() else []:
        if is_model(path) and _name_of(path) not in known:
            listed.append(StoredModel(replace(_described(path), name=_name_of(path)), path))
    return tuple(listed)


def add_model(source: Path, models: Path, name: str | None, purpose: ModelPurpose) -> ModelFile:
    """Copy a file or folder into the store under `name`, and write its card. What is there is never replaced.

    The caller has checked that it is a model. Raises StoreError, ModelDamagedError when the copy differs.
    """
    sha256 = hash_model(source)
    own_name = source.name if source.is_dir() else source.stem
    card = recognise(sha256) or ModelCard(name or own_name, purpose, "brought from elsewhere", 0, "not known")
    chosen = _checked_name(name or card.name)
    published = find_card(chosen)
    if published is not None and published.sha256 and card != published:
        raise StoreError(f"models: this is not the published {chosen}. Choose another name for it with --name.")
    if (there := _in_store(chosen, models)) is not None:
        if hash_model(there) == sha256:
            return save_card(there, card, sha256, models)
        raise StoreError(f"models: another model is already called {chosen}. Choose another name with --name.")
    target = models / (chosen if source.is_dir() else f"{chosen}.pt")
    part = models / f".{chosen}.{secrets.token_hex(4)}.part"
    models.mkdir(parents=True, exist_ok=True)
    try:
        copy_model(source, part)
        if hash_model(part) != sha256:
            raise ModelDamagedError(
                f"models: the copy of {chosen} differs from its source. Try again, or another stick."
            )
        part.rename(target)
    except OSError as error:
        raise StoreError(
            f"models: {chosen} could not be copied ({error.strerror}). Check the disk and try again."
        ) from None
    finally:
        remove_model(part)
    return save_card(target, card, sha256, models)


def verify_model(path: Path) -> Verification:
    """Hash a model again and compare with its card or, without one, with the catalogue's digest of that name."""
    card = read_card(path, check_size=False) or find_card(_name_of(path))
    return Verification(_name_of(path), card.sha256 if card else "", hash_model(path))


def installed_models(models: Path) -> tuple[StoredModel, ...]:
    """Those that are on this machine."""
    return tuple(model for model in list_models(models) if model.path is not None)


def save_card(path: Path, card: ModelCard, sha256: str, models: Path) -> ModelFile:
    """Write the card of a model that was just hashed."""
    size = size_bytes(path)
    is_demo = sha256 == _demo_digest(models)
    card = replace(card, sha256=sha256, size_mb=max(1, round(size / 1e6)), is_demo=is_demo)
    content = json.dumps(asdict(card) | {"size_bytes": size}, indent=2) + "\n"
    write_whole(_card_path(path), content.encode(), is_private=False)
    return ModelFile(path, card.name, sha256, is_demo)


def read_card(path: Path, *, check_size: bool = True) -> ModelCard | None:
    """The card beside a model, or None. Raises ModelDamagedError when it does not fit the model."""
    place = _card_path(path)
    if not place.is_file():
        return None
    try:
        values = json.loads(place.read_text(encoding="utf-8"))
        size = values.get("size_bytes")
        card = _typed(values, path)
    except (ValueError, KeyError, AttributeError, TypeError):
        raise ModelDamagedError(f"models: the card of {_name_of(path)} cannot be read. Delete {place.name}.") from None
    if check_size and size is not None and size != size_bytes(path):
        raise ModelDamagedError(
            f"models: {_name_of(path)} has {size_bytes(path)} bytes, its card says {size}. Delete it and fetch or "
            "import it again."
        )
    return card


def _typed(values: dict[str, Any], path: Path) -> ModelCard:
    return ModelCard(
        name=str(values["name"]),
        purpose=ModelPurpose(values.get("purpose", ModelPurpose.TRANSCRIPTION)),
        description=str(values.get("description", "")),
        size_mb=max(1, round(size_bytes(path) / 1e6)),
        licence=str(values.get("licence", "not known")),
        sha256=str(values.get("sha256", "")),
        is_demo=bool(values.get("is_demo", False)),
        longest_window_s=float(values.get("longest_window_s", 30.0)),
    )


def _described(path: Path) -> ModelCard:
    card = read_card(path, check_size=False)
    is_pipeline = path.is_dir() and not is_whisper_folder(path)
    purpose = ModelPurpose.DIARISATION if is_pipeline else ModelPurpose.TRANSCRIPTION
    size_mb = max(1, round(size_bytes(path) / 1e6))
    return card or ModelCard(_name_of(path), purpose, "brought from elsewhere", size_mb, "not known")


def _find(name_or_path: str, models: Path) -> Path | None:
    if not name_or_path:
        return None
    if MODEL_NAME.fullmatch(name_or_path) and (stored := _in_store(name_or_path, models)) is not None:
        return stored
    if name_or_path in (DEMO_NAME, "colloquy-demo-en"):
        return find_demo_checkpoint(models)
    path = Path(name_or_path).expanduser()
    return path.resolve() if path.is_file() or is_model_folder(path) else None


def _in_store(name: str, models: Path) -> Path | None:
    return next((p for p in (models / f"{name}.pt", models / name) if is_model(p)), None)


def _name_of(path: Path) -> str:
    return path.name.removesuffix(".pt")


def _card_path(path: Path) -> Path:
    return path.with_name(f"{_name_of(path)}.json")


def _demo_digest(models: Path) -> str | None:
    demo = find_demo_checkpoint(models)
    card = read_card(demo) if demo else None
    return card.sha256 if card else None


def _checked_name(name: str) -> str:
    if MODEL_NAME.fullmatch(name):
        return name
    raise StoreError(f'models: "{name}" is no name for a model; letters, digits, dots and hyphens are. Use --name.')


def _explain_missing(wanted: str, models: Path, purpose: ModelPurpose) -> str:
    here = [m.card for m in installed_models(models) if m.card.purpose is purpose and not m.card.is_demo]
    could = [card for card in CATALOGUE if card.purpose is purpose]
    named = f"{shown_model(wanted)} is not on this machine" if wanted else "no model is chosen"
    guess = suggest(wanted, purpose)
    fetch = wanted if find_card(wanted) else guess or SUGGESTED[purpose]
    meant = f" Did you mean {guess}?" if guess and guess != wanted else ""
    return (
        f"{purpose.value}.model: {named}.{meant} Here: {_sized(here) or 'none'}. Known: {_sized(could)}. "
        f"To fetch one, once, with the internet: colloquy models fetch {fetch}. "
        "From a USB stick: colloquy models import PATH."
    )


def suggest(wanted: str, purpose: ModelPurpose = ModelPurpose.TRANSCRIPTION) -> str:
    """The published model whose name is most like what was asked for; empty where none is."""
    names = [card.name for card in CATALOGUE if card.purpose is purpose]
    return next(iter(difflib.get_close_matches(wanted, names, n=1)), "")


def _sized(cards: list[ModelCard]) -> str:
    return ", ".join(f"{card.name} ({show_size(card.size_mb)})" for card in cards)


def show_size(size_mb: int) -> str:
    """Millions of bytes as a person reads them: `484 MB`, `1.5 GB`."""
    return f"{size_mb} MB" if size_mb < 1000 else f"{size_mb / 1000:.1f} GB"
