from __future__ import annotations

import pytest

from colloquy.stages.group_voices import SURELY_OTHER, SURELY_SAME, group_voices
from tests.voices import ANN, BEN, CAT, likeness, near, taught


def numbers(**interviews: tuple) -> dict[str, tuple[int, ...]]:
    groups = group_voices({name.replace("_", "-"): voices for name, voices in interviews.items()})
    found = {member: group.number for group in groups for member in group.members}
    return {
        name.replace("_", "-"): tuple(found[name.replace("_", "-"), place] for place in range(len(voices)))
        for name, voices in interviews.items()
    }


def test_without_voices_there_are_no_interviewers() -> None:
    assert group_voices({}) == ()


def test_like_voices_are_one_person_with_their_mean() -> None:
    others = (near(1, 0.1, 0), near(1, -0.1, 0))
    (group,) = group_voices({"P01": (taught(others[0]),), "P02": (taught(others[1]),)})
    assert group.vector == pytest.approx(ANN, abs=1e-5)
    assert group.members == (("P01", 0), ("P02", 0))


def test_a_voice_that_is_not_surely_another_is_the_same() -> None:
    just_like, just_other = near(1, 1.4, 0), near(1, 1.6, 0)
    assert likeness(ANN, just_other) < SURELY_OTHER < likeness(ANN, just_like)
    assert numbers(P01=(taught(ANN),), P02=(taught(just_like, 0),)) == {"P01": (1,), "P02": (1,)}
    assert numbers(P01=(taught(ANN),), P02=(taught(just_other, 0),)) == {"P01": (1,), "P02": (2,)}


def test_two_voices_of_one_interview_are_two_people_however_like_they_are() -> None:
    assert numbers(P01=(taught(ANN), taught(near(1, 0.1, 0), 0))) == {"P01": (1, 2)}


def test_a_new_interviewer_takes_no_number_that_another_has() -> None:
    assert numbers(P01=(taught(BEN, 0),), P05=(taught(ANN, 1),)) == {"P01": (2,), "P05": (1,)}
    assert numbers(P01=(taught(CAT, 0),), P05=(taught(ANN, 2),)) == {"P01": (1,), "P05": (2,)}


def test_where_two_have_one_number_it_stays_with_most_interviews_then_with_the_first() -> None:
    many = {"P01": (taught(BEN),), "P02": (taught(ANN),), "P03": (taught(ANN),)}
    assert numbers(**many) == {"P01": (2,), "P02": (1,), "P03": (1,)}
    assert numbers(P10=(taught(BEN),), P9=(taught(ANN),)) == {"P10": (2,), "P9": (1,)}


def test_those_whom_a_person_told_apart_stay_apart_and_what_is_like_neither_keeps_its_number() -> None:
    like_both, second = near(1, 0.75, 0), taught(BEN, 2, is_decided=True, is_numbered=True)
    assert SURELY_OTHER < likeness(BEN, like_both) < SURELY_SAME
    assert numbers(P01=(taught(like_both),), P02=(second,)) == {"P01": (1,), "P02": (2,)}
    assert numbers(P01=(taught(like_both, 0),), P02=(second,)) == {"P01": (1,), "P02": (2,)}
    first = taught(BEN, 1, is_decided=True, is_numbered=True)
    assert numbers(P01=(first,), P02=(second,)) == {"P01": (1,), "P02": (2,)}
    assert numbers(P01=(taught(ANN, 2, is_decided=True, is_numbered=True),), P02=(second,)) == {
        "P01": (2,),
        "P02": (2,),
    }


def test_more_likeness_may_be_asked_for() -> None:
    alike = {"P01": (taught(ANN),), "P02": (taught(near(1, 0.75, 0)),)}
    assert [len(group_voices(alike, least)) for least in (SURELY_OTHER, SURELY_SAME)] == [1, 2]


def test_a_number_that_a_person_gave_outweighs_all_others() -> None:
    said = taught(ANN, 2, is_decided=True, is_numbered=True)
    found = numbers(P01=(taught(ANN),), P02=(taught(ANN),), P03=(said,), P04=(taught(BEN),))
    assert found == {"P01": (2,), "P02": (2,), "P03": (2,), "P04": (1,)}
