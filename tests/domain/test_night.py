"""Nights in London, over midnight and over both changes of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colloquy.domain.night import Night, NightWindow, parse_window

LONDON = ZoneInfo("Europe/London")
TICK = timedelta(microseconds=1)


def window(text: str, zone: str = "Europe/London") -> NightWindow:
    found = parse_window(text, zone)
    assert found is not None
    return found


def london(year: int, month: int, day: int, hour: int, minute: int = 0, fold: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=LONDON, fold=fold)


@pytest.mark.parametrize("text", ["22:00-06:30", "22:00–06:30", " 22:00 - 6:30 "])
def test_a_window_is_two_times(text: str) -> None:
    assert parse_window(text, "Europe/London") == NightWindow(time(22), time(6, 30), "Europe/London")


def test_no_window_is_any_time() -> None:
    assert parse_window(" ", "Europe/London") is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("22-6", "two times such as"),
        ("10pm-6am", "two times such as"),
        ("22:00", "two times such as"),
        ("18:00-24:00", "midnight is 00:00"),
        ("22:60-06:00", "minutes from 00 to 59"),
        ("22:00-22:00", "close the moment it opens"),
    ],
)
def test_a_window_that_cannot_be_meant_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_window(text, "Europe/London")


@pytest.mark.parametrize(
    ("hour", "minute", "is_open"),
    [(21, 59, False), (22, 0, True), (23, 59, True), (0, 0, True), (6, 29, True), (6, 30, False), (12, 0, False)],
)
def test_a_window_reaches_over_midnight_and_ends_before_its_last_edge(hour: int, minute: int, is_open: bool) -> None:
    assert window("22:00-06:30").is_open(london(2027, 3, 3, hour, minute)) is is_open
    assert window("22:00-06:30").holds(time(hour, minute)) is is_open


@pytest.mark.parametrize(
    ("evening", "hours", "reason"),
    [
        (london(2027, 3, 26, 23), 8.5, "no change"),
        (london(2027, 3, 27, 23), 7.5, "an hour is skipped"),
        (london(2027, 10, 30, 23), 9.5, "an hour comes twice"),
    ],
)
def test_a_night_has_its_real_length(evening: datetime, hours: float, reason: str) -> None:
    night = window("22:00-06:30")
    opened, closes = night.opened_at(evening), night.closes_at(evening)
    assert opened is not None
    assert closes is not None
    assert closes - opened == timedelta(hours=hours), reason
    assert closes.astimezone(LONDON).time() == time(6, 30)
    assert night.length_s == 8.5 * 3600


def test_an_edge_that_is_skipped_is_the_moment_of_the_change() -> None:
    change = datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert window("01:30-06:00").opens_at(london(2027, 3, 28, 0)) == change
    assert window("22:00-01:30").closes_at(london(2027, 3, 28, 0)) == change


def test_of_an_edge_that_comes_twice_the_first_counts() -> None:
    first = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert window("01:30-06:00").opens_at(london(2027, 10, 31, 0)) == first
    assert window("22:00-01:30").closes_at(london(2027, 10, 31, 0)) == first
    assert not window("22:00-01:30").is_open(london(2027, 10, 31, 1, 10, fold=1))


def test_a_window_within_the_skipped_hour_does_not_open_that_night() -> None:
    short = window("01:15-01:45")
    assert not short.is_open(datetime(2027, 3, 28, 1, tzinfo=UTC))
    assert short.opens_at(london(2027, 3, 28, 0)) == london(2027, 3, 29, 1, 15)


def test_the_next_opening_is_later_even_while_it_is_open() -> None:
    night = window("22:00-06:30")
    assert night.opens_at(london(2027, 3, 3, 12)) == london(2027, 3, 3, 22)
    assert night.opens_at(london(2027, 3, 3, 22)) == london(2027, 3, 4, 22)
    assert night.closes_at(london(2027, 3, 3, 12)) is None
    assert night.opened_at(london(2027, 3, 3, 12)) is None


def test_the_windows_zone_counts_and_not_the_moments() -> None:
    moment = datetime(2027, 7, 1, 21, 30, tzinfo=UTC)
    assert window("22:00-06:30").is_open(moment)
    assert not window("22:00-06:30", "UTC").is_open(moment)


def test_a_time_without_a_zone_is_refused() -> None:
    naive = datetime(2027, 3, 3, 22)
    for ask in (window("22:00-06:30").is_open, window("22:00-06:30").opens_at):
        with pytest.raises(ValueError, match="time zone"):
            ask(naive)
    with pytest.raises(ValueError, match="time zone"):
        Night(naive, None, is_scheduled=True)


edges = st.times().map(lambda t: t.replace(second=0, microsecond=0))
windows = st.builds(
    NightWindow, edges, edges, st.sampled_from(["Europe/London", "America/New_York", "Africa/Cairo", "UTC"])
).filter(lambda w: w.opens != w.closes)
moments = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)),
    # the days on which the clocks change in London
    st.datetimes(datetime(2027, 3, 27), datetime(2027, 3, 29), timezones=st.just(UTC)),
    st.datetimes(datetime(2027, 10, 30), datetime(2027, 11, 1), timezones=st.just(UTC)),
)


@given(windows, moments)
def test_what_is_open_opened_before_and_closes_later(night: NightWindow, moment: datetime) -> None:
    opened, closes = night.opened_at(moment), night.closes_at(moment)
    assert night.is_open(moment) is (opened is not None) is (closes is not None)
    if opened is not None and closes is not None:
        assert opened <= moment < closes
        assert night.is_open(opened)
        assert night.is_open(closes - TICK)
        assert night.opened_at(closes) in (None, closes), "a window never opens before the last one closed"
        assert abs((closes - opened).total_seconds() - night.length_s) <= 3600


@given(windows, moments)
def test_it_stays_closed_until_the_next_opening(night: NightWindow, moment: datetime) -> None:
    opens = night.opens_at(moment)
    assert opens > moment
    assert opens - moment <= timedelta(days=2, hours=2)
    assert night.opened_at(opens) == opens
    if not night.is_open(moment):
        assert not night.is_open(opens - TICK)
        assert not night.is_open(moment + (opens - moment) / 2)


@given(windows, moments)
def test_the_clock_on_the_wall_agrees_on_days_without_a_change(night: NightWindow, moment: datetime) -> None:
    zone = ZoneInfo(night.time_zone)
    offsets = {(moment + timedelta(days=n)).astimezone(zone).utcoffset() for n in range(-2, 3)}
    if len(offsets) == 1:
        assert night.is_open(moment) is night.holds(moment.astimezone(zone).time())
