"""What holds of every word, whatever the transcriber and the diariser gave; the rules themselves are golden cases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colloquy.domain.diarisation import Diarisation, Overlap, Turn
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.transcript import Word
from colloquy.settings import load_settings
from colloquy.stages.attribute_words import ONLY_VOICE, attribute_words

ENGINE = EngineIdentity("test", "1")
SETTINGS = load_settings().attribution
VOICES = [f"S{number}" for number in range(1, 12)]
TEXTS = ["well", "we", "went", "home.", "mm", "Yes.", "Why?", "–", "right,", "o'clock", "…", "it", "Mm.", "three"]


@st.composite
def _words(draw: st.DrawFn) -> tuple[Word, ...]:
    """In order of their start, some without length, some over others, some apart."""
    found, at_ms = [], draw(st.integers(0, 2_000))
    for text in draw(st.lists(st.sampled_from(TEXTS), max_size=40)):
        length_ms = draw(st.sampled_from((0, 1, 80, 200, 400, 900)))
        found.append(Word(text, at_ms, at_ms + length_ms, 0.9))
        at_ms += draw(st.sampled_from((0, 40, 150, 300, 500, 3_000)))
    return tuple(found)


@st.composite
def _diarisations(draw: st.DrawFn) -> Diarisation:
    """Exclusive turns in order, some without length; overlaps in order, of two or three voices."""

    def stretches(most: int) -> list[tuple[int, int]]:
        found, at_ms = [], 0
        for _ in range(draw(st.integers(0, most))):
            start_ms = at_ms + draw(st.sampled_from((0, 0, 100, 600, 4_000)))
            at_ms = start_ms + draw(st.sampled_from((0, 1, 150, 500, 2_000, 9_000)))
            found.append((start_ms, at_ms))
        return found

    few = VOICES[: draw(st.integers(1, 11))]
    turns = tuple(Turn(*stretch, draw(st.sampled_from(few))) for stretch in stretches(15))
    named = sorted({turn.speaker for turn in turns})
    if len(named) < 2:
        return Diarisation(turns, (), ENGINE)
    sets = st.lists(st.sampled_from(named), min_size=2, max_size=3, unique=True).map(tuple)
    return Diarisation(turns, tuple(Overlap(*stretch, draw(sets)) for stretch in stretches(6)), ENGINE)


@given(_words(), _diarisations(), st.sampled_from((0, 300, 2_000)), st.sampled_from((0, 700, 5_000)))
def test_every_word_stays_as_it_is_and_has_one_voice_of_those_found(
    words: tuple[Word, ...], diarisation: Diarisation, edge_ms: int, back_channel_ms: int
) -> None:
    settings = SETTINGS.model_copy(update={"edge_ms": edge_ms, "back_channel_ms": back_channel_ms})
    found = attribute_words(words, diarisation, settings)
    assert [(w.text, w.start_ms, w.end_ms, w.confidence) for w in found] == [
        (w.text, w.start_ms, w.end_ms, w.confidence) for w in words
    ]
    voices = set(diarisation.speakers) or {ONLY_VOICE}
    for word in found:
        assert word.speaker in voices
        assert word.second_speaker is None or word.second_speaker in voices - {word.speaker}
        assert word.is_overlap == (word.second_speaker is not None)


@given(_words(), _diarisations())
def test_turns_without_length_change_nothing(words: tuple[Word, ...], diarisation: Diarisation) -> None:
    sounding = tuple(turn for turn in diarisation.turns if turn.end_ms > turn.start_ms)
    if sounding:
        without = Diarisation(sounding, diarisation.overlaps, ENGINE)
        assert attribute_words(words, diarisation, SETTINGS) == attribute_words(words, without, SETTINGS)


@given(_words(), _diarisations())
def test_words_deep_within_a_turn_and_a_sentence_keep_its_voice(
    words: tuple[Word, ...], diarisation: Diarisation
) -> None:
    """Farther from any edge than the corrections reach, in a turn and with no overlap, nothing is to be guessed."""
    found = attribute_words(words, diarisation, SETTINGS)
    far_ms = 2 * (SETTINGS.edge_ms + SETTINGS.back_channel_ms)
    for word, given_word in zip(words, found, strict=True):
        over = [turn for turn in diarisation.turns if turn.start_ms < word.start_ms and word.end_ms < turn.end_ms]
        is_deep = any(turn.start_ms + far_ms < word.start_ms and word.end_ms + far_ms < turn.end_ms for turn in over)
        is_alone = all(
            overlap.end_ms + far_ms < word.start_ms or overlap.start_ms > word.end_ms + far_ms
            for overlap in diarisation.overlaps
        )
        if is_deep and is_alone:
            assert given_word.speaker == over[0].speaker


@given(_words(), st.integers(0, 10_000))
def test_another_origin_of_time_changes_nothing(words: tuple[Word, ...], later_ms: int) -> None:
    def moved(word: Word) -> Word:
        return Word(word.text, word.start_ms + later_ms, word.end_ms + later_ms, word.confidence)

    turns = [(0, 900, "S1"), (900, 2_000, "S2"), (2_500, 4_000, "S1"), (4_000, 4_200, "S3"), (4_200, 30_000, "S2")]
    here, later = (
        Diarisation(
            tuple(Turn(start + by, end + by, voice) for start, end, voice in turns),
            (Overlap(700 + by, 1_100 + by, ("S1", "S2")),),
            ENGINE,
        )
        for by in (0, later_ms)
    )
    voices = [word.speaker for word in attribute_words(words, here, SETTINGS)]
    assert voices == [word.speaker for word in attribute_words(tuple(map(moved, words)), later, SETTINGS)]


def test_eleven_voices_each_keep_their_words() -> None:
    texts = ("I", "would", "like", "to", "say", "so.")
    words, turns = [], []
    for place, voice in enumerate(VOICES * 3):
        start_ms = 2_000 * place
        turns.append(Turn(start_ms, start_ms + 1_800, voice))
        words += [Word(t, start_ms + 300 * n, start_ms + 300 * n + 250, 0.9) for n, t in enumerate(texts)]
    found = attribute_words(tuple(words), Diarisation(tuple(turns), (), ENGINE), SETTINGS)
    assert [word.speaker for word in found] == [voice for voice in VOICES * 3 for _ in texts]


@pytest.mark.parametrize(
    ("turns", "voice", "reason"),
    [
        ((), ONLY_VOICE, "no turns at all"),
        ((Turn(500, 500, "S4"),), "S4", "a turn without length is all there is"),
        ((Turn(0, 100, "S1"), Turn(5_000, 5_000, "S2"), Turn(9_000, 9_900, "S3")), "S3", "nobody speaks in no time"),
        ((Turn(0, 100, "S2"),), "S2", "far behind the last turn"),
        ((Turn(60_000, 61_000, "S2"),), "S2", "far before the first turn"),
    ],
)
def test_a_word_outside_every_turn_has_the_nearest_voice(turns: tuple[Turn, ...], voice: str, reason: str) -> None:
    words = (Word("Hello", 5_000, 5_300, 0.9), Word("there.", 5_340, 5_600, 0.9))
    found = attribute_words(words, Diarisation(turns, (), ENGINE), SETTINGS)
    assert [word.speaker for word in found] == [voice, voice], reason
