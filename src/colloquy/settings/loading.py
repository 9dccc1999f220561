"""TOML files into typed sections, with errors that name the file, the key and the likely spelling."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from colloquy.errors import SettingsError
from colloquy.settings.mistakes import did_you_mean, explain, explain_toml
from colloquy.settings.section import Section
from colloquy.settings.study import Settings

AnySection = TypeVar("AnySection", bound=Section)


def configs_folder() -> Path:
    """`COLLOQUY_CONFIGS`, else the checkout's `configs/`, else the copy inside the installed package."""
    if chosen := os.environ.get("COLLOQUY_CONFIGS"):
        return Path(chosen)
    package = Path(__file__).resolve().parents[1]
    checkout = package.parents[1] / "configs"
    return checkout if checkout.is_dir() else package / "configs"


def load_settings(study_id: str | None = None, configs: Path | None = None) -> Settings:
    """The defaults, overlaid by `studies/<study_id>.toml` where that exists. Raises SettingsError."""
    configs = configs or configs_folder()
    own = None if study_id is None else f"studies/{study_id}.toml"
    settings = read_overlaid(Settings, configs, "colloquy.toml", own)
    settings._file = _shown(configs / (own if own and (configs / own).is_file() else "colloquy.toml"), configs)
    return settings


def read_overlaid(section: type[AnySection], configs: Path, defaults: str, own: str | None) -> AnySection:
    """The file of defaults, overlaid by the own one where that exists. Raises SettingsError."""
    values, where = _read(configs / defaults), configs / defaults
    if own is not None and (configs / own).is_file():
        values, where = _overlay(values, _read(configs / own)), configs / own
    return _typed(section, values, _shown(where, configs))


def read_toml(section: type[AnySection], path: Path) -> AnySection:
    """One file that is one section. Raises SettingsError."""
    return _typed(section, _read(path), _shown(path, configs_folder()))


def read_named(section: type[AnySection], setting: str, name: str, folder: str = "") -> AnySection:
    """The file called `name` in `folder` of the configs. Raises SettingsError.

    `setting`: what wants it, with its file.
    """
    place = configs_folder() / folder
    known = sorted(path.stem for path in place.glob("*.toml"))
    if name not in known:
        raise SettingsError(
            f'{setting} is "{name}"; expected: the name of a file in {_shown(place, configs_folder())}, which '
            f"holds {', '.join(known) or 'none'}.{did_you_mean(name, known)}"
        )
    return read_toml(section, place / f"{name}.toml")


def _shown(path: Path, configs: Path) -> str:
    return str(Path(configs.name) / path.relative_to(configs)) if path.is_relative_to(configs) else path.name


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # some editors put a mark before the text
    except FileNotFoundError:
        raise SettingsError(
            f"{path}: the file is missing. Restore it, or set COLLOQUY_CONFIGS to its folder."
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(
            f"{path}: the file is no text in UTF-8. Open it in an editor and save it as plain text with that encoding."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{path}: {explain_toml(str(error))}. Mend it: a setting is written `name = value`, text in quotation "
            "marks, each section and each name once."
        ) from None


def _overlay(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _overlay(merged[key], value) if both else value
    return merged


def _typed(section: type[AnySection], values: dict[str, Any], where: str) -> AnySection:
    try:
        return section.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise SettingsError(f"{where}: {explain(section, first)}") from None
