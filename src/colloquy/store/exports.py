"""Where exports and reports of a published version lie."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from colloquy.errors import ExportError
from colloquy.store.files import write_whole
from colloquy.store.folders import StudyFolder
from colloquy.store.whole_folders import write_whole_folder

# The report while nothing has passed: it says why, and what to do.
UNPUBLISHED = "unpublished"


def save_exports(folder: StudyFolder, version: str, name: str, files: Mapping[str, bytes]) -> Path:
    """Write one format's files to `exports/<version>/<name>` in one step, in place of what lay there.

    Files that are already the same are left alone. Raises ExportError when there is nothing to write, StoreError when
    it cannot be written.
    """
    if not files:
        raise ExportError(f"{folder.study_id}: the {name} export of {version} is empty. Is there an interview in it?")
    target = folder.exports / version / name
    if not _holds(target, files):
        write_whole_folder(target, files, replaces=True)
    return target


def save_report(folder: StudyFolder, version: str, content: bytes) -> Path:
    """Write a version's report to `reports/<study>-<version>.html`, in place of what lay there."""
    path = report_path(folder, version)
    write_whole(path, content)
    return path


def report_path(folder: StudyFolder, version: str) -> Path:
    return folder.reports / f"{folder.study_id}-{version}.html"


def _holds(target: Path, files: Mapping[str, bytes]) -> bool:
    there = {str(path.relative_to(target).as_posix()) for path in target.rglob("*") if path.is_file()}
    return there == set(files) and all((target / name).read_bytes() == content for name, content in files.items())
