"""The unattended night: between which hours work may begin, and what became of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_WINDOW = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Night:
    """One night's work on a study. The four lists hold interview ids.

    `waiting` wait for a person, `left` were not begun or not ended in time. `ended` is None while it runs, and stays
    None where the machine went off. `estimate_s` is the work left at the end; None where nothing could be estimated.
    `held_count` files of the inbox could not be placed. `outdated` versions of the dataset hold something that
    identifies a person and came to light since. Times are shown in the zone that they carry. Raises ValueError
    for a time without a zone.
    """

    began: datetime
    ended: datetime | None
    is_scheduled: bool
    done: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    estimate_s: float | None = None
    note: str = ""
    held_count: int = 0
    outdated: tuple[str, ...] = ()

    @property
    def needs_attention(self) -> bool:
        """Whether somebody has to do something."""
        return bool(self.failed or self.waiting or self.held_count or self.outdated)

    def __post_init__(self) -> None:
        in_utc(self.began)
        if self.ended is not None:
            in_utc(self.ended)


@dataclass(frozen=True, slots=True)
class NightWindow:
    """The hours in which work may begin, by the clock on the wall in `time_zone`; `closes` is no longer inside.

    When the clocks change, an edge is the first moment of its day at which the clock shows that time or a later one. A
    time that is skipped (01:30 on 28 March 2027 in London) is therefore the moment of the change; of a time that comes
    twice (01:30 on 31 October 2027) the first counts, for both edges. So two nights never overlap; a window that lies
    wholly within the skipped hour does not open in that night.

    Moments must carry a zone, else ValueError; what is given is in UTC, where differences are true lengths.
    """

    opens: time
    closes: time
    time_zone: str

    def is_open(self, moment: datetime) -> bool:
        return self._span_at(moment) is not None

    def opened_at(self, moment: datetime) -> datetime | None:
        """When the window that is open now opened; None where it is closed."""
        span = self._span_at(moment)
        return span[0] if span else None

    def closes_at(self, moment: datetime) -> datetime | None:
        """When the window that is open now closes; None where it is closed."""
        span = self._span_at(moment)
        return span[1] if span else None

    def opens_at(self, moment: datetime) -> datetime:
        """The next opening, later than `moment`."""
        now = in_utc(moment)
        day = now.astimezone(self._zone).date()
        while True:  # a window opens on each day but the one on which its hour is skipped
            opens, closes = self._span(day)
            if now < opens < closes:
                return opens
            day += DAY

    def holds(self, wall: time) -> bool:
        """By the clock on the wall alone."""
        if self.opens < self.closes:
            return self.opens <= wall < self.closes
        return wall >= self.opens or wall < self.closes

    @property
    def length_s(self) -> int:
        """On a night without a change of the clocks."""
        return (_minutes(self.closes) - _minutes(self.opens)) % (24 * 60) * 60

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def _span_at(self, moment: datetime) -> tuple[datetime, datetime] | None:
        now = in_utc(moment)
        today = now.astimezone(self._zone).date()
        spans = (self._span(day) for day in (today - DAY, today))
        return next((span for span in spans if span[0] <= now < span[1]), None)

    def _span(self, day: date) -> tuple[datetime, datetime]:
        """The window that opens on `day`."""
        last = day if self.opens < self.closes else day + DAY
        return _edge(day, self.opens, self._zone), _edge(last, self.closes, self._zone)


def parse_window(text: str, time_zone: str) -> NightWindow | None:
    """`22:00-06:30`, with a hyphen or an en dash; None for an empty text: any time. Raises ValueError."""
    if not text.strip():
        return None
    form = 'two times such as "22:00-06:30", or "" for any time'
    found = _WINDOW.fullmatch(text)
    if found is None:
        raise ValueError(form)
    hour, minute, last_hour, last_minute = (int(part) for part in found.groups())
    try:
        opens, closes = time(hour, minute), time(last_hour, last_minute)
    except ValueError:
        raise ValueError(f"{form}; hours go from 00 to 23 and minutes from 00 to 59, midnight is 00:00") from None
    if opens == closes:
        raise ValueError(f"{form}; this one would close the moment it opens")
    return NightWindow(opens, closes, time_zone)


def clock_change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which the clocks change between two moments in UTC, of which `before` has the old offset."""
    old = before.astimezone(zone).utcoffset()
    while (seconds := int((after - before).total_seconds())) > 1:
        middle = before + timedelta(seconds=seconds // 2)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


def in_utc(moment: datetime) -> datetime:
    """Raises ValueError where the moment does not say in which zone it is."""
    if moment.utcoffset() is None:
        raise ValueError("a moment with its time zone was expected")
    return moment.astimezone(UTC)


def _edge(day: date, wall: time, zone: ZoneInfo) -> datetime:
    local = datetime.combine(day, wall, tzinfo=zone)  # of a time that comes twice this is the first
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    return clock_change(zone, local.replace(fold=1).astimezone(UTC), moment)


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute
