"""Where everything lies. The folder names show where identifiable material ends."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from colloquy.errors import StudyError

STUDY_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class StudyFolder:
    """The folders of one study; nothing is created until something is saved."""

    root: Path
    study_id: str

    @property
    def inbox(self) -> Path:
        return self.root / "inbox" / self.study_id

    @property
    def identifiable(self) -> Path:
        return self.root / "identifiable" / self.study_id

    @property
    def shareable(self) -> Path:
        return self.root / "shareable" / self.study_id

    @property
    def dataset(self) -> Path:
        """Holds v0001, v0002, … ; each is immutable."""
        return self.shareable / "dataset"

    @property
    def exports(self) -> Path:
        return self.shareable / "exports"

    @property
    def reports(self) -> Path:
        return self.shareable / "reports"

    def stage(self, stage: str) -> Path:
        """Results of one stage, one JSON file per interview; identifiable, whatever the stage."""
        return self.identifiable / stage


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The data folder: `--data`, else `COLLOQUY_DATA`, else `data/` of the checkout or of the current folder."""

    root: Path

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def logs(self) -> Path:
        return self.root / "identifiable" / "_logs"

    @property
    def scratch(self) -> Path:
        """For files without a name: among what is identifiable; before there is any, where the system has its own."""
        kept = self.root / "identifiable"
        return kept if kept.is_dir() else Path(tempfile.gettempdir())

    @property
    def prefect_home(self) -> Path:
        return self.root / "prefect"

    def study(self, study_id: str) -> StudyFolder:
        """Raises StudyError when the id is not made of lower-case letters, digits and hyphens."""
        if not STUDY_ID.fullmatch(study_id):
            raise StudyError(
                f'"{study_id}" is not a study id: it takes lower-case letters, digits and hyphens, up to 40, a letter '
                'first. Try "resilience-hubs".'
            )
        return StudyFolder(self.root, study_id)

    def study_ids(self) -> tuple[str, ...]:
        """Studies that have an inbox or results, sorted."""
        found: set[str] = set()
        for part in ("inbox", "identifiable"):
            if (self.root / part).is_dir():
                found.update(p.name for p in (self.root / part).iterdir() if p.is_dir())
        return tuple(sorted(name for name in found if STUDY_ID.fullmatch(name)))


def find_data_folder(chosen: Path | None = None) -> DataFolder:
    """The data folder to use; it may not exist yet."""
    if chosen is not None:
        return DataFolder(chosen.absolute())
    if named := os.environ.get("COLLOQUY_DATA"):
        return DataFolder(Path(named).absolute())
    checkout = Path(__file__).resolve().parents[3]
    root = checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()
    return DataFolder(root / "data")
