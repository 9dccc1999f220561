from __future__ import annotations

import pytest

from colloquy.errors import StudyError
from colloquy.stages.name_speakers import name_speakers

VOICES, CODES = ("S1", "S2", "S3"), ("P07", "P12")


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("S1=interviewer S2=P07 S3=other", ("interviewer", "P07", "other")),
        ("s3=OTHER s2=p07 s1=Interviewer", ("interviewer", "P07", "other")),
        ("S1=P07 S2=interviewer S3=P07", ("P07", "interviewer", "P07")),
        ("S1=INT S2=int2 S3=interviewer-3", ("interviewer", "interviewer2", "interviewer3")),
        ("S1=interviewer S2=P07 S3=P12", ("interviewer", "P07", "P12")),
    ],
)
def test_names_are_taken_whatever_their_order_and_capitals(said: str, named: tuple[str, ...]) -> None:
    assert name_speakers(said.split(), VOICES, CODES, "INT") == tuple(zip(VOICES, named, strict=True))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("S1=interviewer S2=P07 S4=other", "There is no such voice; known: S1, S2, S3"),
        ("S1=interviewer S2=P77 S3=other", "S2: there is no such participant in the study. Did you mean P07?"),
        ("S1=interviever S2=P07 S3=other", "S1: there is no such participant in the study. Did you mean interviewer?"),
        ("S1=interviewer S2=P07", "S3: not named. Name every voice; S3=other"),
        ("S1=interviewer S1=P07 S2=P07 S3=other", "S1 is named twice"),
        ("S1 S2=P07 S3=other", "Expected each voice and who it is"),
        ("S1= S2=P07 S3=other", "Expected each voice and who it is"),
    ],
)
def test_what_cannot_be_meant_is_said(said: str, reason: str) -> None:
    with pytest.raises(StudyError) as caught:
        name_speakers(said.split(), VOICES, CODES, "INT")
    assert reason in str(caught.value)


@pytest.mark.parametrize("said", ["S1=Niamh", "Niamh=S1", "Niamh"])
def test_a_persons_name_is_not_repeated(said: str) -> None:
    with pytest.raises(StudyError) as caught:
        name_speakers([said, "S2=P07", "S3=other"], VOICES, CODES, "INT")
    assert "Niamh" not in str(caught.value)


def test_who_could_be_meant_is_listed() -> None:
    with pytest.raises(StudyError, match=r"Known: interviewer, P07, P12, other\."):
        name_speakers(["S1=Anna", "S2=P07", "S3=other"], VOICES, CODES, "INT")
    with pytest.raises(StudyError, match=r"Known: interviewer, participant, other\."):
        name_speakers(["S1=Anna", "S2=participant", "S3=other"], VOICES, (), "INT")


def test_without_codes_the_others_are_participants_and_a_code_comes_before_the_label() -> None:
    said = ["S1=interviewer", "S2=Participant", "S3=participant2"]
    assert [who for _, who in name_speakers(said, VOICES, (), "INT")] == ["interviewer", "participant", "participant2"]
    assert name_speakers(["S1=I2"], ("S1",), ("I2",), "I") == (("S1", "I2"),)
