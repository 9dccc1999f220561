from __future__ import annotations

from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.backends.null import Keyring as NullKeyring

from colloquy.domain.redaction import Category, KeyEntry
from colloquy.errors import StoreError, StudyError
from colloquy.settings import configs_folder
from colloquy.stages.assign_placeholders import Mention, assign_placeholders
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.key import (
    FILE,
    PLAIN_FILE,
    destroy_key,
    forget_originals,
    has_key,
    key_place,
    read_key,
    rotate_key,
    save_key,
)
from colloquy.store.key_secret import KeyRing, secret_place

FIRST = KeyEntry("[Person 1]", Category.PERSON, ("Niamh Byrne",))
SECOND = KeyEntry("[Place 1]", Category.PLACE, ("Leeds",))


def test_the_key_only_grows(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path).study("hubs")
    assert read_key(folder) == ()
    save_key(folder, (FIRST,))
    save_key(folder, (FIRST, SECOND))
    with pytest.raises(StoreError, match="vanish"):
        save_key(folder, (SECOND,))
    assert read_key(folder) == (FIRST, SECOND)


def test_a_damaged_key_stops_and_is_not_replaced(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path).study("hubs")
    save_key(folder, (FIRST,))
    path = folder.identifiable / FILE
    path.write_text(path.read_text()[:-20])
    with pytest.raises(StoreError, match="backup") as caught:
        read_key(folder)
    assert "Niamh" not in str(caught.value)
    with pytest.raises(StoreError):
        save_key(folder, (FIRST, SECOND))


def test_the_key_is_private(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path).study("hubs")
    save_key(folder, (FIRST,))
    assert (folder.identifiable / FILE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "changed",
    [
        KeyEntry("[Person 1]", Category.PERSON, ("Niamh",)),
        KeyEntry("[Person 1]", Category.PLACE, ("Niamh Byrne",)),
    ],
    ids=["a spelling lost", "another category"],
)
def test_a_known_placeholder_goes_on_to_mean_what_it_meant(tmp_path: Path, changed: KeyEntry) -> None:
    folder = DataFolder(tmp_path).study("hubs")
    save_key(folder, (FIRST,))
    with pytest.raises(StoreError, match="nothing was saved") as caught:
        save_key(folder, (changed, SECOND))
    assert "Niamh" not in str(caught.value)
    assert read_key(folder) == (FIRST,)


def test_a_known_placeholder_takes_more_spellings(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path).study("hubs")
    save_key(folder, (FIRST,))
    more = KeyEntry(FIRST.placeholder, FIRST.category, ("Niamh", *FIRST.originals))
    save_key(folder, (more,))
    assert read_key(folder) == (more,)


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "elsewhere"
    monkeypatch.setenv("COLLOQUY_SECRETS", str(folder))
    return folder


@pytest.fixture
def folder(tmp_path: Path, secrets: Path) -> StudyFolder:
    folder = DataFolder(tmp_path / "data").study("hubs")
    save_key(folder, (FIRST,))
    return folder


def only(secrets: Path) -> Path:
    (path,) = secrets.iterdir()
    return path


def test_the_key_cannot_be_read_without_the_secret_which_lies_elsewhere(folder: StudyFolder, secrets: Path) -> None:
    stored = (folder.identifiable / FILE).read_bytes()
    assert b"Niamh" not in stored
    assert b"Byrne" not in stored
    path = only(secrets)
    assert path.stat().st_mode & 0o077 == 0
    assert path.name.startswith("hubs-")
    assert "Keep a copy" in path.read_text()
    assert b"Niamh" not in path.read_bytes()
    place = key_place(folder)
    assert place is not None
    assert (place.key, place.secret) == (folder.identifiable / FILE, str(path))


def test_further_saving_keeps_the_secret(folder: StudyFolder, secrets: Path) -> None:
    before = only(secrets).read_bytes()
    save_key(folder, (FIRST, SECOND))
    assert only(secrets).read_bytes() == before
    assert read_key(folder) == (FIRST, SECOND)


def test_without_its_secret_the_key_is_refused_and_nothing_is_damaged(folder: StudyFolder, secrets: Path) -> None:
    stored, path = (folder.identifiable / FILE).read_bytes(), only(secrets)
    kept = path.read_bytes()
    path.unlink()
    for call in (lambda: read_key(folder), lambda: save_key(folder, (FIRST, SECOND)), lambda: rotate_key(folder)):
        with pytest.raises(StoreError, match=r"is not here. Put a copy of it back") as caught:
            call()
        assert path.stem in str(caught.value)
        assert str(secrets) not in str(caught.value)  # the home folder bears somebody's name
    assert (folder.identifiable / FILE).read_bytes() == stored
    assert list(secrets.iterdir()) == []
    path.write_bytes(kept)
    assert read_key(folder) == (FIRST,)


@pytest.mark.parametrize("line", ["secret: cGx1bQ==", "secret: " + "A" * 43 + "=", "", "secret: ü"])
def test_a_wrong_secret_is_refused_and_nothing_is_damaged(folder: StudyFolder, secrets: Path, line: str) -> None:
    stored = (folder.identifiable / FILE).read_bytes()
    only(secrets).write_text(line, encoding="utf-8")
    for call in (lambda: read_key(folder), lambda: save_key(folder, (FIRST, SECOND)), lambda: rotate_key(folder)):
        with pytest.raises(StoreError, match="does not open its key"):
            call()
    assert (folder.identifiable / FILE).read_bytes() == stored
    assert only(secrets).read_text(encoding="utf-8") == line


def test_a_key_that_was_changed_by_hand_does_not_open(folder: StudyFolder) -> None:
    path = folder.identifiable / FILE
    stored = path.read_text()
    at = stored.index('"content"') + 60
    path.write_text(stored[:at] + ("A" if stored[at] != "A" else "B") + stored[at + 1 :])
    with pytest.raises(StoreError, match="damaged"):
        read_key(folder)


def test_a_plain_key_of_an_earlier_version_is_encrypted_when_it_is_saved(tmp_path: Path, secrets: Path) -> None:
    folder = DataFolder(tmp_path / "data").study("hubs")
    folder.identifiable.mkdir(parents=True)
    plain = folder.identifiable / PLAIN_FILE
    plain.write_text('[{"placeholder": "[Person 1]", "category": "Person", "originals": ["Niamh Byrne"]}]')
    assert read_key(folder) == (FIRST,)
    assert has_key(folder)
    assert not secrets.exists()
    save_key(folder, (FIRST, SECOND))
    assert not plain.exists()
    assert read_key(folder) == (FIRST, SECOND)


def test_after_rotating_what_was_copied_before_opens_no_more(folder: StudyFolder, secrets: Path) -> None:
    old_key, old_secret = (folder.identifiable / FILE).read_bytes(), only(secrets)
    rotate_key(folder)
    assert read_key(folder) == (FIRST,)
    assert only(secrets) != old_secret
    (folder.identifiable / FILE).write_bytes(old_key)
    with pytest.raises(StoreError, match="is not here"):
        read_key(folder)


@pytest.mark.parametrize("where", ["key.write_whole", "key_secret.SecretFiles.remove"])
def test_a_rotation_that_is_cut_off_leaves_a_key_that_opens(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"colloquy.store.{where}", cut)
        with pytest.raises(KeyboardInterrupt):
            rotate_key(folder)
    assert read_key(folder) == (FIRST,)


def test_a_destroyed_key_is_gone_and_never_begun_anew(folder: StudyFolder, secrets: Path) -> None:
    backup = (folder.identifiable / FILE).read_bytes()
    destroy_key(folder)
    assert list(secrets.iterdir()) == []
    assert not has_key(folder)
    for call in (lambda: read_key(folder), lambda: save_key(folder, (FIRST,))):
        with pytest.raises(StoreError, match="its key was destroyed"):
            call()
    (folder.identifiable / FILE).write_bytes(backup)
    with pytest.raises(StoreError, match="its key was destroyed"):
        read_key(folder)
    (folder.shareable / "key-destroyed.txt").unlink()
    with pytest.raises(StoreError, match="is not here"):
        read_key(folder)


def test_a_key_whose_secret_is_lost_can_still_be_destroyed(folder: StudyFolder, secrets: Path) -> None:
    only(secrets).unlink()
    destroy_key(folder)
    assert not has_key(folder)
    with pytest.raises(StudyError, match="has no key"):
        destroy_key(folder)


def test_who_withdraws_is_forgotten_and_nobody_gets_the_number(folder: StudyFolder) -> None:
    save_key(folder, (FIRST, SECOND))
    forget_originals(folder, ["[Person 1]"])
    assert read_key(folder) == (KeyEntry("[Person 1]", Category.PERSON, ()), SECOND)
    mentioned, _ = assign_placeholders((Mention(Category.PERSON, "Niamh Byrne"),), read_key(folder))
    assert mentioned == ("[Person 2]",)
    with pytest.raises(StudyError, match=r"1 of these are no placeholder of the key.*Nothing was changed") as caught:
        forget_originals(folder, ["Amina Khan", "[Place 1]"])
    assert "Amina" not in str(caught.value)
    assert read_key(folder)[1] == SECOND


def test_secrets_beside_what_they_open_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLLOQUY_SECRETS", str(tmp_path / "data" / "secrets"))
    with pytest.raises(StoreError, match="lies in the data folder"):
        save_key(DataFolder(tmp_path / "data").study("hubs"), (FIRST,))
    assert not (tmp_path / "data" / "secrets").exists()


def test_a_folder_for_secrets_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("COLLOQUY_SECRETS", str(tmp_path / "file" / "secrets"))
    with pytest.raises(StoreError, match="secrets_folder"):
        save_key(DataFolder(tmp_path / "data").study("hubs"), (FIRST,))
    assert not (tmp_path / "data").exists()


def test_by_default_secrets_lie_in_the_settings_of_whoever_runs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLLOQUY_SECRETS")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    monkeypatch.setenv("HOME", str(tmp_path / "own"))
    where = Path(secret_place(tmp_path / "data").where("hubs-1"))
    assert where.is_relative_to(tmp_path / "own")
    assert where.parts[-3:] == ("colloquy", "secrets", "hubs-1.txt")


class InMemory(KeyringBackend):
    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def in_key_ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudyFolder:
    configs = tmp_path / "configs"
    configs.mkdir()
    (configs / "machine.toml").write_bytes((configs_folder() / "machine.toml").read_bytes())
    (configs / "machine.local.toml").write_text('[key]\nsecret_in = "key-ring"\n')
    monkeypatch.setenv("COLLOQUY_CONFIGS", str(configs))
    monkeypatch.delenv("COLLOQUY_SECRETS")
    return DataFolder(tmp_path / "data").study("hubs")


def test_the_secret_may_be_kept_in_the_systems_key_ring(
    in_key_ring: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = InMemory()
    monkeypatch.setattr(keyring.core, "_keyring_backend", ring)
    assert isinstance(secret_place(in_key_ring.root), KeyRing)
    save_key(in_key_ring, (FIRST,))
    assert read_key(in_key_ring) == (FIRST,)
    ((service, name),) = ring.kept
    assert (service, name.startswith("hubs-")) == ("colloquy", True)
    rotate_key(in_key_ring)
    assert len(ring.kept) == 1
    assert (service, name) not in ring.kept
    assert read_key(in_key_ring) == (FIRST,)
    destroy_key(in_key_ring)
    assert ring.kept == {}


def test_a_machine_without_a_key_ring_is_told_what_to_set(
    in_key_ring: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", NoKeyring())
    with pytest.raises(StoreError, match='secret_in = "file"'):
        save_key(in_key_ring, (FIRST,))
    assert not in_key_ring.identifiable.exists()


@pytest.mark.parametrize("has_key_already", [True, False])
def test_a_key_ring_that_keeps_nothing_costs_no_key(
    in_key_ring: StudyFolder, monkeypatch: pytest.MonkeyPatch, has_key_already: bool
) -> None:
    if has_key_already:
        monkeypatch.setattr(keyring.core, "_keyring_backend", InMemory())
        save_key(in_key_ring, (FIRST,))
        kept = keyring.core.get_keyring().get_password
        monkeypatch.setattr(NullKeyring, "get_password", lambda _, service, name: kept(service, name))
    monkeypatch.setattr(keyring.core, "_keyring_backend", NullKeyring())
    with pytest.raises(StoreError, match="was not kept where it was put"):
        rotate_key(in_key_ring)
    assert read_key(in_key_ring) == ((FIRST,) if has_key_already else ())


def test_two_keys_that_do_not_agree_are_refused_and_both_kept(folder: StudyFolder) -> None:
    plain = folder.identifiable / PLAIN_FILE
    agreeing = '[{"placeholder": "[Person 1]", "category": "Person", "originals": ["Niamh Byrne"]}]'
    plain.write_text(agreeing)  # left over where encrypting it was cut off
    assert read_key(folder) == (FIRST,)
    plain.write_text(agreeing.replace("Niamh Byrne", "Amina Khan"))
    stored = (folder.identifiable / FILE).read_bytes()
    for call in (lambda: read_key(folder), lambda: save_key(folder, (FIRST, SECOND)), lambda: rotate_key(folder)):
        with pytest.raises(StoreError, match="two keys that do not agree") as caught:
            call()
        assert "Amina" not in str(caught.value)
    assert (folder.identifiable / FILE).read_bytes() == stored
    assert "Amina" in plain.read_text()
