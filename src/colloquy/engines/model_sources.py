"""Where models come from (openai-whisper's table, the Hugging Face hub, a package), and whether a file is one."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from colloquy.engines.whisper_checkpoint import read_shape
from colloquy.errors import DownloadError, ModelDamagedError

PYANNOTE_REPOSITORY = "pyannote/speaker-diarization-community-1"
CONDITIONS = (
    "pyannote-community-1 is free, but its makers want to know who uses it: make an account at huggingface.co, accept "
    f"the conditions on the page of {PYANNOTE_REPOSITORY}, make a read token under Settings, and give it when asked "
    "or as HF_TOKEN."
)
# Where Whisper's weights are published as folders of CTranslate2. Their publishers give no digests that could be kept
# here: the store keeps those of the first fetch or import, and refuses what differs later.
CTRANSLATE2_REPOSITORIES = {
    "faster-whisper-base": "Systran/faster-whisper-base",
    "faster-whisper-small": "Systran/faster-whisper-small",
    "faster-whisper-medium": "Systran/faster-whisper-medium",
    "faster-whisper-large-v3": "Systran/faster-whisper-large-v3",
    "faster-whisper-large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
}
# The package that carries the voice encoder's weights, as a plain file in its wheel.
VOICE_ENCODER_PACKAGE = "resemblyzer==0.1.4"
VOICE_ENCODER_MEMBER = "resemblyzer/pretrained.pt"
_MOST_ENCODER_BYTES = 50_000_000
_FETCH_S = 900
ELSEWHERE = (
    f"On a machine with internet run pip download --no-deps {VOICE_ENCODER_PACKAGE}, bring the .whl file here, and use "
    "colloquy models import."
)
CTRANSLATE2_FILES = ("config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*")


@dataclass(frozen=True, slots=True)
class ModelSource:
    """Where one file is published, and the SHA-256 its publisher gives."""

    url: str
    sha256: str


def whisper_source(name: str) -> ModelSource:
    """Address and digest of a published Whisper model, from the installed library. Raises DownloadError."""
    from whisper import _MODELS

    if name not in _MODELS:
        raise DownloadError(f"models: the installed openai-whisper does not publish {name}. See colloquy models list.")
    url = _MODELS[name]
    return ModelSource(url, url.split("/")[-2])  # the library reads the digest from there too


def fetch_pyannote(folder: Path, token: str) -> None:
    """Download the pyannote pipeline into `folder`. Raises DownloadError."""
    _fetch_repository(PYANNOTE_REPOSITORY, folder, token, None, CONDITIONS)


def fetch_ctranslate2(name: str, folder: Path) -> None:
    """Download a published CTranslate2 model into `folder`, going on where it stopped. Raises DownloadError."""
    advice = "Try later, or fetch the model elsewhere and use colloquy models import."
    _fetch_repository(CTRANSLATE2_REPOSITORIES[name], folder, False, CTRANSLATE2_FILES, advice)


def fetch_voice_encoder(folder: Path) -> Path:
    """The voice encoder's weights, in `folder`, out of the package as pip finds it in this machine's usual index.

    Nothing of the package is installed or run. Raises DownloadError.
    """
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input", "--quiet"]
    command += ["--disable-pip-version-check", "--dest", str(folder), VOICE_ENCODER_PACKAGE]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_FETCH_S)
    except (OSError, subprocess.SubprocessError):
        raise DownloadError(
            "models: pip could not get the package that carries the voice encoder; this machine may have no internet, "
            f"or this Python no pip. {ELSEWHERE}"
        ) from None
    wheels = sorted(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise DownloadError(f"models: pip brought {len(wheels)} packages, expected one. {ELSEWHERE}")
    return unpack_voice_encoder(wheels[0], folder)


def unpack_voice_encoder(wheel: Path, folder: Path) -> Path:
    """The weights out of the package's wheel, as a file in `folder`. Raises ModelDamagedError."""
    target = folder / "voice_encoder.pt"
    try:
        with zipfile.ZipFile(wheel) as package:
            if package.getinfo(VOICE_ENCODER_MEMBER).file_size > _MOST_ENCODER_BYTES:
                raise ValueError
            target.write_bytes(package.read(VOICE_ENCODER_MEMBER))
    # What the package's reader raises: damaged, encrypted, or packed in a way that it does not know.
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, RuntimeError):
        raise ModelDamagedError(
            f"models: the package does not hold {VOICE_ENCODER_MEMBER}, expected the wheel of {VOICE_ENCODER_PACKAGE}. "
            f"{ELSEWHERE}"
        ) from None
    return target


def _fetch_repository(
    repository: str, folder: Path, token: str | bool, files: tuple[str, ...] | None, advice: str
) -> None:
    """Offline mode is lifted for this call alone."""
    from huggingface_hub import constants, snapshot_download

    # HTTPError is the base class of its transport, which has changed twice
    from huggingface_hub.errors import HfHubHTTPError, HTTPError, LocalEntryNotFoundError  # type: ignore[attr-defined]

    was_offline = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = False
    try:
        snapshot_download(repository, local_dir=folder, token=token, allow_patterns=list(files) if files else None)
    except HfHubHTTPError:
        raise DownloadError(f"models: the hub refused the download. {advice}") from None
    except (LocalEntryNotFoundError, HTTPError, OSError):
        raise DownloadError(
            "models: the download did not get through; this machine may have no internet. Fetch the model elsewhere "
            "and use colloquy models import."
        ) from None
    finally:
        constants.HF_HUB_OFFLINE = was_offline


def check_whisper_checkpoint(path: Path) -> None:
    """The file holds every weight of a Whisper model (nothing in it is executed). Raises ModelDamagedError."""
    read_shape(path)


def check_pyannote_folder(folder: Path) -> None:
    """The folder holds a pipeline's config.yaml and every part that it names. Raises ModelDamagedError."""
    try:
        config = (folder / "config.yaml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        config = ""
    if not re.search(r"^pipeline:", config, re.MULTILINE):
        raise ModelDamagedError(
            "models: the folder is not a pyannote pipeline. Expected config.yaml with a section `pipeline`, as in "
            f"{PYANNOTE_REPOSITORY}."
        )
    parts = set(re.findall(r"\$model/([\w.-]+)", config))
    missing = [part for part in parts if not _has_file(folder / part)]
    if missing:
        raise ModelDamagedError(
            f"models: the folder lacks {', '.join(sorted(missing))}, which its config.yaml names. Copy all of it."
        )


def _has_file(place: Path) -> bool:
    return place.is_file() or (place.is_dir() and any(p.is_file() for p in place.iterdir()))
