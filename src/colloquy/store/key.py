"""The key: what each placeholder stands for. It only grows, it is identifiable, and it makes this pseudonymisation."""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError

from colloquy.domain.redaction import KeyEntry
from colloquy.errors import StoreError
from colloquy.store.files import write_whole
from colloquy.store.folders import StudyFolder

_KEY: TypeAdapter[tuple[KeyEntry, ...]] = TypeAdapter(tuple[KeyEntry, ...])
FILE = "key.json"


def read_key(folder: StudyFolder) -> tuple[KeyEntry, ...]:
    """Raises StoreError when the key is damaged: a new one would give people new placeholders."""
    path = folder.identifiable / FILE
    if not path.is_file():
        return ()
    try:
        return _KEY.validate_json(path.read_bytes())
    except ValidationError:
        raise StoreError(
            f"{folder.study_id}: the key is damaged. Restore key.json from a backup; do not delete it, or people get "
            "new placeholders."
        ) from None


def save_key(folder: StudyFolder, key: tuple[KeyEntry, ...]) -> None:
    """Raises StoreError when a known placeholder would vanish, lose a spelling, or change its category."""
    new = {entry.placeholder: entry for entry in key}
    known = read_key(folder)
    lost = [entry for entry in known if entry.placeholder not in new]
    if lost:
        raise StoreError(f"{folder.study_id}: {len(lost)} entries would vanish from the key; nothing was saved.")
    changed = [entry for entry in known if not _holds(new[entry.placeholder], entry)]
    if changed:
        raise StoreError(
            f"{folder.study_id}: {len(changed)} entries of the key would lose a spelling or change their category; "
            "nothing was saved. Report this fault."
        )
    write_whole(folder.identifiable / FILE, _KEY.dump_json(key, indent=1) + b"\n")


def _holds(new: KeyEntry, known: KeyEntry) -> bool:
    return new.category is known.category and set(known.originals) <= set(new.originals)
