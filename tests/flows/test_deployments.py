from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from colloquy.domain.night import Night
from colloquy.settings import configs_folder
from colloquy.store.folders import DataFolder
from colloquy.store.lock import study_lock
from colloquy.store.nights import save_night
from flows.deployments import was_cut_off
from flows.tasks import tags_of

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
CUT_OFF, ENDED, BY_HAND = (
    Night(NOW, None, is_scheduled=True),
    Night(NOW, NOW, is_scheduled=True),
    Night(NOW, None, is_scheduled=False),
)


@pytest.mark.parametrize(
    ("nights", "is_gone_on_with"),
    [
        ((), False),
        ((ENDED,), False),
        ((CUT_OFF,), True),
        ((BY_HAND,), False),
        ((CUT_OFF, ENDED), False),
        ((ENDED, CUT_OFF), True),
        ((CUT_OFF, CUT_OFF, CUT_OFF), True),
        ((CUT_OFF, CUT_OFF, CUT_OFF, CUT_OFF), False),
    ],
    ids=["none", "ended", "cut off", "by hand", "earlier", "the last", "three times", "what kills every run"],
)
def test_a_night_that_was_cut_off_is_gone_on_with_a_few_times(
    tmp_path: Path, nights: tuple[Night, ...], is_gone_on_with: bool
) -> None:
    folder = DataFolder(tmp_path).study("hubs")
    for number, night in enumerate(reversed(nights)):
        began = NOW - (number + 1) * HOUR
        save_night(folder, Night(began, night.ended, is_scheduled=night.is_scheduled))
    assert was_cut_off(folder) is is_gone_on_with


def test_a_night_that_goes_on_was_not_cut_off(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path).study("hubs")
    save_night(folder, CUT_OFF)
    with study_lock(folder):
        assert not was_cut_off(folder)
    assert was_cut_off(folder)


def test_a_night_of_last_week_is_left_to_the_missed_ones(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path).study("hubs")
    save_night(folder, Night(NOW - timedelta(days=7), None, is_scheduled=True))
    assert not was_cut_off(folder)


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [("", ("hubs",)), ('site = "Leeds North"', ("hubs", "site: Leeds North")), ("site = 7", ("hubs",))],
    ids=["no site", "a site", "a mistake"],
)
def test_runs_are_tagged_by_study_and_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str, wanted: tuple[str, ...]
) -> None:
    configs = Path(shutil.copytree(configs_folder(), tmp_path / "configs"))
    (configs / "studies" / "hubs.toml").write_text(f"[study]\n{settings}\n", encoding="utf-8")
    monkeypatch.setenv("COLLOQUY_CONFIGS", str(configs))
    assert tags_of("hubs") == wanted
