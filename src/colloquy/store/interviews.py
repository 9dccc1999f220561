"""The list of a study's interviews, and the same for the team's Excel. Both hold original names: identifiable."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from colloquy.domain.interview import Interview
from colloquy.errors import StoreError
from colloquy.store.files import write_whole
from colloquy.store.folders import StudyFolder
from colloquy.store.results import to_json

_INTERVIEWS: TypeAdapter[tuple[Interview, ...]] = TypeAdapter(tuple[Interview, ...])


def read_interviews(folder: StudyFolder) -> tuple[Interview, ...]:
    """Empty where nothing was taken in. Raises StoreError when the list is damaged."""
    path = _list_path(folder)
    try:
        return _INTERVIEWS.validate_json(path.read_bytes()) if path.is_file() else ()
    except ValidationError:
        raise StoreError(
            f"{folder.study_id}: the list of its interviews is damaged. Restore {path.name} from a backup; do not "
            "delete it, or interviews get new ids."
        ) from None


def save_interviews(folder: StudyFolder, interviews: list[Interview]) -> None:
    write_whole(_list_path(folder), to_json(tuple(interviews)))
    _write_list_of_files(folder, interviews)


def list_of_files(folder: StudyFolder) -> Path:
    """Which file became which interview, for the team and its Excel. Identifiable."""
    return folder.identifiable / "files.csv"


def _write_list_of_files(folder: StudyFolder, interviews: list[Interview]) -> None:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("interview_id", "file", "kind"))
    # Excel would read a leading = or + as a formula.
    rows.writerows((i.interview_id, re.sub(r"^(?=[=+\-@])", "'", i.original_name), i.kind.value) for i in interviews)
    write_whole(list_of_files(folder), b"\xef\xbb\xbf" + text.getvalue().encode())


def _list_path(folder: StudyFolder) -> Path:
    return folder.identifiable / "interviews.json"
