"""A mistake in a settings file, in plain words: the setting, what was found, what is allowed, the likely spelling."""

from __future__ import annotations

import datetime
import difflib
import json
import re
from collections.abc import Iterable
from typing import Any

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from colloquy.domain.workload import counted

# What pydantic says in a programmer's words.
PLAIN = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "text in quotation marks",
    "string_pattern_mismatch": "letters, digits, spaces and hyphens",
    "string_too_short": "text that is not empty",
    "tuple_type": "a list in square brackets",
    "too_long": "fewer entries in the list",
    "dict_type": "a section of its own",
}
# Likewise of the reader of TOML; each by how it begins.
PLAIN_TOML = {
    "Invalid value": "what stands after the `=` is no number, list, true or false, nor text in quotation marks",
    "Unterminated string": "a quotation mark is not closed",
    "Illegal character '\\n'": "a quotation mark is not closed",
    "Expected newline or end": "more stands behind the value than belongs there",
    "Expected '=' after": "there is no `=` behind the name",
    "Cannot overwrite": "a name stands there twice",
    "Cannot declare": "a section stands there twice",
    "Invalid statement": "it begins neither with a name nor with a section in square brackets",
    "Expected ']'": "a square bracket is not closed",
    "Unclosed array": "a square bracket is not closed",
    "Unescaped '\\'": "a backslash stands in the text; put such text into single quotation marks",
}


CHOICE_LIKENESS = 0.8  # of "gpu" nobody means "cpu"


def explain(section: type[BaseModel], problem: Any) -> str:
    """One of pydantic's errors, which it gives as a dict, in a sentence."""
    place = [str(part) for part in problem["loc"]]
    key = _shown_place(place)
    if problem["type"] == "missing":
        return f"{key} is missing. Add it, as it stands in the file that Colloquy ships."
    if problem["type"] == "extra_forbidden":
        return _unknown(section, place)
    found = _as_written(problem["input"])
    # The address of a database may hold a password; a vocabulary is the study's own.
    if place[-1].endswith("_url") or "vocabulary" in place or "://" in found:
        found = "not usable"
    return f"{key} is {found}; expected: {_expected(section, place, problem)}"


def explain_toml(message: str) -> str:
    """Why a file is no TOML, and where. `message` is the reader's; only those that are known to quote nothing count."""
    why = next((plain for beginning, plain in PLAIN_TOML.items() if message.startswith(beginning)), "")
    line = re.search(r"\(at line (\d+)", message)
    where = f"line {line[1]}" if line else "its end"
    return f"{where} is not valid TOML, the format of settings{f': {why}' if why else ''}"


def did_you_mean(found: object, known: Iterable[str], likeness: float = 0.6) -> str:
    """` Did you mean "x"?`, or nothing."""
    close = difflib.get_close_matches(found, list(known), 1, likeness) if isinstance(found, str) else []
    return f' Did you mean "{close[0]}"?' if close else ""


def _expected(section: type[BaseModel], place: list[str], problem: Any) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    if kind in ("literal_error", "enum"):
        choices = context["expected"].replace("'", '"')
        known = choices.split('"')[1::2]
        return f"{choices}.{did_you_mean(problem['input'], known, CHOICE_LIKENESS)}"
    if kind in ("model_type", "model_attributes_type"):
        return f"a section: [{'.'.join(place)}] on a line of its own, and its settings below."
    if kind == "too_short":
        return f"a list with at least {counted(context['min_length'], 'entry', 'entries')}."
    field = _field(section, place)
    if kind != "value_error" and field is not None and (number := _number(field)):
        return f"{number}."
    return f"{PLAIN.get(kind, problem['msg'].removeprefix('Value error, '))}."


def _number(field: FieldInfo) -> str:
    """`a whole number, 1 or more`; empty where the field is no number."""
    if field.annotation is not int and field.annotation is not float:
        return ""
    noun = "a whole number" if field.annotation is int else "a number"
    above, least = _bound(field, Gt, "gt"), _bound(field, Ge, "ge")
    below, most = _bound(field, Lt, "lt"), _bound(field, Le, "le")
    if least and most:
        return f"{noun} from {least} to {most}"
    if above and (most or below):
        return f"{noun} above {above} and {f'at most {most}' if most else f'below {below}'}"
    words = ((above, f" above {above}"), (least, f", {least} or more"), (below, f" below {below}"))
    return noun + next((said for bound, said in words if bound), f", {most} or less" if most else "")


def _bound(field: FieldInfo, kind: type, name: str) -> str:
    found = next((getattr(one, name) for one in field.metadata if isinstance(one, kind)), None)
    return "" if found is None else f"{found:g}"


def _unknown(section: type[BaseModel], place: list[str]) -> str:
    known = sorted(_keys(section, place[:-1]))
    hint = did_you_mean(place[-1], known)
    homes = [name for name in section.model_fields if place[-1] in _keys(section, [name])]
    if homes and not hint:
        hint = f" Does it belong below [{'] or ['.join(homes)}]?"
    return f"{_shown_place(place)} is not a setting; known: {', '.join(known)}.{hint}"


def _shown_place(place: list[str]) -> str:
    """`redaction.detectors, entry 2,` where it is in a list."""
    names = ".".join(part for part in place if not part.isdigit())
    entries = "".join(f", entry {int(part) + 1}," for part in place if part.isdigit())
    return names + entries


def _as_written(value: object) -> str:
    """As it would stand in the file."""
    if isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_as_written, value))}]"
    if isinstance(value, dict):
        return "a section"
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def _field(section: type[BaseModel], place: list[str]) -> FieldInfo | None:
    for name in place[:-1]:
        inner = section.model_fields.get(name)
        if inner is None or (found := _model(inner.annotation)) is None:
            return None
        section = found
    return section.model_fields.get(place[-1])


def _keys(section: type[BaseModel], place: list[str]) -> list[str]:
    for name in place:
        inner = _model(section.model_fields[name].annotation) if name in section.model_fields else None
        if inner is None:
            return []
        section = inner
    return list(section.model_fields)


def _model(annotation: object) -> type[BaseModel] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
