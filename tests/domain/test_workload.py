"""Which interview begins next, and how much is left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colloquy.domain.night import NightWindow, parse_window
from colloquy.domain.workload import (
    FIRST_SHARE,
    RESERVE_RATIO,
    Estimate,
    Order,
    Speed,
    Waiting,
    choose_next,
    estimate,
    fits,
    order_of,
    plain_length,
    seconds_needed,
)

WINDOW = parse_window("22:00-06:00", "UTC")
OPENING = datetime(2027, 3, 3, 22, tzinfo=UTC)
HOUR_MS = 3_600_000
SPEED = Speed(1.0, is_measured=True)


def waiting(*hours: float | None) -> tuple[Waiting, ...]:
    lengths = [None if h is None else round(h * HOUR_MS) for h in hours]
    return tuple(Waiting(f"P{n:02d}", length, n) for n, length in enumerate(lengths, 1))


def ids(interviews: tuple[Waiting, ...]) -> str:
    return " ".join(one.interview_id for one in interviews)


def test_the_order_is_the_one_that_was_asked_for() -> None:
    given_order = waiting(2, None, 1, 1, 0)[::-1]
    assert ids(order_of(given_order, "oldest")) == "P01 P02 P03 P04 P05"
    assert ids(order_of(given_order, "shortest")) == "P05 P03 P04 P01 P02"


def test_the_work_follows_the_length_of_the_sound() -> None:
    one, unknown, text = waiting(0.5, None, 0)
    assert seconds_needed(one, Speed(4.0, is_measured=False)) == 7200
    assert seconds_needed(unknown, SPEED) is None
    assert seconds_needed(text, SPEED) == 0


@pytest.mark.parametrize(
    ("needed_h", "passed_h", "is_first", "expected", "reason"),
    [
        (1, 0, False, True, "ends long before"),
        (1, 8 - RESERVE_RATIO, False, True, "ends with just the reserve"),
        (1, 8 - RESERVE_RATIO + 0.01, False, False, "not enough reserve"),
        (0, 7.99, False, True, "a text takes no time"),
        (1, 8, False, False, "the window has closed"),
        (1, -0.01, True, False, "it is not open yet"),
        (20, 0, False, False, "too long, and something else went first"),
        (20, 0, True, True, "too long for any night, first thing"),
        (20, 0.6, True, True, "first thing, where the schedule starts after the opening"),
        (20, 8 * (1 - FIRST_SHARE) + 0.01, True, False, "first, but the night began late"),
        (None, 0, False, False, "of unknown length"),
        (None, 0, True, True, "of unknown length, first thing"),
    ],
)
def test_nothing_begins_that_will_not_end_in_time(
    needed_h: float | None, passed_h: float, is_first: bool, expected: bool, reason: str
) -> None:
    needed_s = None if needed_h is None else needed_h * 3600
    assert fits(needed_s, WINDOW, OPENING + timedelta(hours=passed_h), is_first=is_first) is expected, reason


def test_without_a_window_everything_fits() -> None:
    assert fits(None, None, OPENING)
    (first, *_) = order_of(waiting(90, 1), "shortest")
    assert choose_next(order_of(waiting(90, 1), "shortest"), SPEED, None, OPENING, is_first=True) == first


def test_the_night_that_gains_an_hour_takes_longer_work() -> None:
    night = parse_window("22:00-06:00", "Europe/London")
    needed_s = 8.5 * 3600 / RESERVE_RATIO
    assert fits(needed_s, night, datetime(2027, 10, 30, 21, tzinfo=UTC))
    assert not fits(needed_s, night, datetime(2027, 10, 29, 21, tzinfo=UTC))
    assert not fits(7.5 * 3600 / RESERVE_RATIO, night, datetime(2027, 3, 27, 22, tzinfo=UTC))


def test_what_does_not_fit_any_more_lets_a_shorter_one_pass() -> None:
    ordered = order_of(waiting(5, 1, 0.5), "oldest")
    late = OPENING + timedelta(hours=6)
    assert choose_next(ordered, SPEED, WINDOW, late, is_first=False) == ordered[1]
    assert choose_next(ordered[:1], SPEED, WINDOW, late, is_first=False) is None


def test_the_one_that_has_waited_longest_begins_the_night_whatever_the_order() -> None:
    ordered = order_of(waiting(30, 1, 2), "shortest")
    assert choose_next(ordered, SPEED, WINDOW, OPENING, is_first=True) == ordered[-1]
    assert choose_next(ordered, SPEED, WINDOW, OPENING, is_first=False) == ordered[0]
    assert choose_next((), SPEED, WINDOW, OPENING, is_first=True) is None


lengths = st.lists(st.one_of(st.none(), st.floats(0, 40)), min_size=1, max_size=8)


@given(lengths, st.sampled_from(["oldest", "shortest"]), st.floats(0.1, 8))
def test_every_interview_has_its_turn_in_as_many_nights_as_there_are(
    hours: list[float | None], policy: Order, ratio: float
) -> None:
    """Though a new short one comes in every night."""
    left, speed = list(waiting(*hours)), Speed(ratio, is_measured=True)
    old = set(left)
    for night in range(len(hours)):
        left.append(Waiting(f"N{night}", 60_000, 100 + night))
        now, is_first = OPENING + timedelta(days=night), True
        while (one := choose_next(order_of(left, policy), speed, WINDOW, now, is_first=is_first)) is not None:
            needed_s = seconds_needed(one, speed)
            closes = OPENING + timedelta(days=night, hours=8)
            # No longer than to the next evening: what takes longer than a day takes that night too.
            now += timedelta(hours=15) if needed_s is None else min(timedelta(seconds=needed_s), timedelta(hours=15))
            assert is_first or now <= closes, "only the first may run over"
            left.remove(one)
            is_first = False
    assert not old & set(left)


@given(lengths, st.floats(0, 24))
def test_an_estimate_counts_everything_that_is_left(hours: list[float | None], passed_h: float) -> None:
    found = estimate(waiting(*hours), SPEED, WINDOW, OPENING + timedelta(hours=passed_h))
    assert found.left_count == len(hours)
    assert found.sound_ms == sum(round(h * HOUR_MS) for h in hours if h is not None)
    assert found.nights is not None
    assert 0 <= found.nights <= len(hours)


def test_more_work_takes_no_fewer_nights() -> None:
    nights = [estimate(waiting(*[2] * n), SPEED, WINDOW, OPENING).nights or 0 for n in range(12)]
    assert all(fewer <= more for fewer, more in pairwise(nights))


MORNING = OPENING + timedelta(hours=9)


@pytest.mark.parametrize(
    ("hours", "window", "now", "speed", "sentence"),
    [
        ((), WINDOW, MORNING, SPEED, "Nothing is left."),
        ((0.5,), WINDOW, MORNING, SPEED, "1 interview is left: about 30 min of work, 1 more night."),
        ((2, 1.3), WINDOW, OPENING, SPEED, "2 interviews are left: about 3 h 20 min of work, this night."),
        ((5, 5), WINDOW, MORNING, SPEED, "2 interviews are left: about 10 h of work, 2 more nights."),
        ((5, 5), None, MORNING, SPEED, "2 interviews are left: about 10 h of work."),
        (
            (5, 5, None),
            WINDOW,
            MORNING,
            SPEED,
            "3 interviews are left: more than 10 h of work, at least 2 more nights. 1 of them has an unknown length "
            "and is not counted.",
        ),
        (
            (1, None, None),
            WINDOW,
            OPENING,
            SPEED,
            "3 interviews are left: more than 1 h of work. 2 of them have an unknown length and are not counted.",
        ),
        (
            (None,),
            WINDOW,
            MORNING,
            SPEED,
            "1 interview is left; how much work that is cannot be said, as its file does not give a length.",
        ),
        (
            (None, None),
            WINDOW,
            MORNING,
            SPEED,
            "2 interviews are left; how much work that is cannot be said, as their files do not give a length.",
        ),
        (
            (1,),
            WINDOW,
            MORNING,
            Speed(4.0, is_measured=False),
            "1 interview is left: about 4 h of work, 1 more night. Nothing has been measured on this machine yet, so "
            "this is a cautious guess.",
        ),
    ],
)
def test_what_is_left_is_said_in_plain_words(
    hours: tuple[float | None, ...], window: NightWindow | None, now: datetime, speed: Speed, sentence: str
) -> None:
    assert estimate(waiting(*hours), speed, window, now).sentence == sentence


def test_texts_alone_are_a_moment_of_work() -> None:
    assert Estimate(3, 0, 9_000, 7_500, None, is_measured=True).expectation == "About 2 h 5 min of work."
    assert Estimate(3, 1, 0, 600, None, is_measured=False).expectation == "More than 10 min of work."
    assert "a cautious guess" in Estimate(3, 0, 9_000, 600, None, is_measured=False).expectation
    assert Estimate(2, 2, 0, 0.0, None, is_measured=True).expectation.startswith("How long that takes cannot be said")
    assert Estimate(1, 0, 0, 0.0, 1, is_measured=True).sentence.startswith("1 interview is left: about 1 min of work")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1 min"),
        (61, "2 min"),
        (3540, "59 min"),
        (3541, "1 h"),
        (3660, "1 h 5 min"),
        (11_999, "3 h 20 min"),
        (86_400, "24 h"),
        (86_460, "25 h"),
    ],
)
def test_a_length_is_rounded_up(seconds: float, text: str) -> None:
    assert plain_length(seconds) == text
