"""When a person is asked who is who, and what becomes of the answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from colloquy.domain.diarisation import Diarisation, Overlap, SpeakerCount
from colloquy.domain.expected_speakers import ExpectedSpeakers
from colloquy.domain.utterance import Attribution, Role, RolesBy
from colloquy.stages.attribute import attribute
from colloquy.stages.settle_speakers import NO_LONGER_FITS, OTHER_FILES, settle_speakers
from tests.speakers import CLEAR, ENGINE, THREE, TWO, UNCLEAR, Lines, called, decided, rules, said, settled

ALONE: Lines = (("S1", "I have been a nurse for three years. It is hard but good."),)


def who(found: Attribution) -> dict[str, tuple[str, Role]]:
    return {role.speaker: (role.label, role.role) for role in found.roles}


def spoken(found: Attribution) -> list[str]:
    return list(dict.fromkeys(utterance.speaker for utterance in found.utterances))


class TestTheQuestion:
    def test_what_the_machine_is_sure_of_needs_nobody(self) -> None:
        found = settled(CLEAR)
        assert found.question == ""
        assert who(found) == {"S1": ("INT", Role.INTERVIEWER), "S2": ("P07", Role.PARTICIPANT)}

    @pytest.mark.parametrize(
        ("lines", "expected", "question"),
        [
            (UNCLEAR, TWO, "not clear who asks and who answers (sure to"),
            (ALONE, TWO, "1 voice was found, 2 were expected."),
            (THREE, TWO, "3 voices were found, 2 were expected."),
            (CLEAR, ExpectedSpeakers((), SpeakerCount(3, 6)), "2 voices were found, at least 3 were expected."),
            (CLEAR, ExpectedSpeakers((), SpeakerCount(1, 1)), "2 voices were found, 1 was expected."),
            (THREE, ExpectedSpeakers(("P07",), SpeakerCount(1, 6)), "could not be matched with the participants"),
        ],
    )
    def test_else_a_person_is_asked(self, lines: Lines, expected: ExpectedSpeakers, question: str) -> None:
        found = settled(lines, expected=expected)
        assert question in found.question
        assert "Leeds" not in found.question

    def test_one_person_who_may_have_been_taken_for_two_is_asked_about(self) -> None:
        transcript, diarisation = said(CLEAR)
        machine = attribute(transcript, diarisation, rules(), "P07", ("P07",))
        questions = [
            settle_speakers(machine, replace(diarisation, heard_count=heard), rules(), TWO, None).question
            for heard in (None, 2, 1)
        ]
        assert questions[:2] == ["", ""]
        assert "it sounds like 1 voice, and 2 were expected" in questions[2]

    @pytest.mark.parametrize(
        ("expected", "question"),
        [
            (TWO, "it sounds like 3 voices, and 2 were expected; two people may have been taken for one."),
            (ExpectedSpeakers(("P07",), SpeakerCount(1, 2)), "it sounds like 3 voices, and at most 2 were expected;"),
            (ExpectedSpeakers(("P07",), SpeakerCount(1, 3)), ""),
        ],
    )
    def test_two_people_who_may_have_been_taken_for_one_are_asked_about(
        self, expected: ExpectedSpeakers, question: str
    ) -> None:
        transcript, diarisation = said(CLEAR)
        machine = attribute(transcript, diarisation, rules(), "P07", ("P07",))
        found = settle_speakers(machine, replace(diarisation, heard_count=3), rules(), expected, None).question
        assert found.startswith(question)
        assert bool(found) == bool(question)

    def test_what_a_person_decided_answers_it(self) -> None:
        transcript, diarisation = said(CLEAR)
        machine = attribute(transcript, diarisation, rules(), "P07", ("P07",))
        decision = decided(diarisation.turns, S1="interviewer", S2="P07")
        assert not settle_speakers(machine, replace(diarisation, heard_count=3), rules(), TWO, decision).question

    def test_which_of_several_participants_is_which_is_asked(self) -> None:
        expected = ExpectedSpeakers(("P06", "P07"), SpeakerCount(3, 3))
        transcript, diarisation = said(THREE)
        machine = attribute(transcript, diarisation, rules(), "P06-P07", ("P06", "P07"))
        assert {role.label for role in machine.roles} == {"INT", "P06", "P07"}
        assert "which is which" in settle_speakers(machine, diarisation, rules(), expected, None).question
        told = decided(diarisation.turns, S1="interviewer", S2="P07", S3="P06")
        found = settle_speakers(machine, diarisation, rules(), expected, told)
        assert (found.question, who(found)["S2"]) == ("", ("P07", Role.PARTICIPANT))

    def test_how_sure_it_must_be_is_a_setting(self) -> None:
        transcript, diarisation = said(CLEAR)
        strict = rules().model_copy(update={"lowest_role_confidence": 1.0})
        machine = attribute(transcript, diarisation, strict, "P07", ("P07",))
        assert "needed 100%" in settle_speakers(machine, diarisation, strict, TWO, None).question

    def test_a_monologue_where_one_voice_is_expected_needs_nobody(self) -> None:
        assert settled(ALONE, expected=ExpectedSpeakers(("P07",), SpeakerCount(1, 2))).question == ""

    def test_without_words_there_is_nothing_to_ask(self) -> None:
        nothing = Diarisation((), (), ENGINE)
        assert settle_speakers(Attribution((), ()), nothing, rules(), TWO, None).question == ""


class TestTheAnswer:
    def test_it_takes_the_guess_s_place_and_the_guess_is_kept(self) -> None:
        turns = said(UNCLEAR)[1].turns
        found = settled(UNCLEAR, decided(turns, S1="P07", S2="interviewer"))
        assert found.question == ""
        assert who(found) == {"S1": ("P07", Role.PARTICIPANT), "S2": ("INT", Role.INTERVIEWER)}
        assert [utterance.speaker for utterance in found.utterances] == ["P07", "INT", "P07", "INT"]
        assert [utterance.role for utterance in found.utterances][:2] == [Role.PARTICIPANT, Role.INTERVIEWER]
        assert [voice.guess.role for voice in found.voices] == [Role.UNKNOWN, Role.UNKNOWN]
        assert [voice.guess.speaker for voice in found.voices] == ["S1", "S2"]

    def test_it_may_contradict_what_the_machine_is_sure_of(self) -> None:
        found = settled(CLEAR, decided(said(CLEAR)[1].turns, S1="P07", S2="interviewer"))
        assert who(found) == {"S1": ("P07", Role.PARTICIPANT), "S2": ("INT", Role.INTERVIEWER)}
        assert found.voices[0].guess.label == "INT"

    def test_two_voices_of_one_person_are_joined_and_do_not_talk_over_each_other(self) -> None:
        transcript, diarisation = said(THREE)
        last = diarisation.turns[-1]
        both = Diarisation(diarisation.turns, (Overlap(last.start_ms, last.end_ms, ("S2", "S3")),), ENGINE)
        machine = attribute(transcript, both, rules(), "P07", ("P07",))
        assert any(word.is_overlap for utterance in machine.utterances for word in utterance.words)
        decision = decided(both.turns, S1="interviewer", S2="P07", S3="P07")
        found = settle_speakers(machine, both, rules(), TWO, decision)
        assert spoken(found) == ["INT", "P07"]
        assert len(found.utterances) == len(machine.utterances) - 1
        assert not any(word.is_overlap for utterance in found.utterances for word in utterance.words)
        assert [u.utterance_id for u in found.utterances] == [f"P07-u{n:04d}" for n in range(1, 7)]

    def test_a_second_interviewer_and_somebody_else_have_labels_of_their_own(self) -> None:
        turns = said(THREE)[1].turns
        second = settled(THREE, decided(turns, S1="interviewer", S2="P07", S3="interviewer2"))
        assert who(second)["S3"] == ("INT2", Role.INTERVIEWER)
        other = settled(THREE, decided(turns, S1="interviewer", S2="P07", S3="other"))
        assert who(other)["S3"] == ("S3", Role.UNKNOWN)
        named_alike = settled(THREE, decided(turns, S1="interviewer", S2="S3", S3="other"))
        assert who(named_alike)["S3"] == ("S3?", Role.UNKNOWN)

    def test_a_participant_without_a_code_is_one_all_the_same(self) -> None:
        turns = said(THREE)[1].turns
        found = settled(THREE, decided(turns, S1="interviewer", S2="participant", S3="participant2"))
        assert (who(found)["S2"], who(found)["S3"]) == (("S2", Role.PARTICIPANT), ("S3", Role.PARTICIPANT))
        joined = settled(THREE, decided(turns, S1="interviewer", S2="participant", S3="participant"))
        assert spoken(joined) == ["INT", "S2"]

    def test_no_word_is_lost(self) -> None:
        found = settled(THREE, decided(said(THREE)[1].turns, S1="interviewer", S2="P07", S3="interviewer"))
        assert " ".join(utterance.text for utterance in found.utterances) == " ".join(text for _, text in THREE)

    def test_it_follows_the_voices_when_these_are_called_otherwise(self) -> None:
        turns = said(UNCLEAR)[1].turns
        swapped = called(turns, {"S1": "S2", "S2": "S1"})
        found = settled(UNCLEAR, decided(swapped, S1="interviewer", S2="P07"))
        assert [utterance.speaker for utterance in found.utterances] == ["P07", "INT", "P07", "INT"]

    def test_it_is_never_applied_to_other_voices(self) -> None:
        turns = said(UNCLEAR)[1].turns
        assert settled(UNCLEAR, decided(turns, S1="P07", S2="interviewer")).is_decided
        of_others = decided((replace(turns[0], end_ms=turns[1].end_ms), *turns[2:]), S1="P07", S2="interviewer")
        found = settled(UNCLEAR, of_others)
        assert (found.question, found.is_decided) == (NO_LONGER_FITS, False)
        assert spoken(found) == ["S1", "S2"]

    @pytest.mark.parametrize(
        ("made_on", "is_applied"),
        [("a" * 64, True), ("b" * 64, False), ("", True)],  # the last from before the files were noted
    )
    def test_it_is_never_applied_to_another_recording_even_of_the_same_turns(
        self, made_on: str, is_applied: bool
    ) -> None:
        transcript, diarisation = said(UNCLEAR)
        guessed = attribute(transcript, diarisation, rules(), "P07", ("P07",))
        machine = replace(guessed, source_sha256="a" * 64)
        told = decided(diarisation.turns, made_on, S1="P07", S2="interviewer")
        found = settle_speakers(machine, diarisation, rules(), TWO, told)
        assert (found.is_decided, found.question) == ((True, "") if is_applied else (False, OTHER_FILES))
        assert spoken(found) == (["P07", "INT"] if is_applied else ["S1", "S2"])


class TestWhoSaidSo:
    def test_a_person_or_the_machine_with_its_confidence(self) -> None:
        turns = said(UNCLEAR)[1].turns
        sure, unsure = settled(CLEAR), settled(UNCLEAR)
        told = settled(UNCLEAR, decided(turns, S1="P07", S2="interviewer"))
        assert (sure.roles_by, sure.role_confidence) == (RolesBy.MACHINE, sure.roles[0].confidence)
        assert (unsure.roles_by, unsure.role_confidence) == (RolesBy.NOBODY, None)
        assert (told.roles_by, told.role_confidence) == (RolesBy.PERSON, None)

    def test_the_least_sure_role_counts(self) -> None:
        found = settled(THREE)  # three voices, one participant expected: the machine doubts the participants
        assert found.role_confidence == min(role.confidence for role in found.roles) < found.roles[0].confidence

    def test_whoever_is_neither_was_decided_by_a_person_all_the_same(self) -> None:
        found = settled(UNCLEAR, decided(said(UNCLEAR)[1].turns, S1="other", S2="other"))
        assert found.roles_by is RolesBy.PERSON

    def test_a_decision_that_no_longer_fits_is_nobody_s_word(self) -> None:
        turns = said(UNCLEAR)[1].turns
        of_others = decided((replace(turns[0], end_ms=turns[1].end_ms), *turns[2:]), S1="P07", S2="interviewer")
        assert settled(UNCLEAR, of_others).roles_by is RolesBy.NOBODY

    def test_without_words_nobody_said_it(self) -> None:
        assert Attribution((), ()).roles_by is RolesBy.NOBODY
