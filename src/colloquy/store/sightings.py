"""What was seen in the inbox and when, so that a file counts only once it has stopped changing.

By looking again: network shares and synchronised folders send no events that could be relied on, and a copy in progress
may have its full size and its original's time from the start.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from colloquy.store.files import write_whole
from colloquy.store.folders import StudyFolder

FILE = "inbox_seen.json"
# Clocks of file servers differ from this machine's by minutes, never by this much.
LONG_UNCHANGED_S = 86_400.0


class UnavailableError(Exception):
    """A file of the inbox cannot be read now, or changes while it is copied."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A file as it was first seen like this. `sha256` is empty until it was read; `is_ours`: written by Colloquy."""

    size: int
    changed_ns: int
    first_seen_s: float
    sha256: str = ""
    is_ours: bool = False


_SIGHTINGS: TypeAdapter[dict[str, Sighting]] = TypeAdapter(dict[str, Sighting])


class Sightings:
    """The files of one study's inbox as they were last seen; `save` keeps them for the next look."""

    def __init__(self, folder: StudyFolder) -> None:
        self._path = folder.identifiable / FILE
        self._root = folder.inbox
        try:
            self._seen = _SIGHTINGS.validate_json(self._path.read_bytes())
        except (FileNotFoundError, ValidationError):
            self._seen = {}  # costs no more than another wait
        self._before = dict(self._seen)

    def look(self, path: Path, now_s: float) -> Sighting:
        """Raises UnavailableError when the file cannot be looked at."""
        try:
            stat = path.stat()
        except OSError:
            raise UnavailableError from None
        known = self._seen.get(self._name(path))
        is_same = known is not None and (known.size, known.changed_ns) == (stat.st_size, stat.st_mtime_ns)
        if known is None or not is_same or known.first_seen_s > now_s:
            known = Sighting(stat.st_size, stat.st_mtime_ns, now_s)
        self._seen[self._name(path)] = known
        return known

    def is_settled(self, path: Path, now_s: float, settle_s: float) -> bool:
        """Whether the file has not changed for so long. Raises UnavailableError."""
        seen = self.look(path, now_s)
        try:
            stat = path.stat()
        except OSError:
            raise UnavailableError from None
        unchanged_s = now_s - max(stat.st_mtime, stat.st_ctime)
        return seen.is_ours or now_s - seen.first_seen_s >= settle_s or unchanged_s >= LONG_UNCHANGED_S

    def digest(self, path: Path, now_s: float) -> str:
        """SHA-256 of the content, read once while the file does not change. Raises UnavailableError."""
        seen = self.look(path, now_s)
        if not seen.sha256:
            seen = replace(seen, sha256=digest_of(path))
            self._seen[self._name(path)] = seen
        return seen.sha256

    def vouch(self, path: Path, now_s: float) -> None:
        """Colloquy wrote this file itself, whole: there is nothing to wait for."""
        self._seen[self._name(path)] = replace(self.look(path, now_s), is_ours=True)

    def forget(self, path: Path) -> None:
        self._seen.pop(self._name(path), None)

    def save(self) -> None:
        """Keep what is still there."""
        self._seen = {name: seen for name, seen in self._seen.items() if (self._root / name).exists()}
        if self._seen != self._before:
            write_whole(self._path, _SIGHTINGS.dump_json(self._seen, indent=1))
            self._before = dict(self._seen)

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()


def digest_of(path: Path) -> str:
    """Raises UnavailableError when the file cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        raise UnavailableError from None
