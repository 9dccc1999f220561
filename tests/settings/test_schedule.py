"""What a schedule means, over the changes of the clocks, and that Prefect reads it in the same way."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from colloquy import quiet
from colloquy.settings.schedule import check_schedule, missed_nights, start_times, starts_after

LONDON = ZoneInfo("Europe/London")
GOOD = ["30 22 * * 1-5", "0 22 * * *", "0,30 20-23 * * mon,WED,5", "15 3 1 * *", "0 */3 * * *", "0 22 * JAN-MAR SUN"]


def london(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize("schedule", GOOD)
def test_prefect_starts_at_the_same_moments(schedule: str) -> None:
    quiet.apply()
    from prefect.server.schemas.schedules import CronSchedule

    check_schedule(schedule, "Europe/London")
    for moment in (london(3, 26, 12, 1), london(10, 29, 12, 1)):
        ours = list(islice(starts_after(schedule, "Europe/London", moment), 20))
        theirs = asyncio.run(CronSchedule(cron=schedule, timezone="Europe/London").get_dates(20, start=moment))
        assert ours == [start.astimezone(UTC) for start in theirs]


@pytest.mark.parametrize(
    ("schedule", "sentence"),
    [
        ("22:30", "five fields"),
        ("@daily", "five fields"),
        ("0 30 22 * * 1-5", "five fields"),
        ("30 22 * * 5/2", "five fields"),
        ("30 22 * * 1#2", "five fields"),
        ("30 22 L * *", "five fields"),
        ("70 22 * * *", "its minute cannot be read"),
        ("30 24 * * *", "its hour cannot be read"),
        ("30 22 31 2 *", "its day of month cannot be read"),
        ("30 22 * * FRI-MON", "its day of week cannot be read"),
        ("30 22 1-7 * 1", "not both"),
    ],
)
def test_what_cannot_be_read_is_refused_in_plain_words(schedule: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        check_schedule(schedule, "Europe/London")


@pytest.mark.parametrize("zone", ["Europe/London", "Europe/Lisbon"])
@pytest.mark.parametrize(
    ("hour", "minute", "is_good"),
    [(0, 44, True), (0, 45, False), (1, 30, False), (2, 15, False), (2, 16, True), (22, 30, True)],
)
def test_the_time_around_a_change_of_the_clocks_is_refused(zone: str, hour: int, minute: int, is_good: bool) -> None:
    schedule = f"{minute} {hour} * * *"
    if is_good:
        check_schedule(schedule, zone)
    else:
        with pytest.raises(ValueError, match=f"outside 00:45 to 02:15: in {zone} the clocks change"):
            check_schedule(schedule, zone)


def test_the_hours_that_are_refused_are_those_of_the_zone() -> None:
    check_schedule("30 1 * * *", "UTC")
    check_schedule("30 1 * * *", "Europe/Berlin")
    with pytest.raises(ValueError, match="01:45 to 03:15"):
        check_schedule("0 3 * * *", "Europe/Berlin")
    with pytest.raises(ValueError, match="23:45"):
        check_schedule("50 23 * * *", "Africa/Cairo")  # at midnight
    with pytest.raises(ValueError, match="00:45 to 02:15"):
        check_schedule("0 * * * *", "Europe/London")


def test_the_times_of_the_day_are_in_order() -> None:
    assert start_times("30 22,20 * * *") == (time(20, 30), time(22, 30))


@pytest.mark.parametrize(
    ("last", "now", "missed", "reason"),
    [
        (london(3, 3, 22, 30), london(3, 4, 9), 0, "the night took place"),
        (london(3, 3, 22, 31), london(3, 4, 22, 29), 0, "the next is not due"),
        (london(3, 3, 22, 31), london(3, 4, 22, 30), 1, "due now"),
        (london(3, 3, 22, 31), london(3, 5, 9), 1, "the machine was off on Thursday"),
        (london(3, 5, 22, 31), london(3, 8, 9), 0, "no night at the weekend"),
        (london(3, 1, 22, 31), london(3, 8, 9), 4, "a week of holidays"),
        (london(3, 26, 22, 31), london(3, 29, 22, 45), 1, "over a change of the clocks"),
        (datetime(2020, 1, 1, tzinfo=UTC), london(3, 8, 9), 30, "no more than 30"),
        (london(3, 8, 9), london(3, 1, 9), 0, "a clock that was set back"),
        (None, london(3, 8, 9), 0, "no night is known of"),
    ],
)
def test_missed_nights_are_the_starts_since_the_last_one(
    last: datetime | None, now: datetime, missed: int, reason: str
) -> None:
    assert missed_nights("30 22 * * 1-5", "Europe/London", last, now) == missed, reason
    if last is not None:
        shifted = missed_nights("30 22 * * 1-5", "Europe/London", last.astimezone(UTC), now.astimezone(UTC))
        assert shifted == missed, "the zone of the moments does not matter"


def test_without_a_schedule_nothing_is_missed() -> None:
    now = london(3, 8, 9)
    assert missed_nights("", "Europe/London", now - timedelta(days=9), now) == 0
