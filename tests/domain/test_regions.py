from __future__ import annotations

import pytest

from colloquy.domain.audio import Region, between, joined, shared_ms, widened

TWO = (Region(100, 200), Region(400, 600))


def test_regions_that_meet_become_one_and_others_stay() -> None:
    assert joined((Region(400, 600), Region(100, 200), Region(150, 250))) == (Region(100, 250), Region(400, 600))
    assert joined(TWO, 200) == (Region(100, 600),)
    assert joined(TWO, 199) == TWO


def test_wider_regions_join() -> None:
    assert widened(TWO, 50) == (Region(50, 250), Region(350, 650))
    assert widened(TWO, 100) == (Region(0, 700),)


@pytest.mark.parametrize(
    ("other", "shared"),
    [((), 0), (TWO, 300), ((Region(0, 1000),), 300), ((Region(150, 450),), 100), ((Region(200, 400),), 0)],
)
def test_shared_time_counts_once(other: tuple[Region, ...], shared: int) -> None:
    assert shared_ms(TWO, other) == shared_ms(other, TWO) == shared


@pytest.mark.parametrize(
    ("regions", "left"),
    [
        ((), (Region(0, 700),)),
        (TWO, (Region(0, 100), Region(200, 400), Region(600, 700))),
        ((Region(0, 700),), ()),
    ],
)
def test_between_is_what_regions_leave(regions: tuple[Region, ...], left: tuple[Region, ...]) -> None:
    assert between(regions, 700) == left
