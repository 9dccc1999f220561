"""`colloquy models`: what is in the store, and how to fill it."""

from __future__ import annotations

import secrets
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from colloquy.cli.screen import make_table, print_json, print_result, print_table, show_error, show_note
from colloquy.domain.engine import VOICE_ENCODER
from colloquy.domain.model import ModelCard, ModelPurpose, find_card, recognise
from colloquy.errors import DownloadError, ModelDamagedError, ModelMissingError, StoreError
from colloquy.store.folders import find_data_folder

VERBS = {ModelPurpose.TRANSCRIPTION: "transcribe", ModelPurpose.DIARISATION: "diarise"}

SEGMENTATION = "pyannote-segmentation-3.0"
OVERLAPS_ANEW = (
    "In the next run the embedded engine looks for overlaps in every recording, and new versions are published. A "
    'study that is being coded keeps what it has with overlaps = "off" (section diarisation).'
)
VOICES_ANEW = (
    "The voices of every recording that the embedded engine told apart are told apart anew in the next run, and new "
    'versions published. A study that is being coded keeps what it has with voices = "computed" (section diarisation).'
)
FETCHED_OTHER = "Try again; if it happens twice, ask IT which package index this machine uses."

app = typer.Typer(
    help="List, fetch, import and verify speech models.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.command("list")
def list_all(is_json: Annotated[bool, typer.Option("--json", help="For another program.")] = False) -> None:
    """Show which models exist and which are here."""
    from colloquy.store.models import list_models, show_size

    models = list_models(find_data_folder().models)
    if is_json:
        print_json(
            [
                {
                    "name": m.card.name,
                    "for": m.card.purpose.value,
                    "description": m.card.description,
                    "size_mb": m.card.size_mb,
                    "licence": m.card.licence,
                    "sha256": m.card.sha256,
                    "is_demo": m.card.is_demo,
                    "path": str(m.path) if m.path else None,
                }
                for m in models
            ]
        )
        return
    table = make_table("name", "for", "size", "licence", "here?", "", whole=2)
    for model in models:
        card, is_here = model.card, model.path is not None
        note = "the demo only" if card.is_demo else card.description
        table.add_row(
            card.name, VERBS[card.purpose], show_size(card.size_mb), card.licence, "yes" if is_here else "", note
        )
    print_table(table)
    print_result(
        "Names that end in .en know English only; those that begin with faster-whisper are for that engine, the others "
        "for openai-whisper. To get one: colloquy models fetch NAME"
    )


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="A name from `colloquy models list`.")],
    token: Annotated[
        str, typer.Option(envvar="HF_TOKEN", help="For pyannote: your Hugging Face token.", show_default=False)
    ] = "",
) -> None:
    """Download a model once; needs the internet. An interrupted download goes on where it was."""
    from colloquy.store.models import suggest

    models = find_data_folder().models
    card = find_card(name)
    if card is None:
        guess = suggest(name)
        meant = f"Did you mean {guess}?" if guess else "See colloquy models list."
        raise ModelMissingError(f'models: "{name}" is not in the catalogue. {meant}')
    if (models / name).exists() or (models / f"{name}.pt").exists():
        print_result(f"{name} is here already. To check it: colloquy models verify {name}")
        return
    if card.name == VOICE_ENCODER:
        place = _fetch_voice_encoder(card, models)
    elif card.purpose is ModelPurpose.DIARISATION:
        place = _fetch_pyannote(card, models, token)
    elif not card.sha256:
        place = _fetch_ctranslate2(card, models)
    else:
        place = _fetch_whisper(card, models)
    print_result(f"{name} is ready: {place}")
    if name == VOICE_ENCODER:
        show_note(VOICES_ANEW)


@app.command("import")
def import_(
    path: Annotated[
        Path,
        typer.Argument(
            help="A .pt file of openai-whisper, a folder of faster-whisper or pyannote, resemblyzer's .whl, or the "
            "file of pyannote/segmentation-3.0 (.bin)."
        ),
    ],
    name: Annotated[str | None, typer.Option(help="What to call it here; else its own name.")] = None,
) -> None:
    """Bring a model in from a USB stick or a shared drive."""
    from colloquy.store.models import add_model

    if not path.exists():
        raise StoreError("models: there is nothing at that path. Is the stick plugged in?")
    show_note("Checking that it is a model …")
    if path.suffix == ".whl" and path.is_file():
        _refuse_other_name(name)
        place = _import_voice_encoder(path, find_data_folder().models)
        print_result(f"{VOICE_ENCODER} is ready: {place}")
        show_note(VOICES_ANEW)
        return
    purpose = _checked_purpose(path, name)
    if _is_segmentation(path):
        name = SEGMENTATION  # the engine looks for it under this name
    model = add_model(path.resolve(), find_data_folder().models, name, purpose)
    print_result(f"{model.path.name.removesuffix('.pt')} is ready: {model.path}\nSHA-256 {model.sha256}")
    if name == SEGMENTATION:
        show_note(OVERLAPS_ANEW)


def _is_segmentation(path: Path) -> bool:
    return path.is_file() and (path.suffix == ".bin" or path.stem == SEGMENTATION)


def _checked_purpose(path: Path, name: str | None) -> ModelPurpose:
    """Raises ModelDamagedError where it is no model, and as `_refuse_other_name`."""
    from colloquy.engines.ctranslate2_folder import check_ctranslate2_folder
    from colloquy.engines.embedded_segmentation import check_segmentation
    from colloquy.engines.model_sources import check_pyannote_folder, check_whisper_checkpoint
    from colloquy.store.model_files import hash_model

    if path.is_dir() and (path / "config.yaml").is_file():
        check_pyannote_folder(path)
        return ModelPurpose.DIARISATION
    if path.is_dir():
        check_ctranslate2_folder(path)
        return ModelPurpose.TRANSCRIPTION
    if _is_segmentation(path):
        check_segmentation(path)
        return ModelPurpose.DIARISATION
    if (known := recognise(hash_model(path))) is not None and known.purpose is ModelPurpose.DIARISATION:
        _refuse_other_name(name)
        return known.purpose  # the published file itself
    check_whisper_checkpoint(path)
    return ModelPurpose.TRANSCRIPTION


@app.command()
def verify(
    name: Annotated[str | None, typer.Argument(help="One model; without it, all that are here.")] = None,
) -> None:
    """Hash models again and compare with what was fetched or imported. Exit code 1 when one has changed."""
    from colloquy.store.models import installed_models, save_card, verify_model

    models = find_data_folder().models
    chosen = [m for m in installed_models(models) if name is None or m.card.name == name]
    if not chosen:
        raise ModelMissingError(
            f"models: {f'{name} is not' if name else 'no model is'} on this machine. See colloquy models list."
        )
    is_damaged = False
    for model in chosen:
        if model.path is None:
            continue
        found = verify_model(model.path)
        if not found.is_intact:
            is_damaged = True
            show_error(f"{found.name}: changed. Delete it and fetch or import it again.")
        elif found.expected:
            print_result(f"{found.name}: intact")
        else:
            save_card(model.path, model.card, found.found, models)
            print_result(f"{found.name}: nothing was known about it; its digest is kept from now on")
    if is_damaged:
        raise typer.Exit(1)


def _fetch_whisper(card: ModelCard, models: Path) -> Path:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from colloquy.engines.model_sources import whisper_source
    from colloquy.store.download import download_file
    from colloquy.store.models import save_card

    source = whisper_source(card.name)
    target = models / f"{card.name}.pt"
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task(card.name, total=card.size_mb * 1e6)
        download_file(
            source.url, source.sha256, target, lambda done, total: progress.update(bar, completed=done, total=total)
        )
    return save_card(target, card, source.sha256, models).path


def _fetch_ctranslate2(card: ModelCard, models: Path) -> Path:
    """What arrived before an interruption stays beside the store's models, and the next fetch goes on from there."""
    from colloquy.engines.ctranslate2_folder import check_ctranslate2_folder
    from colloquy.engines.model_sources import fetch_ctranslate2
    from colloquy.store.model_files import hash_model
    from colloquy.store.models import save_card

    part = models / f".{card.name}.part"
    part.mkdir(parents=True, exist_ok=True)
    fetch_ctranslate2(card.name, part)
    try:
        check_ctranslate2_folder(part)
    except ModelDamagedError:
        shutil.rmtree(part, ignore_errors=True)
        raise
    shutil.rmtree(part / ".cache", ignore_errors=True)  # the download's own notes
    part.rename(models / card.name)
    return save_card(models / card.name, card, hash_model(models / card.name), models).path


def _fetch_pyannote(card: ModelCard, models: Path, token: str) -> Path:
    from colloquy.engines.model_sources import CONDITIONS, check_pyannote_folder, fetch_pyannote
    from colloquy.store.model_files import hash_model
    from colloquy.store.models import save_card

    if not token:
        show_note(CONDITIONS)
        if not sys.stdin.isatty():
            raise DownloadError(f"models: {card.name} needs a token. Set HF_TOKEN and run the command again.")
        token = typer.prompt("Token", hide_input=True)
    models.mkdir(parents=True, exist_ok=True)
    part = models / f".{card.name}.{secrets.token_hex(4)}.part"  # the hub takes a folder with files for a success
    try:
        fetch_pyannote(part, token)
        check_pyannote_folder(part)
        part.rename(models / card.name)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return save_card(models / card.name, card, hash_model(models / card.name), models).path


def _fetch_voice_encoder(card: ModelCard, models: Path) -> Path:
    from colloquy.engines.model_sources import fetch_voice_encoder

    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{card.name}.", suffix=".part", dir=models) as part:
        return _keep_voice_encoder(fetch_voice_encoder(Path(part)), card, models, FETCHED_OTHER)


def _import_voice_encoder(wheel: Path, models: Path) -> Path:
    from colloquy.engines.model_sources import ELSEWHERE, unpack_voice_encoder

    card = find_card(VOICE_ENCODER)
    if card is None:
        raise ModelMissingError("models: resemblyzer is not in the catalogue. See colloquy models list.")
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{card.name}.", suffix=".part", dir=models) as part:
        weights = unpack_voice_encoder(wheel, Path(part))
        return _keep_voice_encoder(weights, card, models, f"It is another release, or was changed. {ELSEWHERE}")


def _refuse_other_name(name: str | None) -> None:
    if name not in (None, VOICE_ENCODER):
        raise StoreError(
            f"models: {VOICE_ENCODER} keeps its name, since the diariser looks for it under that. Leave --name out."
        )


def _keep_voice_encoder(weights: Path, card: ModelCard, models: Path, advice: str) -> Path:
    """Only the file that its makers published: its digest first, then whether it opens."""
    from colloquy.engines.embedded_dvectors import check_voice_encoder
    from colloquy.store.model_files import hash_model
    from colloquy.store.models import add_model

    if hash_model(weights) != card.sha256:
        raise ModelDamagedError(
            f"models: what the package holds is not the published {card.name} (its SHA-256 differs). {advice}"
        )
    check_voice_encoder(weights)
    return add_model(weights, models, card.name, card.purpose).path
