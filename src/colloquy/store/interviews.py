"""The list of a study's interviews, and the same for the team's Excel. Both hold original names: identifiable."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import TypeAdapter, ValidationError

from colloquy.domain.interview import FileRole, Interview, SourceFile, interview_order
from colloquy.errors import StoreError
from colloquy.store.files import write_whole
from colloquy.store.folders import StudyFolder
from colloquy.store.results import to_json
from colloquy.store.told_speakers import COLUMN, read_told_speakers

_INTERVIEWS: TypeAdapter[tuple[Interview, ...]] = TypeAdapter(tuple[Interview, ...])
_OF_ONE_FILE = ("sha256", "suffix", "original_name")


def read_interviews(folder: StudyFolder) -> tuple[Interview, ...]:
    """Empty where nothing was taken in. Raises StoreError when the list is damaged."""
    path = _list_path(folder)
    try:
        entries = json.loads(path.read_bytes()) if path.is_file() else []
        return _INTERVIEWS.validate_python([_as_now(entry) for entry in entries])
    except (ValueError, ValidationError, TypeError, AttributeError, KeyError):
        raise StoreError(
            f"{folder.study_id}: the list of its interviews is damaged. Restore {path.name} from a backup; do not "
            "delete it, or interviews get new ids."
        ) from None


def _as_now(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry as it is written now; earlier ones had one file and no occasion."""
    if "files" in entry:
        return entry
    codes = "-".join(entry["participant_ids"])
    # P07-2 is the second occasion only where the name says so; else it is another file of the same name.
    number = re.fullmatch(rf"{re.escape(codes)}-(\d{{1,4}})", entry["interview_id"]) if codes else None
    is_stated = number and re.search(rf"[ _-]0*{number[1]}(?![A-Za-z0-9])", entry["original_name"])
    rest = {name: value for name, value in entry.items() if name not in _OF_ONE_FILE}
    file = {name: entry[name] for name in _OF_ONE_FILE}
    return {**rest, "files": [file], "occasion": int(number[1]) if number and is_stated else None}


def save_interviews(folder: StudyFolder, interviews: list[Interview]) -> None:
    """Raises StoreError where `files.csv` has lost its columns: what the team wrote there would be lost too."""
    told = read_told_speakers(list_of_files(folder))
    write_whole(_list_path(folder), to_json(tuple(interviews)))
    _write_list_of_files(folder, interviews, told)


def list_of_files(folder: StudyFolder) -> Path:
    """Which file became which interview, for the team and its Excel. Identifiable.

    It is written anew with each file that is taken in; what the team wrote into its last column stays.
    """
    return folder.identifiable / "files.csv"


def _write_list_of_files(folder: StudyFolder, interviews: list[Interview], told: dict[str, str]) -> None:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("interview_id", "file", "kind", "part", COLUMN))
    for interview in sorted(interviews, key=lambda one: interview_order(one.interview_id)):
        aside = (file for file in interview.files if file.role is FileRole.SET_ASIDE)
        for file in (*interview.own_files, *interview.companions, *aside):
            # Excel would read a leading = or + as a formula.
            name = re.sub(r"^(?=[=+\-@])", "'", _place(file))
            part = "the interview is set aside" if interview.is_set_aside else _part(file)
            count = told.pop(interview.interview_id.upper(), "")
            rows.writerow((interview.interview_id, name, interview.kind.value, part, count))
    write_whole(list_of_files(folder), b"\xef\xbb\xbf" + text.getvalue().encode())


def _place(file: SourceFile) -> str:
    """Its name, with the folder of the inbox in which it was dropped."""
    return f"{file.folder}/{PurePosixPath(file.original_name).name}" if file.folder else file.original_name


def _part(file: SourceFile) -> str:
    if file.role is FileRole.COMPANION:
        return "transcript of it: its speakers' names only"
    if file.role is FileRole.SET_ASIDE:
        return "set aside: another file took its place"
    return f"{file.role.value} {file.number}" if file.number else ""


def _list_path(folder: StudyFolder) -> Path:
    return folder.identifiable / "interviews.json"
