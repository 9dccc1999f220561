"""What a schedule of five fields (cron) means: when it starts, and which starts were missed.

Prefect reads the same text with a croniter of its own; only what both read alike is allowed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from colloquy.domain.night import clock_change, in_utc

MOST_MISSED = 30
MARGIN_MIN = 15  # around a change of the clocks: the machine's clock and the scheduler's rounds are not exact
DAY_MIN = 24 * 60
FORM = (
    "five fields (minute, hour, day of the month, month, day of the week) such as "
    '"30 22 * * 1-5" for half past ten on the evenings of Monday to Friday, or "" for no schedule'
)
# Left out is what Prefect and cronsim read differently: L, W, #, and a step without a range (5/2).
_VALUE = r"(?:\d+|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT)"
_PART = rf"(?:(?:\*|{_VALUE}-{_VALUE})(?:/\d+)?|{_VALUE})"
_FIELD = re.compile(rf"{_PART}(?:,{_PART})*")


def check_schedule(schedule: str, time_zone: str) -> None:
    """Raises ValueError, with what was expected, where it cannot be read or the clocks may change at a start.

    In London Prefect 3.8.8 starts "30 1 * * *" at 00:30 on the day on which summer time begins. The time around a
    change is refused on every day of the year: one rule that can be remembered.
    """
    fields = schedule.upper().split()
    if len(fields) != 5 or not all(_FIELD.fullmatch(field) for field in fields):
        raise ValueError(FORM)
    try:
        starts = start_times(schedule)
    except CronSimError as error:
        raise ValueError(f"{FORM}; its {str(error).removeprefix('Bad ').replace('-', ' ')} cannot be read") from None
    if fields[2] != "*" and fields[4] != "*":
        raise ValueError(
            "a day of the month or a day of the week, not both: a night would begin on either, not only where both are "
            'true. Put "*" for one of them'
        )
    for first, last in _changes(time_zone, datetime.now(UTC).date().year):
        if any(first <= _minute(wall) + turn <= last for wall in starts for turn in (-DAY_MIN, 0, DAY_MIN)):
            raise ValueError(
                f"a start outside {_shown(first)} to {_shown(last)}: in {time_zone} the clocks change then, twice a "
                'year, and a night would begin at the wrong hour, twice or not at all. Try "30 22 * * 1-5"'
            )


def start_times(schedule: str) -> tuple[time, ...]:
    """The times of the day at which it starts, by the clock on the wall. Raises CronSimError."""
    read = CronSim(schedule, datetime(2000, 1, 1))
    pairs = sorted((hour, minute) for hour in read.hours for minute in read.minutes)
    return tuple(time(hour, minute) for hour, minute in pairs if isinstance(hour, int) and isinstance(minute, int))


def starts_after(schedule: str, time_zone: str, moment: datetime) -> Iterator[datetime]:
    """Every start later than `moment`, in UTC; none without a schedule."""
    if schedule.strip():
        for start in CronSim(schedule, in_utc(moment).astimezone(ZoneInfo(time_zone))):
            yield start.astimezone(UTC)


def missed_nights(schedule: str, time_zone: str, last_began: datetime | None, now: datetime) -> int:
    """How many scheduled starts lie after the last night's beginning and not after `now`, up to 30.

    0 where no night is known of: a schedule that is new has missed nothing.
    """
    if last_began is None:
        return 0
    due = takewhile(lambda start: start <= in_utc(now), starts_after(schedule, time_zone, last_began))
    return sum(1 for _ in islice(due, MOST_MISSED))


@cache
def _changes(time_zone: str, year: int) -> tuple[tuple[int, int], ...]:
    """First and last minute of the day, with a margin, of each time that is skipped or comes twice in this year or the
    next; below 0 or above a day where it passes midnight.
    """
    zone = ZoneInfo(time_zone)
    found = []
    day, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 2, 1, 1, tzinfo=UTC)
    while day < end:
        following = day + timedelta(days=1)
        old, new = (moment.astimezone(zone).utcoffset() or timedelta() for moment in (day, following))
        if old != new:
            wall = clock_change(zone, day, following) + min(old, new)
            first = _minute(wall.time())
            found.append((first - MARGIN_MIN, first + int(abs(new - old).total_seconds()) // 60 + MARGIN_MIN))
        day = following
    return tuple(dict.fromkeys(found))


def _minute(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def _shown(minute: int) -> str:
    hours, minutes = divmod(minute % DAY_MIN, 60)
    return f"{hours:02d}:{minutes:02d}"
