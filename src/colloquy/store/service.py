"""What `colloquy up` leaves for the other commands: where it listens, its passwords, and the wish that it stop."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ValidationError

from colloquy.store.files import write_whole
from colloquy.store.folders import DataFolder
from colloquy.store.lock import is_service_up

NOTE, STOP = "up.json", "stop"
PASSWORD, VIEW_PASSWORD = "password", "view-password"  # names of files
VARIABLES = {PASSWORD: "COLLOQUY_PASSWORD", VIEW_PASSWORD: "COLLOQUY_VIEW_PASSWORD"}


class Service(BaseModel):
    """Where a running `colloquy up` can be found. `view_address` is empty where the read-only door is closed."""

    pid: int
    address: str
    view_address: str = ""


def save_service(data: DataFolder, service: Service) -> None:
    write_whole(data.prefect_home / NOTE, service.model_dump_json(indent=1).encode())


def read_service(data: DataFolder) -> Service | None:
    """None where nothing is up; a note that a killed one left behind counts for nothing."""
    if not is_service_up(data):
        return None
    try:
        return Service.model_validate_json((data.prefect_home / NOTE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def forget_service(data: DataFolder) -> None:
    for name in (NOTE, STOP):
        (data.prefect_home / name).unlink(missing_ok=True)


def ask_to_stop(data: DataFolder) -> None:
    """By a file, which works on every system and for every account that may write to the data folder."""
    write_whole(data.prefect_home / STOP, b"")


def is_asked_to_stop(data: DataFolder) -> bool:
    return (data.prefect_home / STOP).exists()


def save_password(data: DataFolder, name: str, password: str) -> Path:
    path = data.prefect_home / name
    write_whole(path, password.encode() + b"\n")
    return path


def read_password(data: DataFolder, name: str) -> str:
    """From its environment variable, else its file; empty where none was set."""
    if given := os.environ.get(VARIABLES[name]):
        return given
    try:
        return (data.prefect_home / name).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
