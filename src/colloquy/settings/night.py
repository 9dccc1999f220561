"""When the study is worked on by itself. Defaults and their reasons stand in `configs/colloquy.toml`."""

from __future__ import annotations

import difflib
from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import Field, ValidationInfo, field_validator

from colloquy.domain.night import NightWindow, parse_window
from colloquy.domain.workload import Order
from colloquy.settings.schedule import check_schedule, start_times
from colloquy.settings.section import Section

# More than a night needs to begin with its longest (workload.FIRST_SHARE): files are taken in before that.
SHARE_AHEAD = 0.5


class NightSettings(Section):
    time_zone: str  # first: the others are checked against it
    schedule: str
    window: str
    order: Order
    assumed_speed_ratio: float = Field(gt=0)

    @property
    def opening(self) -> NightWindow | None:
        """None: any time."""
        return parse_window(self.window, self.time_zone)

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f'the name of a time zone, such as "{_closest_zone(name)}"') from None
        return name

    @field_validator("schedule")
    @classmethod
    def _can_start(cls, schedule: str, found: ValidationInfo) -> str:
        schedule = " ".join(schedule.split())
        if schedule and "time_zone" in found.data:
            check_schedule(schedule, found.data["time_zone"])
        return schedule

    @field_validator("window")
    @classmethod
    def _holds_the_schedule(cls, text: str, found: ValidationInfo) -> str:
        window = parse_window(text, found.data.get("time_zone", "UTC"))
        schedule = found.data.get("schedule", "")
        if window is None or not schedule:
            return text
        starts = start_times(schedule)
        outside = next((start for start in starts if not window.holds(start)), None)
        if outside is not None:
            raise ValueError(f"a window that holds every start of the schedule; {outside:%H:%M} lies outside")
        if not any(_share_ahead(window, start) > SHARE_AHEAD for start in starts):
            raise ValueError(
                f"a window of which more than half is ahead when the schedule starts ({starts[0]:%H:%M}), or long "
                "recordings would never begin"
            )
        return text


def _share_ahead(window: NightWindow, start: time) -> float:
    passed_min = (start.hour - window.opens.hour) * 60 + start.minute - window.opens.minute
    return 1 - passed_min % (24 * 60) * 60 / window.length_s


def _closest_zone(name: str) -> str:
    """`london` gives `Europe/London`."""
    wanted = name.strip().replace(" ", "_").casefold()
    zones = (zone for zone in sorted(available_timezones()) if "/" in zone and not zone.startswith("Etc/"))
    by_city = {zone.rsplit("/", 1)[-1].casefold(): zone for zone in zones}
    close = difflib.get_close_matches(wanted.rsplit("/", 1)[-1], by_city, n=1)
    return by_city[close[0]] if close else "Europe/London"
