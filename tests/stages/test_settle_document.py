"""When a person is asked who is who in a ready-made transcript, and what becomes of the answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from colloquy.domain.diarisation import SpeakerCount
from colloquy.domain.document import Paragraph, SourceText
from colloquy.domain.expected_speakers import ExpectedSpeakers
from colloquy.domain.speaker_decision import SpeakerDecision, voices_digest
from colloquy.domain.utterance import Attribution, Role
from colloquy.stages.read_document import read_document
from colloquy.stages.settle_document import NO_LONGER_FITS, settle_document
from colloquy.stages.settle_speakers import OTHER_FILES
from tests.speakers import TWO, rules

SOURCE = "5" * 64
BOUNDS = ExpectedSpeakers((), SpeakerCount(1, 6))
# Both ask as much as they tell, and the names say nothing.
UNCLEAR = (
    ("Speaker 1", "I went to Leeds with the others. What did you do there?"),
    ("Speaker 2", "We looked at the wards and had tea. What did you think of it?"),
    ("Speaker 1", "It was a good day for all of us."),
)
NAMED = (
    ("Mary Stone", "How did you begin? What came first?"),
    ("Owen Pike", "By chance, as it happens."),
    ("Mary Stone", "And then?"),
)

Lines = tuple[tuple[str | None, str], ...]


def source(lines: Lines, *, has_times: bool = True) -> SourceText:
    """A cue of five seconds a line."""
    times = [(5_000 * at, 5_000 * at + 4_900) if has_times else (None, None) for at in range(len(lines))]
    return SourceText(tuple(Paragraph(text, who, *time) for (who, text), time in zip(lines, times, strict=True)))


def guessed(lines: Lines, ids: tuple[str, ...] = ("P07",), *, has_times: bool = True) -> Attribution:
    machine = read_document(source(lines, has_times=has_times), rules(), "P07", ids)
    return replace(machine, source_sha256=SOURCE)


def decided(lines: Lines, **people: str) -> SpeakerDecision:
    return SpeakerDecision("P07", tuple(people.items()), (), SOURCE, voices_digest(guessed(lines).voices))


def settled(
    lines: Lines,
    decision: SpeakerDecision | None = None,
    expected: ExpectedSpeakers = TWO,
    *,
    has_times: bool = True,
) -> Attribution:
    machine = guessed(lines, expected.participant_ids, has_times=has_times)
    return settle_document(machine, source(lines, has_times=has_times), rules(), expected, decision)


def spoken(found: Attribution) -> list[tuple[str, Role]]:
    return [(utterance.speaker, utterance.role) for utterance in found.utterances]


class TestTheQuestion:
    @pytest.mark.parametrize(
        ("lines", "expected"),
        [
            (NAMED, TWO),
            (NAMED, BOUNDS),
            (((None, "Second interview, in March"), *NAMED), TWO),  # text above the first speaker
            ((("Interviewer", "Tell me."), ("Participant", "Tell what? And why? And how?")), TWO),
            # What the transcript says outright needs nobody, however many were expected.
            ((("Interviewer 1", "Ready?"), ("P07", "Yes."), ("Interviewer 2", "Then let us begin.")), TWO),
            ((("P07", "I have been a nurse for three years."),), TWO),
            (((None, "I began in spring."), (None, "Was it worth it? I think so.")), TWO),
        ],
    )
    def test_what_is_clear_needs_nobody(self, lines: Lines, expected: ExpectedSpeakers) -> None:
        assert settled(lines, expected=expected).question == ""

    @pytest.mark.parametrize(
        ("lines", "expected", "question"),
        [
            (UNCLEAR, TWO, "not clear who asks and who answers"),
            (UNCLEAR, BOUNDS, "not clear who asks and who answers"),
            ((("Mary Stone", "I have been a nurse."),), TWO, "1 voice was found, 2 were expected."),
            ((*NAMED, ("Bea Fox", "Tea?")), TWO, "3 voices were found, 2 were expected."),
            ((("Interviewer", "Ready?"), ("P08", "Yes.")), TWO, "could not be matched with the participants"),
            (
                (*NAMED, ("Bea Fox", "Indeed.")),
                ExpectedSpeakers(("P06", "P07"), SpeakerCount(3, 3)),
                "could not be matched with the participants",
            ),
        ],
    )
    def test_else_a_person_is_asked(self, lines: Lines, expected: ExpectedSpeakers, question: str) -> None:
        found = settled(lines, expected=expected)
        assert question in found.question
        assert not any(name in found.question for name in ("Stone", "Speaker", "Leeds"))

    def test_captions_that_name_nobody_are_not_asked_about(self) -> None:
        found = settled(((None, "It was a good year."), (None, "I learned to ask.")))
        assert (found.question, len(found.voices)) == ("", 1)

    def test_how_sure_it_must_be_is_a_setting(self) -> None:
        lines = (*NAMED, ("Owen Pike", "Pardon?"))  # three questions of four
        strict = rules().model_copy(update={"lowest_role_confidence": 0.9})
        asked = settle_document(guessed(lines), source(lines), strict, TWO, None).question
        assert asked == "it is not clear who asks and who answers (sure to 75%, needed 90%)."
        assert settled(lines).question == ""


class TestTheVoices:
    def test_they_are_shown_with_the_name_the_share_and_quotes(self) -> None:
        first, second = settled(UNCLEAR).voices
        assert (first.name, second.name) == ("Speaker 1", "Speaker 2")
        assert (first.word_count, second.word_count) == (21, 14)
        assert [(quote.start_ms, quote.text) for quote in first.quotes] == [
            (0, "I went to Leeds with the others."),
            (0, "What did you do there?"),
            (10_000, "It was a good day for all of us."),
        ]

    def test_without_times_quotes_are_in_the_order_of_the_text(self) -> None:
        first, _ = settled(UNCLEAR, has_times=False).voices
        assert [quote.start_ms for quote in first.quotes] == [None, None, None]
        assert [quote.text.split()[0] for quote in first.quotes] == ["I", "What", "It"]

    def test_no_name_and_no_quote_shows_in_a_message(self) -> None:
        found = settled(NAMED)
        assert not any(part in f"{found!r} {found.voices!r}" for part in ("Mary", "Owen", "chance"))


class TestTheAnswer:
    def test_it_takes_the_guess_s_place_and_the_guess_is_kept(self) -> None:
        found = settled(UNCLEAR, decided(UNCLEAR, S1="P07", S2="interviewer"))
        assert found.question == ""
        assert found.is_decided
        assert spoken(found) == [
            ("P07", Role.PARTICIPANT),
            ("INT", Role.INTERVIEWER),
            ("P07", Role.PARTICIPANT),
        ]
        assert {word.speaker for utterance in found.utterances for word in utterance.words} == {"P07", "INT"}
        assert [voice.guess.role for voice in found.voices] == [Role.UNKNOWN, Role.UNKNOWN]

    def test_it_may_contradict_the_transcripts_own_labels(self) -> None:
        lines = (("Interviewer", "I was a nurse."), ("P07", "Where was that?"), ("Interviewer", "In a small town."))
        assert spoken(settled(lines))[0] == ("INT", Role.INTERVIEWER)
        found = settled(lines, decided(lines, S1="P07", S2="interviewer"))
        assert [label for label, _ in spoken(found)] == ["P07", "INT", "P07"]

    def test_two_names_of_one_person_are_joined(self) -> None:
        lines = (*NAMED, ("Owen Pike", "By chance."), ("O. Pike (phone)", "As I said."))
        found = settled(lines, decided(lines, S1="interviewer", S2="P07", S3="P07"))
        assert [label for label, _ in spoken(found)] == ["INT", "P07", "INT", "P07"]
        assert found.utterances[-1].text == "By chance. As I said."
        assert [u.utterance_id for u in found.utterances] == [f"P07-u{n:04d}" for n in range(1, 5)]

    def test_no_word_is_lost(self) -> None:
        found = settled(UNCLEAR, decided(UNCLEAR, S1="interviewer", S2="interviewer"))
        assert " ".join(utterance.text for utterance in found.utterances) == " ".join(text for _, text in UNCLEAR)

    def test_it_holds_whatever_settings_say_of_pauses(self) -> None:
        decision = decided(UNCLEAR, S1="P07", S2="interviewer")
        other = rules().model_copy(update={"longest_pause_ms": 0, "longest_utterance_ms": 1000})
        machine = replace(read_document(source(UNCLEAR), other, "P07", ("P07",)), source_sha256=SOURCE)
        assert settle_document(machine, source(UNCLEAR), other, TWO, decision).is_decided

    def test_of_another_file_it_is_never_applied(self) -> None:
        decision = replace(decided(UNCLEAR, S1="P07", S2="interviewer"), source_sha256="6" * 64)
        found = settled(UNCLEAR, decision)
        assert (found.question, found.is_decided) == (OTHER_FILES, False)
        assert [label for label, _ in spoken(found)] == ["S1", "S2", "S1"]

    def test_of_speakers_that_are_read_otherwise_it_is_never_applied(self) -> None:
        decision = decided(UNCLEAR, S1="P07", S2="interviewer")
        swapped = (UNCLEAR[1], UNCLEAR[0])  # as if another reader found another first speaker
        assert settled(swapped, decision).question == NO_LONGER_FITS
        of_sound = SpeakerDecision("P07", decision.people, ())  # of the recording that stood here before
        assert settled(UNCLEAR, of_sound).question == NO_LONGER_FITS
