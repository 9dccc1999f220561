"""One contract for every registered diariser."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from colloquy.domain.diarisation import Diarisation
from colloquy.engines.registry import DIARISERS
from colloquy.protocols import Diariser
from tests.diarisers import TWO, diariser, excerpt


@pytest.fixture(scope="session", params=sorted(DIARISERS))
def every(request: pytest.FixtureRequest, models: Path) -> tuple[Diariser, Diarisation]:
    """A diariser and what it found in the excerpt."""
    engine = diariser(request.param, models)
    return engine, engine.diarise(*excerpt(), TWO)


def test_turns_are_in_order_exclusive_and_inside_the_recording(every: tuple[Diariser, Diarisation]) -> None:
    turns = every[1].turns
    assert turns
    assert all(turn.start_ms < turn.end_ms for turn in turns)
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(turns))
    assert turns[0].start_ms >= 0
    assert turns[-1].end_ms <= excerpt()[0].duration_ms


def test_labels_count_up_by_first_turn_and_within_the_bounds(every: tuple[Diariser, Diarisation]) -> None:
    found = every[1]
    assert found.speakers == tuple(f"S{n}" for n in range(1, len(found.speakers) + 1))
    assert len(found.speakers) <= TWO.maximum


def test_overlaps_are_in_order_and_of_known_voices(every: tuple[Diariser, Diarisation]) -> None:
    found = every[1]
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(found.overlaps))
    for overlap in found.overlaps:
        assert 0 <= overlap.start_ms < overlap.end_ms <= excerpt()[0].duration_ms
        assert len(set(overlap.speakers)) >= 2
        assert set(overlap.speakers) <= set(found.speakers)


def test_a_second_run_gives_the_same_and_names_the_engine(every: tuple[Diariser, Diarisation]) -> None:
    engine, first = every
    assert engine.diarise(*excerpt(), TWO) == first
    assert first.engine == engine.identity
    assert first.engine.name in DIARISERS
    assert first.engine.version


def test_only_an_engine_that_looks_for_overlaps_says_that_it_finds_them(every: tuple[Diariser, Diarisation]) -> None:
    engine, found = every
    assert found.finds_overlaps == (engine.identity.name != "embedded")
    assert found.finds_overlaps or not found.overlaps
