"""What is told of a diarisation."""

from __future__ import annotations

import pytest

from colloquy.domain.audio import Region
from colloquy.domain.diarisation import Diarisation, Overlap, SpeakerCount, Turn
from colloquy.domain.engine import EngineIdentity

TURNS = (Turn(0, 1_000, "S1"), Turn(1_000, 2_000, "S2"), Turn(2_000, 4_000, "S1"))


@pytest.mark.parametrize(("count", "plain"), [(SpeakerCount(2, 2), "2"), (SpeakerCount(1, 8), "1 to 8")])
def test_a_number_of_voices_in_words(count: SpeakerCount, plain: str) -> None:
    assert count.plain == plain


def alone(*overlaps: Overlap) -> tuple[Region, ...]:
    return Diarisation(TURNS, overlaps, EngineIdentity("scripted", "1")).alone("S1")


def test_a_voice_is_alone_in_its_turns_without_the_overlaps() -> None:
    assert alone() == (Region(0, 1_000), Region(2_000, 4_000))
    at_an_edge, inside = Overlap(900, 1_200, ("S1", "S2")), Overlap(2_500, 3_000, ("S2", "S1"))
    assert alone(at_an_edge, inside) == (Region(0, 900), Region(2_000, 2_500), Region(3_000, 4_000))


def test_an_overlap_over_a_whole_turn_leaves_nothing_of_it() -> None:
    assert alone(Overlap(0, 1_500, ("S1", "S2"))) == (Region(2_000, 4_000),)
