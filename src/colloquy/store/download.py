"""Fetch one large file into the store: resumed where it stopped, hashed before it gets its name."""

from __future__ import annotations

import hashlib
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from pathlib import Path

from colloquy.errors import DownloadError

BLOCK_BYTES = 1 << 20
SILENCE_S = 60.0
SPARE_BYTES = 1 << 30


def download_file(
    url: str, sha256: str, target: Path, on_progress: Callable[[int, int | None], None] = lambda _done, _total: None
) -> None:
    """Put the file at `url` at `target`. `on_progress` gets bytes done and in all (None where the server does not say).

    What arrived before an interruption is kept beside the target and continued from. Raises DownloadError: no network,
    refused, disk full, wrong digest.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{sha256[:8]}.part")
    try:
        _receive(url, part, on_progress)
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
        raise DownloadError(_explain(error)) from None
    except OSError as error:
        raise DownloadError(f"models: the file could not be written ({error.strerror}). Check the disk.") from None
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        part.unlink()
        raise DownloadError(
            "models: what arrived is not the model its makers published (its SHA-256 differs). Try again; if it "
            "happens twice, a proxy changes downloads here: ask IT, or use colloquy models import."
        )
    part.replace(target)


def _receive(url: str, part: Path, on_progress: Callable[[int, int | None], None]) -> None:
    done = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={done}-"} if done else {}
    try:
        response: HTTPResponse = urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=SILENCE_S)
    except urllib.error.HTTPError as error:
        if error.code == 416 and done:  # nothing is left to send: the part is whole, and its digest will tell
            return
        raise
    with response:
        if response.status != 206:
            done = 0
        length = response.headers.get("Content-Length")
        total = done + int(length) if length else None
        _check_space(part, (total or 0) - done)
        with part.open("ab" if done else "wb") as file:
            while block := response.read(BLOCK_BYTES):
                file.write(block)
                done += len(block)
                on_progress(done, total)
            file.flush()
            os.fsync(file.fileno())
    if total is not None and done < total:
        raise ConnectionError("the connection closed early")


def _check_space(part: Path, needed: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if free < needed + SPARE_BYTES:
        raise DownloadError(
            f"models: {needed / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free. Make room on the disk."
        )


def _explain(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"models: the server refused the download (HTTP {error.code}). Try later, or use colloquy models import."
    return (
        "models: the download did not get through; this machine may have no internet. What arrived is kept: run the "
        "command again, or fetch the model elsewhere and use colloquy models import."
    )
