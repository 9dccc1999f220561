"""Words to voices (golden cases), voices to utterances, behaviour to roles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from colloquy.domain.diarisation import Diarisation, Overlap, Turn
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.transcript import Transcript, Word
from colloquy.domain.utterance import Attribution, Role, Utterance
from colloquy.settings import AttributionSettings, load_settings
from colloquy.stages.attribute import attribute
from colloquy.stages.attribute_words import attribute_words
from tests.speakers import CLEAR

GOLDEN = sorted((Path(__file__).resolve().parents[1] / "golden" / "attribute").glob("*.json"))
ENGINE = EngineIdentity("test", "1")
ROOT = Path(__file__).resolve().parents[2]


def settings(**changed: Any) -> AttributionSettings:
    return load_settings().attribution.model_copy(update=changed)


def transcript(*words: Word) -> Transcript:
    return Transcript(words, "en", max((word.end_ms for word in words), default=0), ENGINE)


def dialogue(*lines: tuple[str, str], step_ms: int = 300) -> tuple[Transcript, Diarisation]:
    """Lines of (voice, text), a word every 300 ms, a turn for each line."""
    words: list[Word] = []
    turns: list[Turn] = []
    for voice, text in lines:
        start_ms = len(words) * step_ms
        for word in text.split():
            at_ms = len(words) * step_ms
            words.append(Word(word, at_ms, at_ms + step_ms - 50, 0.9))
        turns.append(Turn(start_ms, len(words) * step_ms, voice))
    return transcript(*words), Diarisation(tuple(turns), (), ENGINE)


def run(*lines: tuple[str, str], ids: tuple[str, ...] = ("P01",), **changed: Any) -> Attribution:
    return attribute(*dialogue(*lines), settings(**changed), "P01", ids)


class TestWords:
    @pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
    def test_golden(self, path: Path) -> None:
        case = json.loads(path.read_text())
        words = tuple(Word(text, start_ms, end_ms, 0.9) for text, start_ms, end_ms in case["words"])
        turns = tuple(Turn(*turn) for turn in case["turns"])
        overlaps = tuple(Overlap(start, end, tuple(voices)) for start, end, voices in case["overlaps"])
        found = attribute_words(words, Diarisation(turns, overlaps, ENGINE), settings())
        assert [word.speaker for word in found] == case["voices"], case["reason"]
        assert [word.second_speaker for word in found] == case["seconds"], case["reason"]
        assert [word.text for word in found] == [word.text for word in words]

    def test_back_channel_ms_and_edge_ms_are_obeyed(self) -> None:
        words = tuple(
            Word(text, 300 * i, 300 * i + 250, 0.9) for i, text in enumerate(["we", "went", "to", "the", "shop"])
        )
        flicker = Diarisation((Turn(0, 590, "S1"), Turn(590, 890, "S2"), Turn(890, 1500, "S1")), (), ENGINE)
        kept = attribute_words(words, flicker, settings(back_channel_ms=0))
        assert [word.speaker for word in kept] == ["S1", "S1", "S2", "S1", "S1"]
        words = tuple(Word(text, 300 * i, 300 * i + 250, 0.9) for i, text in enumerate(["Was", "it?", "It", "was."]))
        late = Diarisation((Turn(0, 880, "S1"), Turn(880, 1200, "S2")), (), ENGINE)
        assert [w.speaker for w in attribute_words(words, late, settings())] == ["S1", "S1", "S2", "S2"]
        assert [w.speaker for w in attribute_words(words, late, settings(edge_ms=0))] == ["S1", "S1", "S1", "S2"]

    def test_words_without_any_turn_have_one_voice(self) -> None:
        found = attribute(transcript(Word("Hello.", 0, 300, 0.9)), Diarisation((), (), ENGINE), settings(), "R01", ())
        assert [utterance.speaker for utterance in found.utterances] == ["S1"]

    def test_a_word_without_length_has_a_voice(self) -> None:
        turns = (Turn(0, 500, "S1"), Turn(500, 900, "S2"))
        words = (Word("so", 500, 500, 0.5), Word("it", 900, 900, 0.5))
        found = attribute_words(words, Diarisation(turns, (), ENGINE), settings())
        assert [word.speaker for word in found] == ["S2", "S2"]


def spans(found: Attribution) -> list[tuple[int | None, int | None]]:
    return [(utterance.start_ms, utterance.end_ms) for utterance in found.utterances]


class TestUtterances:
    def test_ids_count_up_and_no_word_is_lost(self) -> None:
        found = run(*CLEAR)
        assert [utterance.utterance_id for utterance in found.utterances] == [f"P01-u{n:04d}" for n in range(1, 7)]
        said = " ".join(utterance.text for utterance in found.utterances)
        assert said == " ".join(text for _, text in CLEAR)

    def test_an_empty_transcript_has_no_utterances(self) -> None:
        assert attribute(transcript(), Diarisation((), (), ENGINE), settings(), "R01", ()) == Attribution((), ())

    def test_a_long_pause_begins_a_new_utterance(self) -> None:
        words = (Word("One.", 0, 400, 0.9), Word("Two.", 2_500, 2_900, 0.9), Word("Three.", 4_899, 5_000, 0.9))
        turns = Diarisation((Turn(0, 5_000, "S1"),), (), ENGINE)
        assert spans(attribute(transcript(*words), turns, settings(), "R01", ())) == [(0, 400), (2_500, 5_000)]
        longer = settings(longest_pause_ms=2_100)
        assert spans(attribute(transcript(*words), turns, longer, "R01", ())) == [(0, 5_000)]

    def test_a_long_turn_is_split_at_its_longest_pause(self) -> None:
        times = [(0, 900), (1_000, 1_900), (2_500, 2_900), (3_000, 3_900)]
        words = tuple(Word("word", start_ms, end_ms, 0.9) for start_ms, end_ms in times)
        turns = Diarisation((Turn(0, 3_900, "S1"),), (), ENGINE)
        short = settings(longest_utterance_ms=2_000)
        assert spans(attribute(transcript(*words), turns, short, "R01", ())) == [(0, 1_900), (2_500, 3_900)]

    def test_a_turn_without_pauses_is_split_in_the_middle(self) -> None:
        words = tuple(Word("word", 500 * i, 500 * i + 500, 0.9) for i in range(8))
        turns = Diarisation((Turn(0, 4_000, "S1"),), (), ENGINE)
        short = settings(longest_utterance_ms=2_000)
        assert spans(attribute(transcript(*words), turns, short, "R01", ())) == [(0, 2_000), (2_000, 4_000)]

    def test_second_speakers_carry_the_same_labels(self) -> None:
        said, turns = dialogue(*CLEAR)
        edge_ms = turns.turns[0].end_ms
        overlap = Overlap(edge_ms - 300, edge_ms, ("S1", "S2"))
        found = attribute(said, Diarisation(turns.turns, (overlap,), ENGINE), settings(), "P01", ("P01",))
        last = found.utterances[0].words[-1]
        assert (last.speaker, last.second_speaker) == ("INT", "P01")


class TestRoles:
    def test_the_one_who_asks_opens_and_closes_is_the_interviewer(self) -> None:
        found = run(*CLEAR)
        assert [(role.speaker, role.label, role.role) for role in found.roles] == [
            ("S1", "INT", Role.INTERVIEWER),
            ("S2", "P01", Role.PARTICIPANT),
        ]
        assert all(role.confidence > 0.9 for role in found.roles)
        assert {utterance.speaker for utterance in found.utterances} == {"INT", "P01"}

    def test_the_interviewer_need_not_speak_first(self) -> None:
        found = run(("S1", "Hello there."), *((("S2", "S1")[voice == "S2"], text) for voice, text in CLEAR))
        assert {role.speaker: role.role for role in found.roles}["S2"] is Role.INTERVIEWER

    def test_equal_behaviour_is_left_to_a_person(self) -> None:
        found = run(("S1", "I went home early."), ("S2", "I stayed there late."))
        assert {role.role for role in found.roles} == {Role.UNKNOWN}
        assert [role.label for role in found.roles] == ["S1", "S2"]

    def test_a_transcript_without_question_marks_is_said_to_be_one(self) -> None:
        unmarked = tuple((voice, text.replace("?", ".")) for voice, text in CLEAR)
        for role in run(*unmarked).roles:
            assert "nothing in the transcript ends in a question mark" in role.reason
            assert "% of the questions" not in role.reason
        assert all("% of the questions" in role.reason for role in run(*CLEAR).roles)

    def test_lowest_role_confidence_is_obeyed(self) -> None:
        assert {role.role for role in run(*CLEAR, lowest_role_confidence=1.0).roles} == {Role.UNKNOWN}

    def test_interviewer_label_is_obeyed(self) -> None:
        assert run(*CLEAR, interviewer_label="Q").utterances[0].speaker == "Q"

    def test_several_participants_get_their_codes_by_first_turn_and_the_reason_says_so(self) -> None:
        third = ("S3", "And I work with young people in the town, most of them at school.")
        found = run(CLEAR[0], CLEAR[1], third, *CLEAR[2:], ids=("P06", "P07"))
        assert [role.label for role in found.roles] == ["INT", "P06", "P07"]
        assert "order of first turn" in found.roles[1].reason

    def test_another_number_of_voices_than_codes_gives_plain_labels_and_less_confidence(self) -> None:
        found = run(*CLEAR, ids=("P06", "P07"))
        assert [role.label for role in found.roles] == ["INT", "S2"]
        assert found.roles[1].confidence < found.roles[0].confidence

    def test_without_codes_participants_keep_the_voice_label(self) -> None:
        assert [role.label for role in run(*CLEAR, ids=()).roles] == ["INT", "S2"]

    def test_a_code_that_looks_like_a_voice_label_is_not_given_twice(self) -> None:
        labels = [role.label for role in run(*CLEAR, ids=("S2", "S3")).roles]
        assert labels == ["INT", "S2?"]

    def test_a_voice_alone_is_the_participant_where_there_is_one_code(self) -> None:
        alone = ("S1", "I want to tell you about my week.")
        assert run(alone).roles[0].label == "P01"
        assert run(alone, ids=()).roles[0].role is Role.UNKNOWN
        assert run(("S1", "How are you?")).roles[0].role is Role.UNKNOWN

    def test_reasons_hold_no_speech(self) -> None:
        said = {word.strip(".,?").casefold() for _, text in CLEAR for word in text.split()}
        ours = {"the", "of", "words", "questions", "asks", "says", "opens", "closes", "speaks", "first"}
        for role in run(*CLEAR).roles:
            assert not {word.strip(",;").casefold() for word in role.reason.split()} & (said - ours)

    @pytest.mark.parametrize("code", ["P01", "P02", "P03", "P04", "P05", "P06"])
    def test_roles_and_words_of_the_demo_interviews_are_right(self, code: str) -> None:
        """With true words and turns: every role, and all words but those that others speak over."""
        truth = json.loads((ROOT / "data" / "demo" / "truth" / f"{code}.json").read_text())
        found = attribute(*_true(truth), settings(), code, tuple(s for s in truth["speakers"] if s != "INT"))
        assert {role.label: role.role for role in found.roles} == {
            name: Role.INTERVIEWER if name == "INT" else Role.PARTICIPANT for name in truth["speakers"]
        }
        speakers = [word.speaker for utterance in found.utterances for word in utterance.words]
        wrong = sum(a != b["speaker"] for a, b in zip(speakers, truth["words"], strict=True))
        assert wrong <= 0.02 * len(speakers)


def _true(truth: dict[str, Any]) -> tuple[Transcript, Diarisation]:
    words = truth["words"]
    voices = {name: f"S{n}" for n, name in enumerate(dict.fromkeys(word["speaker"] for word in words), start=1)}
    turns: list[Turn] = []
    for word in words:
        voice, start_ms = voices[word["speaker"]], max(word["start_ms"], turns[-1].end_ms if turns else 0)
        if turns and turns[-1].speaker == voice:
            turns[-1] = Turn(turns[-1].start_ms, max(word["end_ms"], turns[-1].end_ms), voice)
        elif word["end_ms"] > start_ms:
            turns.append(Turn(start_ms, word["end_ms"], voice))
    said = transcript(*(Word(word["text"], word["start_ms"], word["end_ms"], 0.9) for word in words))
    return said, Diarisation(tuple(turns), (), ENGINE)


def test_no_speech_in_any_repr() -> None:
    found = run(*CLEAR)
    assert "nurse" not in repr(found)
    assert all(isinstance(utterance, Utterance) for utterance in found.utterances)
