"""What `colloquy doctor` looks at: one function a subject, each giving what was found and what to do about it."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import stat
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from colloquy.domain.engine import VOICE_ENCODER
from colloquy.domain.model import ModelPurpose
from colloquy.domain.workload import counted
from colloquy.errors import (
    ColloquyError,
    DeviceBusyError,
    MemoryShortError,
    ModelDamagedError,
    ModelTooBigError,
)
from colloquy.quiet import SWITCHES
from colloquy.settings import load_settings
from colloquy.store.folders import DataFolder

TESTED_PYTHONS = ((3, 11), (3, 13))
BETTER_VOICES = (
    "The built-in engine tells voices apart better with colloquy models fetch resemblyzer (once; 17 MB, no account). "
    "Every recording is then told apart anew: best before a study is being coded."
)
LEAST_FREE_GB = 20
STOPPING_FREE_GB = 1
HEALTH_SECONDS = 2.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# With other versions of these nothing runs: Prefect's server does not start, its scheduler does nothing, or
# torchaudio cannot be loaded.
STRICT = frozenset({"fastapi", "sqlalchemy", "torch", "torchaudio"})
IMPORTED = ("torch", "torchaudio", "whisper", "pyannote.audio", "silero_vad", "av", "prefect", "great_expectations")


class Level(StrEnum):
    FINE = "fine"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class MachineCheck:
    """One subject; `advice` is empty where nothing need be done."""

    subject: str
    level: Level
    found: str
    advice: str = ""


def examine(data: DataFolder) -> Iterator[MachineCheck]:
    """Everything, in the order in which a person would look."""
    from colloquy.cli.machine_keys import check_keys

    yield check_python()
    yield from check_packages()
    yield check_gpu()
    yield from check_models(data)
    yield from check_fit(data)
    yield check_disk(data)
    yield from check_rights(data)
    yield from check_settings(data)
    yield from check_keys(data)
    yield check_prefect_server()
    yield check_switches()


def check_python() -> MachineCheck:
    first, last = TESTED_PYTHONS
    is_tested = first <= sys.version_info[:2] <= last
    advice = f"Use Python {first[0]}.{first[1]} to {last[0]}.{last[1]}."
    return MachineCheck(
        "Python", Level.FINE if is_tested else Level.BROKEN, platform.python_version(), "" if is_tested else advice
    )


def check_packages() -> Iterator[MachineCheck]:
    """Every package that Colloquy declares, against the versions it declares."""
    from packaging.requirements import Requirement

    problems: list[MachineCheck] = []
    count = 0
    for text in metadata.requires("colloquy") or ():
        needed = Requirement(text)
        if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
            continue
        count += 1
        try:
            found = metadata.version(needed.name)
        except metadata.PackageNotFoundError:
            problems.append(
                MachineCheck(needed.name, Level.BROKEN, "not installed", "Install Colloquy again, as the README says.")
            )
            continue
        if not needed.specifier.contains(found, prereleases=True):
            level = Level.BROKEN if needed.name in STRICT else Level.WARNING
            advice = f"Tested with {needed.specifier}: install Colloquy again."
            problems.append(MachineCheck(needed.name, level, found, advice))
    for module in IMPORTED:
        if not _is_there(module):
            problems.append(
                MachineCheck(module, Level.BROKEN, "cannot be imported", "Install Colloquy again, as the README says.")
            )
    yield from problems or [MachineCheck("packages", Level.FINE, f"{count} as tested")]


def check_gpu() -> MachineCheck:
    try:
        from colloquy.engines.devices import probe_gpu

        report = probe_gpu()
    except (ImportError, OSError):
        return MachineCheck(
            "GPU", Level.BROKEN, "PyTorch cannot be loaded", "Install Colloquy again, as the README says."
        )
    if not report.has_gpu:
        level = Level.FINE if report.condition.value == "no NVIDIA card" else Level.WARNING
        driver = f" (driver {report.driver})" if report.driver else ""
        return MachineCheck("GPU", level, report.condition.value + driver, f"{report.advice} {_faster_on_processor()}")
    found = f"{report.name}, {report.memory_mb / 1024:.0f} GiB, driver {report.driver or 'not known'}; it computes"
    return MachineCheck("GPU", Level.FINE, found)


def _faster_on_processor() -> str:
    from colloquy.engines.registry import has_extra

    if has_extra("faster-whisper"):
        return (
            "The engine faster-whisper is installed and the better choice on a processor: transcription.engine = "
            '"faster-whisper", with a model of that name.'
        )
    return "On a processor the engine faster-whisper is the better choice: pip install 'colloquy[faster-whisper]'."


def check_models(data: DataFolder) -> Iterator[MachineCheck]:
    from colloquy.store.models import installed_models, read_card

    for purpose, is_needed in ((ModelPurpose.TRANSCRIPTION, True), (ModelPurpose.DIARISATION, False)):
        subject = f"models to {'write down speech' if is_needed else 'tell voices apart'}"
        try:
            here = [m for m in installed_models(data.models) if m.card.purpose is purpose and not m.card.is_demo]
            for model in here:
                if model.path is not None:
                    read_card(model.path)
        except ColloquyError as error:
            yield MachineCheck(subject, Level.BROKEN, "damaged", str(error))
            continue
        names = [model.card.name for model in here]
        if is_needed and not names:
            yield MachineCheck(
                subject, Level.WARNING, "none but the demo's", "For real studies: colloquy models fetch small.en"
            )
        else:
            found = ", ".join(names) or "none; the built-in engine needs none"
            yield MachineCheck(subject, Level.FINE, found, "" if is_needed or VOICE_ENCODER in names else BETTER_VOICES)


def check_fit(data: DataFolder) -> Iterator[MachineCheck]:
    """Which of the models to write down speech are damaged, or too large for the memory that is free."""
    from colloquy.engines import registry
    from colloquy.store.models import installed_models

    settings = load_settings().transcription
    for model in installed_models(data.models):
        if model.path is None or model.card.is_demo or model.card.purpose is not ModelPurpose.TRANSCRIPTION:
            continue
        path = model.path
        engine = next((name for name in registry.TRANSCRIBERS if registry.fits_model(name, path)), "")
        wanted = settings.model_copy(update={"engine": engine})
        try:
            registry.refuse_too_big(wanted, model.path, model.card.name)
        except (ModelTooBigError, MemoryShortError, DeviceBusyError) as error:
            yield MachineCheck(f"memory for {model.card.name}", Level.WARNING, "not enough", str(error))
        except ModelDamagedError as error:
            yield MachineCheck(f"model {model.card.name}", Level.BROKEN, "damaged", str(error))
        except ColloquyError:
            continue  # an extra that is missing, or a GPU whose own line says what is wrong with it


def check_disk(data: DataFolder) -> MachineCheck:
    place = next(p for p in (data.root, *data.root.parents) if p.exists())
    free_gb = shutil.disk_usage(place).free / 1e9
    if free_gb >= LEAST_FREE_GB:
        return MachineCheck("free disk", Level.FINE, f"{free_gb:.0f} GB")
    level = Level.WARNING if free_gb >= STOPPING_FREE_GB else Level.BROKEN
    return MachineCheck("free disk", level, f"{free_gb:.1f} GB", f"Make room: {LEAST_FREE_GB} GB are comfortable.")


def check_rights(data: DataFolder) -> Iterator[MachineCheck]:
    """The data folder can be written; nobody but its owner can enter `identifiable`."""
    place = next(p for p in (data.root, *data.root.parents) if p.exists())
    if not os.access(place, os.W_OK | os.X_OK):
        yield MachineCheck("data folder", Level.BROKEN, "cannot be written", "Ask IT for the right, or use --data DIR.")
    private = data.root / "identifiable"
    if not private.is_dir():
        yield MachineCheck("identifiable folder", Level.FINE, "not there yet; it will be made private")
    elif os.name == "nt":
        yield MachineCheck(
            "identifiable folder", Level.WARNING, "not checked on Windows", "Ask IT who may read the data folder."
        )
    elif open_to_others := [p for p in _all_below(private) if _is_open(p)]:
        found = f"{len(open_to_others)} of its folders and files can be opened by others"
        yield MachineCheck("identifiable folder", Level.BROKEN, found, f"Run: chmod -R go-rwx '{private}'")
    else:
        yield MachineCheck("identifiable folder", Level.FINE, "for its owner alone (folders 0700, files 0600)")


def check_settings(data: DataFolder) -> Iterator[MachineCheck]:
    from colloquy.engines.registry import refuse_unknown_engines
    from colloquy.exports.registry import refuse_unknown_formats

    problems: list[MachineCheck] = []
    studies = data.study_ids()
    for study_id in (None, *studies):
        try:
            settings = load_settings(study_id)
            refuse_unknown_engines(settings)
            refuse_unknown_formats(settings)
        except ColloquyError as error:
            problems.append(MachineCheck("settings", Level.BROKEN, study_id or "defaults", str(error)))
    yield from problems or [
        MachineCheck("settings", Level.FINE, f"the defaults and {counted(len(studies), 'study', 'studies')}")
    ]


def check_prefect_server() -> MachineCheck:
    """The server named by PREFECT_API_URL answers and lies on this machine; without one, a run has its own."""
    url = os.environ.get("PREFECT_API_URL", "")
    if not url:
        return MachineCheck("Prefect server", Level.FINE, "none named; a run starts its own")
    if urlsplit(url).hostname not in LOOPBACK:
        return MachineCheck(
            "Prefect server", Level.BROKEN, "PREFECT_API_URL names another machine", "Unset it, or name 127.0.0.1."
        )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{url.rstrip('/')}/health", timeout=HEALTH_SECONDS) as answer:
            is_well = answer.status == 200
    except (urllib.error.URLError, TimeoutError, ConnectionError, ValueError):
        is_well = False
    if is_well:
        return MachineCheck("Prefect server", Level.FINE, "answers")
    advice = "A run starts its own; to see it in the usual place, start the named one."
    return MachineCheck("Prefect server", Level.WARNING, "the named one does not answer", advice)


def check_switches() -> MachineCheck:
    wrong = sorted(name for name, value in SWITCHES.items() if os.environ.get(name) != value)
    if wrong:
        return MachineCheck(
            "telemetry", Level.BROKEN, f"{', '.join(wrong)} not off", "Something changes them on start: report it."
        )
    return MachineCheck("telemetry", Level.FINE, f"off ({len(SWITCHES)} switches)")


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _all_below(root: Path) -> Iterator[Path]:
    yield root
    yield from root.rglob("*")


def _is_open(path: Path) -> bool:
    """Not so for what has just gone: a run may be at work."""
    try:
        return bool(stat.S_IMODE(path.lstat().st_mode) & 0o077) and not path.is_symlink()
    except FileNotFoundError:
        return False
