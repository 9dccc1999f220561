"""The list of nights: whole, bounded, and never lost in silence."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from colloquy.domain.night import Night
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.nights import MOST_NIGHTS, History, last_began, read_nights, save_night

BEGAN = datetime(2027, 10, 30, 22, 30, 0, 123456, tzinfo=ZoneInfo("Europe/London"))
NIGHT = Night(BEGAN, None, is_scheduled=True)


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    return DataFolder(tmp_path).study("hubs")


def path_of(folder: StudyFolder) -> Path:
    return folder.identifiable / "nights.json"


def test_no_night_is_known_of_in_a_new_study(folder: StudyFolder) -> None:
    assert read_nights(folder) == History(())
    assert last_began(folder) is None


def test_a_night_comes_back_as_it_was_saved(folder: StudyFolder) -> None:
    night = replace(
        NIGHT, ended=BEGAN + timedelta(hours=5), done=("P01", "P02"), failed=("P03",), left=("P04",), estimate_s=90.5
    )
    assert save_night(folder, night) == night
    assert read_nights(folder).nights == (night,)
    assert read_nights(folder).nights[0].began.hour == 22, "the zone's clock is kept"
    assert stat.S_IMODE(path_of(folder).stat().st_mode) == 0o600


def test_the_end_of_a_night_replaces_its_beginning(folder: StudyFolder) -> None:
    save_night(folder, NIGHT)
    ended = save_night(folder, replace(NIGHT, began=BEGAN.astimezone(UTC), ended=BEGAN + timedelta(hours=1)))
    assert read_nights(folder).nights == (ended,)


def test_a_night_of_the_hour_that_comes_twice_is_known_again(folder: StudyFolder) -> None:
    began = datetime(2027, 10, 31, 1, 30, tzinfo=ZoneInfo("Europe/London"))
    for fold in (1, 0, 1, 0):
        save_night(folder, replace(NIGHT, began=began.replace(fold=fold)))
    first, second = read_nights(folder).nights
    assert second.began - first.began == timedelta(hours=1)


def test_the_last_nights_are_kept_in_order(folder: StudyFolder) -> None:
    save_night(folder, replace(NIGHT, began=BEGAN + timedelta(days=MOST_NIGHTS)))
    nights = tuple(replace(NIGHT, began=BEGAN + timedelta(days=n)) for n in range(MOST_NIGHTS))
    from colloquy.store.files import write_whole
    from colloquy.store.results import to_json

    write_whole(path_of(folder), to_json(nights[::-1]))
    save_night(folder, replace(NIGHT, began=BEGAN + timedelta(days=MOST_NIGHTS)))
    found = read_nights(folder).nights
    assert len(found) == MOST_NIGHTS
    assert found[0].began == BEGAN + timedelta(days=1)
    assert last_began(folder) == BEGAN + timedelta(days=MOST_NIGHTS)


@pytest.mark.parametrize(
    "content",
    [b'[{"began": "2027', b"", b"\xff\xfe", b'[{"began": "2027-10-30T22:30:00", "ended": null, "is_scheduled": true}]'],
    ids=["torn", "empty", "not text", "no time zone"],
)
def test_a_damaged_list_costs_its_history_and_is_put_aside(folder: StudyFolder, content: bytes) -> None:
    save_night(folder, NIGHT)
    path_of(folder).write_bytes(content)
    assert "damaged" in read_nights(folder).notice
    assert last_began(folder) is None
    assert path_of(folder).read_bytes() == content, "reading changes nothing"
    saved = save_night(folder, replace(NIGHT, note="Begun late."))
    assert saved.note.startswith("Begun late. The list of earlier nights is damaged")
    assert "nights.damaged-1.json" in saved.note
    assert read_nights(folder) == History((saved,))
    assert path_of(folder).with_name("nights.damaged-1.json").read_bytes() == content


def test_a_list_that_is_damaged_again_takes_a_name_of_its_own(folder: StudyFolder) -> None:
    for content in (b"one", b"two"):
        save_night(folder, NIGHT)
        path_of(folder).write_bytes(content)
    save_night(folder, NIGHT)
    kept = sorted(folder.identifiable.glob("nights.damaged-*.json"))
    assert [path.read_bytes() for path in kept] == [b"one", b"two"]
