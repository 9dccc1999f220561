"""The versioned dataset: `dataset/v0001`, `v0002`, …, each complete and never changed again.

A version's folder appears in one rename, so whatever is there is whole. `LATEST` names the newest for other programs;
here the folders themselves decide, so that a crash between the rename and that line does no harm.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import version as package_version
from pathlib import Path

from colloquy.domain.dataset import TABLES, DatasetTables
from colloquy.errors import StoreError
from colloquy.store.checksums import MANIFEST, manifest_of, read_checked
from colloquy.store.data_package import content_digest, data_package, readme
from colloquy.store.files import write_whole
from colloquy.store.folders import StudyFolder
from colloquy.store.whole_folders import write_whole_folder

LATEST = "LATEST"
VERSION = re.compile(r"v(\d{4,})")
ABSOLUTE_PATH = re.compile(r"/|~[/\\]|[A-Za-z]:[/\\]|\\\\|file:")
MOST_ATTEMPTS = 20


def save_dataset(folder: StudyFolder, tables: DatasetTables, provenance: Mapping[str, object]) -> Path:
    """Publish `tables` as the next version and give its folder; the newest one's where its content is the same.

    `provenance` is stored as JSON beside the tables and must hold no path and no name. Raises StoreError; whatever
    happens, the versions that are there stay as they are.
    """
    digest = content_digest(tables)
    history = _provenance(provenance)
    for _ in range(MOST_ATTEMPTS):
        newest = latest_version(folder)
        if newest is not None and _digest_of(folder.dataset / newest) == digest:
            _point_to(folder, newest)
            return folder.dataset / newest
        version = _next_version(folder)
        files = _files(folder.study_id, version, tables, digest) | {"provenance.json": history}
        # Gives False where another process published this number a moment ago.
        if write_whole_folder(folder.dataset / version, files | {MANIFEST: manifest_of(files)}):
            _point_to(folder, version)
            return folder.dataset / version
    raise StoreError(
        f"{folder.study_id}: {MOST_ATTEMPTS} versions were published by other processes meanwhile. "
        "Stop the other runs of this study, then run it again."
    )


def load_dataset(folder: StudyFolder, version: str | None = None) -> DatasetTables:
    """The tables of `version`, or of the newest one. Raises StoreError when it is missing, damaged or changed."""
    from colloquy.store.parquet import from_parquet

    chosen = version or latest_version(folder)
    if chosen is None:
        raise StoreError(f"{folder.study_id}: there is no dataset yet. Run `colloquy run {folder.study_id}` first.")
    known = dataset_versions(folder)
    if chosen not in known:
        raise StoreError(
            f'{folder.study_id}: there is no dataset version "{chosen}"; known: {", ".join(known) or "none"}. '
            "Choose one of these."
        )
    shown = f"{folder.study_id}, dataset {chosen}"
    files = read_checked(folder.dataset / chosen, shown)
    missing = [table for table in TABLES if f"{table}.parquet" not in files]
    if missing:
        raise StoreError(f"{shown}: {', '.join(missing)} is missing. Run the study again to make a new version.")
    return DatasetTables(**{table: from_parquet(table, files[f"{table}.parquet"], shown) for table in TABLES})


def published_texts(folder: StudyFolder, version: str) -> tuple[str, ...]:
    """Every text of a version's utterances, also of one that an earlier release wrote. Raises StoreError."""
    from colloquy.store.parquet import texts_of

    shown = f"{folder.study_id}, dataset {version}"
    files = read_checked(folder.dataset / version, shown)
    if "utterances.parquet" not in files:
        raise StoreError(f"{shown}: utterances is missing. Restore this folder from a backup.")
    return texts_of("utterances", files["utterances.parquet"], shown)


def latest_version(folder: StudyFolder) -> str | None:
    """Name of the newest version, `v0007`; None where nothing has been published."""
    return next(reversed(dataset_versions(folder)), None)


def dataset_versions(folder: StudyFolder) -> list[str]:
    """Names of all versions, oldest first."""
    if not folder.dataset.is_dir():
        return []
    names = (path.name for path in folder.dataset.iterdir() if path.is_dir())
    return sorted(filter(VERSION.fullmatch, names), key=lambda name: int(name[1:]))


def _next_version(folder: StudyFolder) -> str:
    """A number that was never given, even where the newest folder was deleted by hand."""
    pointer = folder.dataset / LATEST
    named = pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else ""
    given = [int(name[1:]) for name in [*dataset_versions(folder), named] if VERSION.fullmatch(name)]
    return f"v{max(given, default=0) + 1:04d}"


def _point_to(folder: StudyFolder, version: str) -> None:
    pointer = folder.dataset / LATEST
    line = f"{version}\n".encode()
    if not pointer.is_file() or pointer.read_bytes() != line:
        write_whole(pointer, line)


def _digest_of(version: Path) -> str:
    try:
        described = json.loads((version / "datapackage.json").read_bytes())
        return str(described["contentDigest"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""  # damaged: whatever is published next differs from it


def _files(study_id: str, version: str, tables: DatasetTables, digest: str) -> dict[str, bytes]:
    from colloquy.store.parquet import to_parquet

    metadata = {"study": study_id, "dataset_version": version, "colloquy_version": package_version("colloquy")}
    parquet = {f"{table}.parquet": to_parquet(table, getattr(tables, table), metadata) for table in TABLES}
    return {
        **parquet,
        "datapackage.json": data_package(study_id, version, digest, parquet),
        "README.txt": readme(study_id, version, tables),
    }


def _provenance(provenance: Mapping[str, object]) -> bytes:
    try:
        text = json.dumps(provenance, indent=2, ensure_ascii=False, sort_keys=True)
    except (TypeError, ValueError):
        raise StoreError(
            "provenance: a value is not plain data, expected text and numbers. Report this fault."
        ) from None
    if any(ABSOLUTE_PATH.match(value) for value in _strings(json.loads(text))):
        raise StoreError("provenance: it holds a path of this machine, expected none. Report this fault.")
    return f"{text}\n".encode()


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
