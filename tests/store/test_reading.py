from __future__ import annotations

from pathlib import Path

import pytest

from colloquy.store import reading
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.reading import Reading, noted_reading, read_reading


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    return DataFolder(tmp_path).study("hubs")


@pytest.mark.parametrize(
    ("done_ms", "seconds", "shown"),
    [
        (0, 60.0, "0 of 120 s"),
        (60_000, 10.0, "60 of 120 s"),  # too soon to tell
        (60_000, 600.0, "60 of 120 s, 10 min left"),
        (30_000, 3_600.0, "30 of 120 s, 3 h left"),
        (150_000, 600.0, "120 of 120 s"),  # some of it was read twice
    ],
)
def test_how_far_it_is_is_told_in_words(done_ms: int, seconds: float, shown: str) -> None:
    assert Reading(done_ms, 120_000, seconds).plain == shown


def test_a_recording_without_sound_to_read_is_not_divided_by() -> None:
    assert Reading(0, 0, 60.0).plain == "0 of 0 s"


def test_what_is_told_stands_there_until_the_end(folder: StudyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "NOTE_EVERY_S", 0.0)
    assert read_reading(folder, "P07") is None
    with noted_reading(folder, "P07") as begin:
        heard = begin(60_000)
        heard(10_000)
        heard(20_000)
        known = read_reading(folder, "P07")
        assert known is not None
        assert (known.done_ms, known.total_ms, known.share) == (30_000, 60_000, 0.5)
        (note,) = (folder.stage("ledger") / "P07").iterdir()
        assert note.stat().st_mode & 0o077 == 0
    assert read_reading(folder, "P07") is None


def test_a_second_reading_has_its_own_length_and_time_left(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "NOTE_EVERY_S", 0.0)
    clock_s = iter((0.0, 0.0, 3_600.0, 3_600.0, 3_600.0, 3_630.0))
    monkeypatch.setattr(reading.time, "monotonic", lambda: next(clock_s))
    with noted_reading(folder, "P07") as begin:
        begin(3_600_000)(3_600_000)
        assert read_reading(folder, "P07") == Reading(3_600_000, 3_600_000, 3_600.0)
        heard = begin(90_000)
        heard(18_000)
        known = read_reading(folder, "P07")
    assert known == Reading(18_000, 90_000, 30.0, is_again=True)
    assert known.plain == "second reading: 18 of 90 s, 2 min left"


def test_not_every_window_is_written_down(folder: StudyFolder) -> None:
    with noted_reading(folder, "P07") as begin:
        heard = begin(60_000)
        for _ in range(50):
            heard(1_000)
        known = read_reading(folder, "P07")
        assert known is not None
        assert known.done_ms == 0


def test_a_note_that_is_gone_or_torn_is_none(folder: StudyFolder) -> None:
    with noted_reading(folder, "P07") as begin:
        heard = begin(60_000)
        heard(1_000)
        (note,) = (folder.stage("ledger") / "P07").iterdir()
        note.write_text("half a no")
        assert read_reading(folder, "P07") is None
        note.unlink()
    assert read_reading(folder, "P07") is None
