"""TOML files into typed sections, with errors that name the file, the key and the likely spelling."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from colloquy.errors import SettingsError
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


# What pydantic says in a programmer's words.
PLAIN = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "text in quotation marks",
    "string_pattern_mismatch": "letters, digits, spaces and hyphens",
    "tuple_type": "a list in square brackets",
}


def load_settings(study_id: str | None = None, configs: Path | None = None) -> Settings:
    """The defaults, overlaid by `studies/<study_id>.toml` where that exists. Raises SettingsError."""
    own = None if study_id is None else f"studies/{study_id}.toml"
    return read_overlaid(Settings, configs or configs_folder(), "colloquy.toml", own)


def read_overlaid(section: type[AnySection], configs: Path, defaults: str, own: str | None) -> AnySection:
    """The file of defaults, overlaid by the own one where that exists. Raises SettingsError."""
    values, where = _read(configs / defaults), configs / defaults
    if own is not None and (configs / own).is_file():
        values, where = _overlay(values, _read(configs / own)), configs / own
    return _typed(section, values, _shown(where, configs))


def read_toml(section: type[AnySection], path: Path) -> AnySection:
    """One file that is one section. Raises SettingsError."""
    return _typed(section, _read(path), _shown(path, configs_folder()))


def _shown(path: Path, configs: Path) -> str:
    return str(Path(configs.name) / path.relative_to(configs)) if path.is_relative_to(configs) else path.name


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            f"{path}: the file is missing. Restore it, or set COLLOQUY_CONFIGS to its folder."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        where = re.search(r"line (\d+)", str(error))
        line = f"line {where[1]} " if where else ""
        raise SettingsError(
            f"{path}: {line}cannot be read ({str(error).split(' (at ')[0]}); not valid TOML, the format of settings. "
            "Mend that line: a setting is written `name = value`, text in quotation marks, each section once."
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
        raise SettingsError(f"{where}: {_explain(section, first)}") from None


def _explain(section: type[BaseModel], problem: Any) -> str:
    place = [str(part) for part in problem["loc"]]
    key = ".".join(place)
    if problem["type"] == "missing":
        return f"{key} is missing. Add it; configs/colloquy.toml shows every setting."
    if problem["type"] != "extra_forbidden":
        wanted = PLAIN.get(problem["type"], problem["msg"].removeprefix("Value error, "))
        # The address of a database may hold a password; a vocabulary is the study's own.
        is_private = place[-1].endswith("_url") or "vocabulary" in place
        found = "not usable" if is_private else repr(problem["input"])
        return f"{key} is {found}; expected: {wanted}."
    known = sorted(_keys(section, place[:-1]))
    close = difflib.get_close_matches(place[-1], known, n=1)
    hint = f' Did you mean "{close[0]}"?' if close else ""
    return f"{key} is not a setting; known: {', '.join(known)}.{hint}"


def _keys(section: type[BaseModel], place: list[str]) -> list[str]:
    for name in place:
        inner = section.model_fields[name].annotation if name in section.model_fields else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        section = inner
    return list(section.model_fields)
