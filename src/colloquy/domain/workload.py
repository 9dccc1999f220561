"""What is still to be done: in which order, how long it takes, and what may begin before the window closes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Literal

from colloquy.domain.night import NightWindow, in_utc

Order = Literal["oldest", "shortest"]

# Half of the interviews take longer than the median says; and publishing follows. Chosen, not measured.
RESERVE_RATIO = 1.25
# A night's first interview may begin whatever its length while at least this much of the window is ahead.
FIRST_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Waiting:
    """An interview that is not finished.

    `duration_ms` is the length of its sound, 0 for a text, None where it is unknown. `taken_order` counts in the
    order in which the interviews were taken in.
    """

    interview_id: str
    duration_ms: int | None
    taken_order: int


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds of work, all stages together, for each second of sound."""

    work_ratio: float
    is_measured: bool


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is left. `sound_ms` and `seconds` count the interviews of known length; `unknown_count` have none.

    `nights` are nights after the present one (0: it ends in this one); None where there is no window.
    """

    left_count: int
    unknown_count: int
    sound_ms: int
    seconds: float
    nights: int | None
    is_measured: bool

    @property
    def sentence(self) -> str:
        """In plain words, for the digest and `status`."""
        if not self.left_count:
            return "Nothing is left."
        left = f"{counted(self.left_count, 'interview')} {'is' if self.left_count == 1 else 'are'} left"
        if self.unknown_count == self.left_count:
            whose = "its file does" if self.left_count == 1 else "their files do"
            return f"{left}; how much work that is cannot be said, as {whose} not give a length."
        sentences = [f"{left}: {'more than' if self.unknown_count else 'about'} {self._length}."]
        if self.unknown_count:
            verb = "has" if self.unknown_count == 1 else "have"
            sentences.append(f"{self.unknown_count} of them {verb} an unknown length and {self._is} not counted.")
        if not self.is_measured and self.sound_ms:
            sentences.append("Nothing has been measured on this machine yet, so this is a cautious guess.")
        return " ".join(sentences)

    @property
    def expectation(self) -> str:
        """Before the work begins."""
        if self.unknown_count == self.left_count:
            return "How long that takes cannot be said: the files do not give a length."
        more = "More than" if self.unknown_count else "About"
        guess = (
            "" if self.is_measured or not self.sound_ms else " (a cautious guess: nothing has been measured here yet)"
        )
        return f"{more} {plain_length(self.seconds)} of work{guess}."

    @property
    def _is(self) -> str:
        return "is" if self.unknown_count == 1 else "are"

    @property
    def _length(self) -> str:
        work = f"{plain_length(self.seconds)} of work"
        if self.nights is None or (self.unknown_count and not self.nights):
            return work
        if not self.nights:
            return f"{work}, this night"
        return f"{work}, {'at least ' if self.unknown_count else ''}{counted(self.nights, 'more night')}"


def order_of(waiting: Iterable[Waiting], policy: Order) -> tuple[Waiting, ...]:
    """First taken in first, or shortest first with those of unknown length last."""
    if policy == "oldest":
        return tuple(sorted(waiting, key=lambda one: one.taken_order))
    return tuple(sorted(waiting, key=lambda one: (one.duration_ms is None, one.duration_ms or 0, one.taken_order)))


def seconds_needed(waiting: Waiting, speed: Speed) -> float | None:
    """None where the length is unknown."""
    return None if waiting.duration_ms is None else waiting.duration_ms / 1000 * speed.work_ratio


def fits(needed_s: float | None, window: NightWindow | None, now: datetime, *, is_first: bool = False) -> bool:
    """Whether work may begin now: only what will end, with a reserve, before the window closes.

    What is too long for any night, or of unknown length, would never begin. So the first of a night (`is_first`) may
    begin whatever its length, unless the night began late in the window; it then runs on into the day.
    """
    if window is None:
        return True
    closes, opened = window.closes_at(now), window.opened_at(now)
    if closes is None or opened is None:
        return False
    left_s = (closes - in_utc(now)).total_seconds()
    if needed_s is not None and needed_s * RESERVE_RATIO <= left_s:
        return True
    return is_first and left_s >= FIRST_SHARE * (closes - opened).total_seconds()


def choose_next(
    ordered: tuple[Waiting, ...], speed: Speed, window: NightWindow | None, now: datetime, *, is_first: bool
) -> Waiting | None:
    """Which interview to begin now; None where none will end in time.

    The first of a night is the one that has waited longest, whatever the order, so that none waits for ever behind
    shorter ones; after it, the first in order that fits.
    """
    if window is not None and is_first and ordered:
        oldest = min(ordered, key=lambda one: one.taken_order)
        if fits(seconds_needed(oldest, speed), window, now, is_first=True):
            return oldest
    return next((one for one in ordered if fits(seconds_needed(one, speed), window, now)), None)


def estimate(ordered: tuple[Waiting, ...], speed: Speed, window: NightWindow | None, now: datetime) -> Estimate:
    """How much work is left, and how many nights it takes as `choose_next` would fill them."""
    known = tuple(one for one in ordered if one.duration_ms is not None)
    needed = [seconds_needed(one, speed) or 0.0 for one in known]
    return Estimate(
        left_count=len(ordered),
        unknown_count=len(ordered) - len(known),
        sound_ms=sum(one.duration_ms or 0 for one in known),
        seconds=sum(needed),
        nights=None if window is None else max(_nights(needed, window, now), ordered != () and not window.is_open(now)),
        is_measured=speed.is_measured,
    )


def _nights(needed: list[float], window: NightWindow, now: datetime) -> int:
    """Nights of usual length after the present one; the first of each begins whatever its length."""
    closes = window.closes_at(now)
    left_s = (closes - in_utc(now)).total_seconds() if closes else 0.0
    nights = 0
    while needed:
        needed, left_s = _fill(needed, left_s)
        if needed:
            nights += 1
            left_s = float(window.length_s) - needed.pop(0)
    return nights


def _fill(needed: list[float], left_s: float) -> tuple[list[float], float]:
    """What does not fit into `left_s`, in order, and what is left of it."""
    over = []
    for seconds in needed:
        if seconds * RESERVE_RATIO <= left_s:
            left_s -= seconds
        else:
            over.append(seconds)
    return over, left_s


def plain_length(seconds: float) -> str:
    """`40 min`, `3 h 20 min`, `31 h`: rounded up, from an hour on to five minutes, from a day on to hours."""
    minutes = ceil(seconds / 60)
    if minutes < 60:
        return f"{max(minutes, 1)} min"
    minutes = ceil(minutes / 5) * 5
    hours, rest = divmod(minutes, 60)
    if hours >= 24:
        return f"{hours + bool(rest)} h"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def counted(count: int, noun: str, nouns: str = "") -> str:
    """`1 voice`, `2 voices`; `nouns` where more of them take more than an s."""
    return f"{count} {noun if count == 1 else nouns or f'{noun}s'}"
