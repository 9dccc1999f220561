"""The secret that opens a study's key: in a file apart from the data, or in the system's key ring."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from platformdirs import user_config_path

from colloquy.errors import StoreError
from colloquy.settings import load_machine_settings
from colloquy.store.files import write_whole

SERVICE = "colloquy"
_LINE = "secret: "
_NOTE = """\
Colloquy: this opens the key of the study {study_id}, which tells who [Person 1] is.
Keep a copy of this file apart from the data folder. Without it nobody can read the key; with both, anybody can.
"""


class SecretPlace(Protocol):
    """Keeps secrets by name; raises StoreError where the place cannot be used."""

    def read(self, name: str) -> str | None:
        """None where there is none of this name."""
        ...

    def save(self, name: str, secret: str) -> None: ...

    def remove(self, name: str) -> None:
        """Does nothing where there is none."""
        ...

    def where(self, name: str) -> str:
        """For the person at the screen."""
        ...


@dataclass(frozen=True, slots=True)
class SecretFiles:
    """One file a secret, readable by its owner alone."""

    folder: Path

    def read(self, name: str) -> str | None:
        try:
            lines = self._path(name).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(
                f"The secret {name} of a study's key cannot be read ({type(error).__name__}): look at who may read "
                f"it, or put a copy of it back. Where it lies says: colloquy key where {_study_of(name)}."
            ) from None
        return next((line.removeprefix(_LINE).strip() for line in lines if line.startswith(_LINE)), "")

    def save(self, name: str, secret: str) -> None:
        note = _NOTE.format(study_id=_study_of(name))
        try:
            write_whole(self._path(name), f"{note}{_LINE}{secret}\n".encode())
        except OSError as error:
            raise StoreError(
                f"The secret of the study's key cannot be saved in its folder ({type(error).__name__}). Set another: "
                "secrets_folder in configs/machine.local.toml, section key."
            ) from None

    def remove(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def where(self, name: str) -> str:
        return str(self._path(name))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.txt"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Windows Credential Manager, macOS Keychain, or the Secret Service of a Linux desktop."""

    def read(self, name: str) -> str | None:
        import keyring
        from keyring.errors import KeyringError

        try:
            return keyring.get_password(SERVICE, name)
        except KeyringError as error:
            raise _unusable(error) from None

    def save(self, name: str, secret: str) -> None:
        import keyring
        from keyring.errors import KeyringError

        try:
            keyring.set_password(SERVICE, name, secret)
        except KeyringError as error:
            raise _unusable(error) from None

    def remove(self, name: str) -> None:
        import keyring
        from keyring.errors import KeyringError

        if self.read(name) is not None:
            try:
                keyring.delete_password(SERVICE, name)
            except KeyringError as error:
                raise _unusable(error) from None

    def where(self, name: str) -> str:
        return f"the system's key ring, {SERVICE}: {name}"


def secret_place(data: Path) -> SecretPlace:
    """By the settings of this machine. Raises StoreError where the file would lie with what it opens."""
    settings = load_machine_settings().key
    if settings.secret_in == "key-ring":
        return KeyRing()
    folder = Path(settings.secrets_folder).expanduser() if settings.secrets_folder else own_secrets_folder()
    if folder.resolve().is_relative_to(data.resolve()):
        raise StoreError(
            "The secrets' folder lies in the data folder, beside what it opens: whoever copies one copies both. Set "
            "another: secrets_folder in configs/machine.local.toml, section key, or COLLOQUY_SECRETS."
        )
    return SecretFiles(folder)


def own_secrets_folder() -> Path:
    return user_config_path("colloquy", appauthor=False) / "secrets"


def new_secret_name(study_id: str) -> str:
    """Two data folders of one machine may hold a study of the same id."""
    return f"{study_id}-{secrets.token_hex(4)}"


def _study_of(name: str) -> str:
    return name.rpartition("-")[0]


def _unusable(error: Exception) -> StoreError:
    return StoreError(
        f"This machine's key ring cannot be used ({type(error).__name__}). Unlock it, or keep the secret in a file: "
        'secret_in = "file" in configs/machine.local.toml, section key.'
    )
