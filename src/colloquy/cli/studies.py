"""The study that a command names."""

from __future__ import annotations

from colloquy.errors import StudyError
from colloquy.store.folders import StudyFolder, find_data_folder


def find_study(study_id: str) -> StudyFolder:
    """Its folders. Raises StudyError where there is no such study."""
    data = find_data_folder()
    folder = data.study(study_id)
    if folder.study_id not in data.study_ids():
        raise StudyError(f"{study_id}: there is no such study here; known: {', '.join(data.study_ids()) or 'none'}.")
    return folder
