"""What `colloquy doctor` looks at of the studies' keys."""

from __future__ import annotations

from collections.abc import Iterator

from colloquy.cli.machine import Level, MachineCheck
from colloquy.errors import ColloquyError
from colloquy.store.folders import DataFolder
from colloquy.store.key import has_key, is_plain, read_key


def check_keys(data: DataFolder) -> Iterator[MachineCheck]:
    """Every key is encrypted, and its secret is here and opens it."""
    problems: list[MachineCheck] = []
    studies = [study_id for study_id in data.study_ids() if has_key(data.study(study_id))]
    for study_id in studies:
        try:
            read_key(data.study(study_id))
        except ColloquyError as error:
            problems.append(MachineCheck("keys", Level.BROKEN, study_id, str(error)))
            continue
        if is_plain(data.study(study_id)):
            advice = f"The next run encrypts it. Then back up its secret too: colloquy key where {study_id}"
            problems.append(MachineCheck("keys", Level.WARNING, f"{study_id}: not encrypted yet", advice))
    yield from problems or [MachineCheck("keys", Level.FINE, f"of {len(studies)} studies, opened by their secrets")]
