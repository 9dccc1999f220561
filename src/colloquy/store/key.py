"""The key: what each placeholder stands for. Encrypted; while it exists the dataset is pseudonymous, not anonymous."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from pydantic import TypeAdapter, ValidationError

from colloquy.domain.redaction import KeyEntry
from colloquy.errors import StoreError, StudyError
from colloquy.store.files import write_whole
from colloquy.store.folders import StudyFolder
from colloquy.store.key_secret import new_secret_name, secret_place

FILE = "key.enc"
PLAIN_FILE = "key.json"  # as it was before it was encrypted; so when next saved
TOMBSTONE = "key-destroyed.txt"


@dataclass(frozen=True, slots=True)
class _LockedKey:
    """`content` is a Fernet token (AES-128-CBC with HMAC-SHA256); `secret_name` tells which secret opens it."""

    secret_name: str
    content: str


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where a study's key and its secret lie, for the person at the screen."""

    key: Path
    secret: str


_KEY: TypeAdapter[tuple[KeyEntry, ...]] = TypeAdapter(tuple[KeyEntry, ...])
_LOCKED: TypeAdapter[_LockedKey] = TypeAdapter(_LockedKey)


def read_key(folder: StudyFolder) -> tuple[KeyEntry, ...]:
    """Raises StoreError when the key is damaged or destroyed, or its secret missing or wrong.

    A new key would give people new placeholders, so none is begun then.
    """
    _refuse_destroyed(folder)
    path = folder.identifiable / PLAIN_FILE
    plain = _parsed(folder, path.read_bytes()) if path.is_file() else ()
    if (locked := _read_locked(folder)) is None:
        return plain
    key = _parsed(folder, _opened(folder, locked))
    known = {entry.placeholder: entry for entry in key}
    if not all(one.placeholder in known and _holds(known[one.placeholder], one) for one in plain):
        raise StoreError(
            f"{folder.study_id}: there are two keys that do not agree, {FILE} and {PLAIN_FILE}: an earlier version of "
            f"Colloquy was at work on this study too. Install the same version everywhere, and move {PLAIN_FILE} away; "
            "whom it has names for must be redacted anew."
        )
    return key


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
    _write(folder, key)


def forget_originals(folder: StudyFolder, placeholders: Collection[str]) -> None:
    """Empty these entries: nobody can be led back from them, and their numbers are given to nobody else.

    Raises StudyError where the key has no such placeholder.
    """
    known = read_key(folder)
    if unknown := set(placeholders) - {entry.placeholder for entry in known}:
        # A name may have been typed: what was typed is not repeated.
        raise StudyError(
            f"{folder.study_id}: {len(unknown)} of these are no placeholder of the key; expected as in the dataset, in "
            'quotes: "[Person 3]". Nothing was changed.'
        )
    emptied = (replace(entry, originals=(), guesses=()) for entry in known)
    _write(
        folder,
        tuple(e if e.placeholder in placeholders else k for e, k in zip(emptied, known, strict=True)),
    )


def rotate_key(folder: StudyFolder) -> None:
    """Lock the key with a new secret and remove the old one: a copy of that opens the key no more."""
    key = read_key(folder)
    before = _read_locked(folder)
    _write(folder, key, is_new_secret=True)
    if before is not None:
        secret_place(folder.root).remove(before.secret_name)


def destroy_key(folder: StudyFolder) -> None:
    """Remove secret and key for good, also where the secret is lost already. Raises StudyError where there is no key.

    A copy of the key in a backup can be opened as long as there is a copy of the secret too. Interrupted, it can be
    called again.
    """
    if not has_key(folder):
        raise StudyError(f"{folder.study_id}: it has no key.")
    locked = _read_locked(folder)
    told = f"The key of this study was destroyed on {date.today():%d %B %Y}. Nothing can be added to the study.\n"
    write_whole(_tombstone(folder), told.encode(), is_private=False)
    if locked is not None:
        secret_place(folder.root).remove(locked.secret_name)
    for name in (FILE, PLAIN_FILE):
        (folder.identifiable / name).unlink(missing_ok=True)


def has_key(folder: StudyFolder) -> bool:
    return any((folder.identifiable / name).is_file() for name in (FILE, PLAIN_FILE))


def key_place(folder: StudyFolder) -> KeyPlace | None:
    """None where there is no encrypted key yet."""
    locked = _read_locked(folder)
    if locked is None:
        return None
    return KeyPlace(folder.identifiable / FILE, secret_place(folder.root).where(locked.secret_name))


def is_plain(folder: StudyFolder) -> bool:
    """The key is still as an earlier version wrote it."""
    return (folder.identifiable / PLAIN_FILE).is_file()


def _tombstone(folder: StudyFolder) -> Path:
    """Outlives what is identifiable, which may be deleted after the key."""
    return folder.shareable / TOMBSTONE


def _refuse_destroyed(folder: StudyFolder) -> None:
    if _tombstone(folder).is_file():
        raise StoreError(
            f"{folder.study_id}: its key was destroyed, so nothing can be redacted for it any more: people would get "
            "other placeholders than in its dataset. The dataset stays as it is; begin a new study for new interviews."
        )


def _read_locked(folder: StudyFolder) -> _LockedKey | None:
    try:
        return _LOCKED.validate_json((folder.identifiable / FILE).read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError:
        raise _damaged(folder) from None


def _opened(folder: StudyFolder, locked: _LockedKey) -> bytes:
    place = secret_place(folder.root)
    secret = place.read(locked.secret_name)
    if secret is None:
        raise StoreError(
            f"{folder.study_id}: the secret that opens its key, {locked.secret_name}, is not here. Put a copy of it "
            f"back; where it belongs says: colloquy key where {folder.study_id}. Nothing was changed."
        )
    try:
        return Fernet(secret).decrypt(locked.content)
    except (InvalidToken, ValueError):
        raise StoreError(
            f"{folder.study_id}: the secret {locked.secret_name} does not open its key: it is another, or one of the "
            f"two is damaged. Put a copy back; where it belongs says: colloquy key where {folder.study_id}. Nothing "
            "was changed."
        ) from None


def _parsed(folder: StudyFolder, content: bytes) -> tuple[KeyEntry, ...]:
    try:
        return _KEY.validate_json(content)
    except ValidationError:
        raise _damaged(folder) from None


def _damaged(folder: StudyFolder) -> StoreError:
    return StoreError(
        f"{folder.study_id}: the key is damaged. Restore {FILE} from a backup; do not delete it, or people get new "
        "placeholders."
    )


def _write(folder: StudyFolder, key: tuple[KeyEntry, ...], *, is_new_secret: bool = False) -> None:
    """The secret first: a key that nobody can open must never be the only one."""
    place = secret_place(folder.root)
    locked = None if is_new_secret else _read_locked(folder)
    if locked is None:
        name, secret = new_secret_name(folder.study_id), Fernet.generate_key().decode()
        place.save(name, secret)
        if place.read(name) != secret:  # a key ring that is switched off takes everything and keeps nothing
            raise StoreError(
                f"{folder.study_id}: the secret of its key was not kept where it was put, so the key was not changed. "
                'Keep it in a file: secret_in = "file" in configs/machine.local.toml, section key.'
            )
    else:
        _opened(folder, locked)
        name, secret = locked.secret_name, place.read(locked.secret_name) or ""
    content = Fernet(secret).encrypt(_KEY.dump_json(key)).decode()
    write_whole(folder.identifiable / FILE, _LOCKED.dump_json(_LockedKey(name, content), indent=1) + b"\n")
    (folder.identifiable / PLAIN_FILE).unlink(missing_ok=True)


def _holds(new: KeyEntry, known: KeyEntry) -> bool:
    return new.category is known.category and set(known.originals) <= set(new.originals)
