"""What concerns this machine and no single study. Defaults and their reasons stand in `configs/machine.toml`."""

from __future__ import annotations

import ipaddress
import os
import re
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from colloquy.errors import SettingsError
from colloquy.settings.loading import configs_folder, read_overlaid
from colloquy.settings.section import Section

POSTGRES = "postgresql+asyncpg://"
OWN_NAMES = ("127.0.0.1", "localhost", "::1")


class ServerSettings(Section):
    address: str
    port: int = Field(ge=1, le=65_535)
    host_names: tuple[str, ...]
    view_address: str
    view_port: int = Field(ge=0, le=65_535)
    database_url: str
    api_url: str

    @field_validator("address", "view_address")
    @classmethod
    def _is_address(cls, address: str) -> str:
        if address == "localhost":
            return "127.0.0.1"
        try:
            ipaddress.ip_address(address)
        except ValueError:
            raise ValueError('an address of this machine such as "127.0.0.1" or "0.0.0.0"') from None
        return address

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, url: str) -> str:
        if url and not url.startswith(POSTGRES):
            raise ValueError(f"an address that begins with {POSTGRES}, or nothing for SQLite")
        return url

    @field_validator("api_url")
    @classmethod
    def _is_api(cls, url: str) -> str:
        own = "|".join(map(re.escape, (*OWN_NAMES[:2], "[::1]")))
        # Over plain HTTP the password could be read on the way.
        if url and not re.fullmatch(rf"(https://[^/@\s]+|http://({own})(:\d+)?)(/[^\s?#]*)?/api", url):
            raise ValueError("an address such as https://hubs.example.ac.uk/api, without a password, or nothing")
        return url

    @property
    def is_open(self) -> bool:
        """Whether other machines can reach the interface."""
        return self.address not in OWN_NAMES

    @property
    def is_view_open(self) -> bool:
        return self.view_port != 0 and self.view_address not in OWN_NAMES


class WorkSettings(Section):
    runner: Literal["here", "work-pools", "dask"]
    gpu_pool: str
    cpu_pool: str
    dask_scheduler: str
    dask_workers: int = Field(ge=1, le=256)
    interviews_at_once: int = Field(ge=0, le=64)
    least_turn_s: float = Field(ge=0)
    tries: int = Field(ge=1, le=10)
    first_wait_s: float = Field(ge=0)
    least_limit_s: float = Field(gt=0)
    limit_ratio: float = Field(gt=0)

    @field_validator("gpu_pool", "cpu_pool")
    @classmethod
    def _is_pool(cls, name: str) -> str:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or name.startswith("prefect"):
            raise ValueError('lower-case letters, digits and hyphens, not beginning with "prefect"')
        return name

    @field_validator("dask_scheduler")
    @classmethod
    def _is_scheduler(cls, address: str) -> str:
        if address and not re.fullmatch(r"(tcp|tls)://[^/@\s]+:\d{1,5}", address):
            raise ValueError("an address such as tls://hubs.example.ac.uk:8786, or nothing")
        return address

    def limit_s(self, duration_ms: int | None) -> float:
        """Seconds after which a stage of so much sound is taken to hang; None: not known yet, or no sound."""
        return max(self.least_limit_s, self.limit_ratio * (duration_ms or 0) / 1000)

    @property
    def waits_s(self) -> list[float]:
        """Before each further try."""
        return [self.first_wait_s * 2**number for number in range(self.tries - 1)]


class KeySettings(Section):
    secret_in: Literal["file", "key-ring"]
    secrets_folder: str


class NoticeSettings(Section):
    blocks: tuple[str, ...]

    @field_validator("blocks")
    @classmethod
    def _are_blocks(cls, blocks: tuple[str, ...]) -> tuple[str, ...]:
        if not all(re.fullmatch(r"[a-z0-9-]+/[a-z0-9-]+", block) for block in blocks):
            raise ValueError('names of Prefect notification blocks, such as ["slack-webhook/team"]')
        return blocks


class MachineSettings(Section):
    server: ServerSettings
    work: WorkSettings
    key: KeySettings
    notices: NoticeSettings


def load_machine_settings(configs: Path | None = None) -> MachineSettings:
    """`machine.toml`, overlaid by `machine.local.toml`; COLLOQUY_DATABASE_URL and COLLOQUY_SECRETS win.

    Raises SettingsError.
    """
    settings = read_overlaid(MachineSettings, configs or configs_folder(), "machine.toml", "machine.local.toml")
    if folder := os.environ.get("COLLOQUY_SECRETS"):
        settings = settings.model_copy(
            update={"key": settings.key.model_copy(update={"secret_in": "file", "secrets_folder": folder})}
        )
    url = os.environ.get("COLLOQUY_DATABASE_URL")
    if not url:
        return settings
    if not url.startswith(POSTGRES):
        raise SettingsError(f"COLLOQUY_DATABASE_URL: the address is not usable; expected: one beginning {POSTGRES}.")
    return settings.model_copy(update={"server": settings.server.model_copy(update={"database_url": url})})
