from __future__ import annotations

from dataclasses import replace

import pytest

from colloquy.domain.diarisation import Turn
from colloquy.stages.carry_decision import carry_decision
from tests.speakers import called, decided

TURNS = (Turn(0, 4_000, "S1"), Turn(4_000, 10_000, "S2"), Turn(10_000, 14_000, "S1"), Turn(15_000, 20_000, "S3"))
SAID = {"S1": "interviewer", "S2": "P07", "S3": "other"}


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (TURNS, SAID),
        (called(TURNS, {"S1": "S3", "S3": "S1"}), {"S1": "other", "S2": "P07", "S3": "interviewer"}),
        # edges that moved a little
        (
            (Turn(0, 4_400, "S1"), Turn(4_400, 10_300, "S2"), Turn(10_300, 14_000, "S1"), Turn(15_200, 20_000, "S3")),
            SAID,
        ),
    ],
)
def test_it_goes_with_who_speaks_when(turns: tuple[Turn, ...], expected: dict[str, str]) -> None:
    voices = tuple(dict.fromkeys(turn.speaker for turn in turns))
    assert carry_decision(decided(TURNS, **SAID), turns, voices) == expected


@pytest.mark.parametrize(
    "turns",
    [
        (Turn(0, 20_000, "S1"),),  # all in one voice
        (Turn(0, 6_000, "S1"), Turn(6_000, 10_000, "S2"), *TURNS[2:]),  # a third of P07's time went to S1
        TURNS[:3],  # one person's voice is gone
        (*TURNS[:2], Turn(10_000, 14_000, "S4"), TURNS[3]),  # one voice in two: who knows whether that is one person
        (*TURNS, Turn(30_000, 31_000, "S4")),  # a voice that nobody named
        (*TURNS[:3], Turn(15_000, 20_000, "S2")),  # two people in one voice
        tuple(Turn(turn.start_ms + 20_000, turn.end_ms + 20_000, turn.speaker) for turn in TURNS),  # another recording
    ],
)
def test_voices_that_changed_get_nobodys_name(turns: tuple[Turn, ...]) -> None:
    voices = tuple(dict.fromkeys(turn.speaker for turn in turns))
    assert carry_decision(decided(TURNS, **SAID), turns, voices) is None


def test_a_voice_that_says_words_now_and_said_none_then_has_no_name() -> None:
    assert carry_decision(decided(TURNS, S1="interviewer", S2="P07"), TURNS, ("S1", "S2", "S3")) is None


@pytest.mark.parametrize("said", [{"S1": "other", "S2": "S1", "S3": "P07"}, {"S1": "S2", "S2": "other", "S3": "other"}])
def test_a_participants_code_that_looks_like_a_voice_is_none(said: dict[str, str]) -> None:
    moved = (replace(TURNS[0], end_ms=3_990), *TURNS[1:])
    assert carry_decision(decided(TURNS, **said), moved, ("S1", "S2", "S3")) == said
    joined = called(TURNS, {"S2": "S1"})
    assert carry_decision(decided(TURNS, **said), joined, ("S1", "S3")) is None


def test_two_others_stay_two_people() -> None:
    decision = decided(TURNS, S1="other", S2="P07", S3="other")
    assert carry_decision(decision, called(TURNS, {"S3": "S1"}), ("S1", "S2")) is None
    merged = decided(TURNS, S1="interviewer", S2="P07", S3="interviewer")
    assert carry_decision(merged, called(TURNS, {"S3": "S1"}), ("S1", "S2")) == {"S1": "interviewer", "S2": "P07"}


def test_a_recording_without_turns_has_one_voice_all_the_same() -> None:
    assert carry_decision(decided((), S1="P07"), (), ("S1",)) == {"S1": "P07"}
    assert carry_decision(decided((), S1="P07"), TURNS, ("S1",)) is None
