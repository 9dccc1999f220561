from __future__ import annotations

from dataclasses import replace

import pytest

from colloquy.domain.utterance import Attribution, Role, RoleDecision
from colloquy.domain.voice_print import InterviewerVoice
from colloquy.stages.remember_interviewers import TEACHING_CONFIDENCE, hold_labels, teaching_voices
from tests.speakers import CLEAR, THREE, Lines, decided, rules, said, settled
from tests.voices import ANN, BEN, CAT, likeness, near, taught

VECTORS = {"S1": ANN, "S2": CAT, "S3": BEN}


def guessed(confidence: float = 0.99) -> tuple[RoleDecision, ...]:
    return tuple(replace(role, confidence=confidence) for role in settled(CLEAR).roles)


def decided_of(lines: Lines, **people: str) -> tuple[Attribution, dict[str, InterviewerVoice]]:
    decision = decided(said(lines)[1].turns, **people)
    found = settled(lines, decision)
    return found, teaching_voices(found, settled(lines).roles, VECTORS, decision, rules())


@pytest.mark.parametrize(("confidence", "labels"), [(TEACHING_CONFIDENCE, ["INT"]), (TEACHING_CONFIDENCE - 0.01, [])])
def test_a_guess_teaches_only_where_it_is_very_sure(confidence: float, labels: list[str]) -> None:
    found = teaching_voices(settled(CLEAR), guessed(confidence), VECTORS, None, rules())
    assert list(found) == labels
    assert all(voice == taught(ANN, 0) for voice in found.values())


def test_what_waits_for_a_person_and_a_voice_that_says_too_little_teach_nothing() -> None:
    waiting = replace(settled(CLEAR), question="which is which")
    assert teaching_voices(waiting, guessed(), VECTORS, None, rules()) == {}
    assert teaching_voices(settled(CLEAR), guessed(), {"S2": CAT}, None, rules()) == {}


def test_a_person_s_word_teaches_however_unsure_the_guess() -> None:
    _, own = decided_of(CLEAR, S1="P07", S2="interviewer")
    assert own == {"INT": taught(CAT, 0, is_decided=True)}


def test_numbers_count_as_said_only_where_a_person_told_interviewers_apart() -> None:
    _, own = decided_of(THREE, S1="interviewer", S2="P07", S3="interviewer2")
    assert {label: (voice.number, voice.is_numbered) for label, voice in own.items()} == {
        "INT": (1, True),
        "INT2": (2, True),
    }


def test_two_voices_of_one_interviewer_are_one() -> None:
    _, own = decided_of(THREE, S1="interviewer", S2="P07", S3="interviewer")
    assert list(own) == ["INT"]
    assert likeness(own["INT"].vector, near(1, 1, 0)) == pytest.approx(1, abs=1e-5)


def test_the_label_follows_the_voice_unless_a_person_gave_it() -> None:
    others = {"P01": (taught(BEN, 1),), "P02": (taught(ANN, 3),)}
    found, own = decided_of(CLEAR, S1="interviewer", S2="P07")
    held, voices = hold_labels(found, own, others, rules(), "P07")
    assert [(role.label, role.role) for role in held.roles] == [("INT3", Role.INTERVIEWER), ("P07", Role.PARTICIPANT)]
    assert {utterance.speaker for utterance in held.utterances} == {"INT3", "P07"}
    assert [voice.number for voice in voices] == [3]
    assert held.voices == found.voices  # the machine's guess is what it was
    said_so, own = decided_of(CLEAR, S1="interviewer2", S2="P07")
    held, voices = hold_labels(said_so, own, others, rules(), "P07")
    assert (held.roles[0].label, voices[0].number) == ("INT2", 2)


def test_of_a_guess_the_shown_label_is_the_one_that_is_held() -> None:
    own = teaching_voices(settled(CLEAR), guessed(), VECTORS, None, rules())
    held, _ = hold_labels(settled(CLEAR), own, {"P01": (taught(BEN),)}, rules(), "P07")
    assert [voice.guess.label for voice in held.voices] == ["INT2", "P07"]


def test_two_people_of_one_interview_never_get_one_label() -> None:
    """The second interviewer says too little for a voice of their own, and the first is known as the second."""
    decision = decided(said(THREE)[1].turns, S1="interviewer", S2="P07", S3="interviewer2")
    found = settled(THREE, decision)
    own = teaching_voices(found, settled(THREE).roles, {"S1": ANN}, decision, rules())
    assert own == {"INT": taught(ANN, 1, is_decided=True, is_numbered=True)}
    unnumbered = {"INT": taught(ANN, 0)}
    held, _ = hold_labels(found, unnumbered, {"P01": (taught(BEN),), "P02": (taught(ANN, 2),)}, rules(), "P07")
    assert [role.label for role in held.roles] == ["INT", "P07", "INT2"]
