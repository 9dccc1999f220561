from __future__ import annotations

from pathlib import Path

import pytest

from colloquy.domain.redaction import Category, KeyEntry
from colloquy.errors import StoreError
from colloquy.store.folders import DataFolder
from colloquy.store.key import read_key, save_key

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
    path = folder.identifiable / "key.json"
    path.write_text(path.read_text()[:-20])
    with pytest.raises(StoreError, match="backup") as caught:
        read_key(folder)
    assert "Niamh" not in str(caught.value)
    with pytest.raises(StoreError):
        save_key(folder, (FIRST, SECOND))


def test_the_key_is_private(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path).study("hubs")
    save_key(folder, (FIRST,))
    assert (folder.identifiable / "key.json").stat().st_mode & 0o077 == 0


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
