"""The settings of the night: off until asked for, and refused where a night could not do what it says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from colloquy.domain.night import parse_window
from colloquy.domain.workload import Speed, Waiting, order_of, seconds_needed
from colloquy.settings import NightSettings, load_settings
from colloquy.settings.schedule import missed_nights

NOON = datetime(2027, 3, 3, 12, tzinfo=UTC)


def night(**changed: object) -> NightSettings:
    return NightSettings.model_validate(load_settings().night.model_dump() | changed)


def refusal(**changed: object) -> str:
    with pytest.raises(ValidationError) as caught:
        night(**changed)
    return str(caught.value.errors()[0]["msg"])


def test_nothing_happens_at_night_until_it_is_asked_for() -> None:
    default = load_settings().night
    assert default.schedule == ""
    assert default.opening is None


def test_the_schedule_says_when_a_night_begins() -> None:
    daily, weekly = night(schedule=" 30 22  * * * "), night(schedule="30 22 * * 1")
    assert daily.schedule == "30 22 * * *"
    found = [missed_nights(s.schedule, s.time_zone, NOON, NOON.replace(day=17)) for s in (daily, weekly)]
    assert found == [14, 2]


def test_the_time_zone_moves_the_window() -> None:
    moment = datetime(2027, 3, 3, 21, 30, tzinfo=UTC)
    for zone, is_open in (("Europe/London", False), ("Europe/Berlin", True)):
        opening = night(window="22:00–06:30", time_zone=zone).opening
        assert opening == parse_window("22:00-06:30", zone)
        assert opening is not None
        assert opening.is_open(moment) is is_open


def test_the_order_says_who_comes_first() -> None:
    both = (Waiting("P01", 9, 1), Waiting("P02", 5, 2))
    first = {name: order_of(both, night(order=name).order)[0].interview_id for name in ("oldest", "shortest")}
    assert first == {"oldest": "P01", "shortest": "P02"}


def test_the_assumed_speed_changes_what_is_thought_to_be_needed() -> None:
    hour = Waiting("P01", 3_600_000, 1)
    needed = [
        seconds_needed(hour, Speed(night(assumed_speed_ratio=ratio).assumed_speed_ratio, is_measured=False))
        for ratio in (4.0, 0.5)
    ]
    assert needed == [14_400, 1800]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("London", "Europe/London"),
        ("Europe/Londn", "Europe/London"),
        ("New York", "America/New_York"),
        ("GMT+1 or so", "Europe/London"),
        ("../secrets", "Europe/London"),
        ("", "Europe/London"),
    ],
)
def test_an_unknown_zone_is_refused_with_the_one_that_is_meant(name: str, meant: str) -> None:
    assert f'such as "{meant}"' in refusal(time_zone=name)


def test_a_start_at_the_change_of_the_clocks_is_refused_with_the_reason() -> None:
    assert "the clocks change then" in refusal(schedule="30 1 * * *")
    assert night(schedule="30 1 * * *", time_zone="UTC").schedule


def test_a_window_must_hold_the_schedule() -> None:
    assert "21:30 lies outside" in refusal(schedule="30 21,22 * * *", window="22:00-06:30")
    assert "06:30 lies outside" in refusal(schedule="30 6 * * *", window="22:00-06:30")
    assert night(schedule="30 22 * * 1-5", window="22:00-06:30").opening is not None


def test_a_schedule_late_in_its_window_is_refused_since_long_recordings_would_never_begin() -> None:
    assert "more than half" in refusal(schedule="0 4 * * *", window="22:00-06:30")
    assert "(03:00)" in refusal(schedule="0 3 * * *", window="22:00-08:00")
    assert night(schedule="0 22,4 * * *", window="22:00-06:30").opening is not None


def test_a_window_is_checked_without_a_schedule_too() -> None:
    assert "close the moment it opens" in refusal(window="22:00-22:00")
