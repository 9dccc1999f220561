"""The stage hands over what the diariser needs and lets no broken result through."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from colloquy.domain.audio import AudioQuality, AudioSamples, PreparedAudio, Region
from colloquy.domain.diarisation import Diarisation, Overlap, SpeakerCount, Turn
from colloquy.domain.engine import EngineIdentity
from colloquy.errors import DiarisationError
from colloquy.stages.diarise import diarise

ENGINE = EngineIdentity("test", "1")
PREPARED = PreparedAudio(
    AudioSamples(np.zeros((1, 160_000), np.float32)),
    AudioQuality(10_000, 1, 16_000, "pcm", -3.0, -20.0, 40.0, 0.0, 0.8, 8_000, False),
    (Region(0, 9_000),),
)
GOOD = Diarisation((Turn(0, 4_000, "S1"), Turn(4_000, 9_000, "S2")), (Overlap(3_500, 4_200, ("S1", "S2")),), ENGINE)


class FixedDiariser:
    """Gives what it was made with and keeps what it was asked."""

    def __init__(self, found: Diarisation) -> None:
        self.found = found
        self.asked: list[object] = []

    @property
    def identity(self) -> EngineIdentity:
        return ENGINE

    def diarise(self, audio: AudioSamples, speech: tuple[Region, ...], count: SpeakerCount) -> Diarisation:
        self.asked += [audio, speech, count]
        return self.found


def test_sound_speech_and_count_are_handed_over_and_a_good_result_comes_back() -> None:
    diariser, count = FixedDiariser(GOOD), SpeakerCount(2, 2)
    assert diarise(PREPARED, diariser, count) == replace(GOOD, asked=count)
    assert diariser.asked == [PREPARED.audio, PREPARED.speech, count]


def test_nobody_found_is_a_result() -> None:
    nobody = Diarisation((), (), ENGINE)
    assert diarise(PREPARED, FixedDiariser(nobody), SpeakerCount()) == replace(nobody, asked=SpeakerCount())


@pytest.mark.parametrize(
    ("turns", "overlaps", "problem"),
    [
        ([(0, 4_000, "S1"), (3_999, 5_000, "S2")], [], "same time"),
        ([(5_000, 6_000, "S1"), (0, 4_000, "S2")], [], "same time"),
        ([(0, 0, "S1")], [], "without length"),
        ([(0, 10_001, "S1")], [], "outside the recording"),
        ([(-1, 10, "S1")], [], "outside the recording"),
        ([(0, 10, "S2"), (10, 20, "S1")], [], "labels out of order"),
        ([(0, 10, "SPEAKER_00")], [], "labels out of order"),
        ([(0, 10, "S1")], [(0, 10, ("S1", "S2"))], "unknown voice"),
        ([(0, 10, "S1"), (10, 20, "S2")], [(0, 20_000, ("S1", "S2"))], "outside the recording"),
    ],
)
def test_a_broken_result_is_refused(
    turns: list[tuple[int, int, str]], overlaps: list[tuple[int, int, tuple[str, ...]]], problem: str
) -> None:
    found = Diarisation(tuple(Turn(*turn) for turn in turns), tuple(Overlap(*o) for o in overlaps), ENGINE)
    with pytest.raises(DiarisationError, match=problem):
        diarise(PREPARED, FixedDiariser(found), SpeakerCount(1, 2))


def test_more_voices_than_were_promised_are_a_result_that_a_person_is_asked_about() -> None:
    three = Diarisation((Turn(0, 10, "S1"), Turn(10, 20, "S2"), Turn(20, 30, "S3")), (), ENGINE)
    assert diarise(PREPARED, FixedDiariser(three), SpeakerCount(2, 2)) == replace(three, asked=SpeakerCount(2, 2))


def test_bounds_that_nothing_can_meet_are_refused_before_any_work() -> None:
    diariser = FixedDiariser(GOOD)
    with pytest.raises(DiarisationError, match="fewest_speakers"):
        diarise(PREPARED, diariser, SpeakerCount(3, 2))
    assert not diariser.asked
