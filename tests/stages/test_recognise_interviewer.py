"""Who asks by the voice: beside what the voices do, never over it."""

from __future__ import annotations

import pytest

from colloquy.domain.utterance import Role, RoleDecision
from colloquy.domain.voice_print import KnownInterviewer, Vector
from colloquy.stages.group_voices import SURELY_SAME
from colloquy.stages.recognise_interviewer import (
    CLEAR_BY,
    CONTRADICTION,
    HEARD_CONFIDENCE,
    Recognised,
    recognise_interviewer,
)
from tests.speakers import rules
from tests.voices import ANN, BEN, BETWEEN, CAT, likeness, near

INT, P, NOBODY = Role.INTERVIEWER, Role.PARTICIPANT, Role.UNKNOWN
KNOWN = (
    KnownInterviewer(1, ANN, (("P01", 0), ("P02", 0))),
    KnownInterviewer(2, BEN, (("P03", 0),)),
)


def roles(*given: Role) -> tuple[RoleDecision, ...]:
    """S1, S2, …; where it is clear who asks, as sure as 0.8."""
    labels = {INT: "INT", P: "P07"}
    return tuple(
        RoleDecision(f"S{place}", labels.get(role, f"S{place}"), role, 0.5 if role is NOBODY else 0.8, "asks")
        for place, role in enumerate(given, start=1)
    )


def recognised(
    given: tuple[RoleDecision, ...], *vectors: Vector | None, ids: tuple[str, ...] = ("P07",), **changed: float
) -> Recognised:
    heard = {f"S{place}": vector for place, vector in enumerate(vectors, start=1) if vector}
    return recognise_interviewer(given, heard, KNOWN, rules().model_copy(update=changed), ids)


def labels(found: Recognised) -> list[str]:
    return [role.label for role in found.roles]


def test_where_it_is_not_clear_who_asks_the_known_voice_does_and_the_reason_is_said() -> None:
    found = recognised(roles(NOBODY, NOBODY), CAT, ANN)
    assert [(role.label, role.role) for role in found.roles] == [("P07", P), ("INT", INT)]
    assert {role.confidence for role in found.roles} == {HEARD_CONFIDENCE}
    assert found.roles[1].reason == "the interviewer's voice, as in 2 other interviews"
    assert (found.question, found.heard) == ("", KNOWN[:1])


def test_of_a_single_interview_it_is_said_in_the_singular() -> None:
    assert recognised(roles(NOBODY, NOBODY), CAT, BEN).roles[1].reason.endswith("as in 1 other interview")


def test_a_second_interviewer_keeps_their_own_label() -> None:
    assert labels(recognised(roles(NOBODY, NOBODY), BEN, CAT)) == ["INT2", "P07"]
    clear = recognised(roles(INT, P), BEN, CAT)
    assert labels(clear) == ["INT2", "P07"]
    assert clear.roles[0].confidence == 0.8  # what it does is what it does
    assert clear.roles[0].reason == "asks; the interviewer's voice, as in 1 other interview"


NOT_CLEAR: dict[str, tuple[Vector | None, ...]] = {
    "nobody known": (CAT, near(0.2, 0.2, 1)),
    "not surely known": (BETWEEN, CAT),
    "the other nearly as like": (near(1, 0.4, 0), near(1, 0.5, 0)),
    "two like the same one": (ANN, near(1, 0.1, 0)),
    "one says too little": (ANN, None),
}


@pytest.mark.parametrize("vectors", NOT_CLEAR.values(), ids=list(NOT_CLEAR))
def test_where_the_voices_are_not_clear_nothing_changes(vectors: tuple[Vector | None, ...]) -> None:
    for given in (roles(NOBODY, NOBODY), roles(INT, P), roles(P, INT)):
        assert recognised(given, *vectors) == Recognised(given)


def test_the_limits_are_those_that_were_measured() -> None:
    clear, less, rival = near(1, 0.5, 0), near(1, 0.6, 0), near(1, 0, 0.65)
    assert likeness(clear, ANN) > SURELY_SAME > likeness(less, ANN)
    assert likeness(ANN, ANN) - CLEAR_BY > likeness(rival, ANN) > likeness(clear, ANN) - CLEAR_BY
    pairs = ((clear, CAT), (less, CAT), (ANN, rival), (clear, rival))
    found = [
        recognise_interviewer(
            roles(NOBODY, NOBODY), dict(zip(("S1", "S2"), pair, strict=True)), KNOWN[:1], rules(), ("P07",)
        )
        for pair in pairs
    ]
    assert [one.roles[0].role for one in found] == [INT, NOBODY, INT, NOBODY]


@pytest.mark.parametrize(
    ("given", "vectors"),
    [
        (roles(P, INT), (ANN, CAT)),  # who answers here asks elsewhere
        (roles(P, INT), (ANN, BEN)),  # one of the team interviews another
        (roles(P), (ANN,)),
    ],
)
def test_where_voice_and_behaviour_contradict_each_other_a_person_is_asked_and_nothing_overruled(
    given: tuple[RoleDecision, ...], vectors: tuple[Vector, ...]
) -> None:
    found = recognised(given, *vectors)
    assert (found.roles, found.question) == (given, CONTRADICTION)
    assert found.heard


def test_two_known_interviewers_beside_one_participant_are_both_interviewers() -> None:
    found = recognised(roles(INT, P, P), ANN, CAT, BEN)
    assert [(role.label, role.role) for role in found.roles] == [("INT", INT), ("P07", P), ("INT2", INT)]
    assert found.question == ""


def test_a_team_that_asks_for_more_certainty_decides_itself() -> None:
    unclear = roles(NOBODY, NOBODY)
    assert recognised(unclear, ANN, CAT, lowest_role_confidence=0.95) == Recognised(unclear)


def test_voices_beside_the_interviewer_that_do_not_fit_the_codes_keep_their_names() -> None:
    assert labels(recognised(roles(NOBODY, NOBODY, NOBODY), ANN, CAT, near(0, -1, 0))) == ["INT", "S2", "S3"]
    assert labels(recognised(roles(NOBODY, NOBODY), ANN, CAT, ids=())) == ["INT", "S2"]
