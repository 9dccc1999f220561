"""Conversations that the tests of who is who share. Every person in them is invented."""

from __future__ import annotations

from colloquy.domain.diarisation import Diarisation, SpeakerCount, Turn
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.expected_speakers import ExpectedSpeakers
from colloquy.domain.speaker_decision import SpeakerDecision
from colloquy.domain.transcript import Transcript, Word
from colloquy.domain.utterance import Attribution
from colloquy.settings import AttributionSettings, load_settings
from colloquy.stages.attribute import attribute
from colloquy.stages.settle_speakers import settle_speakers

ENGINE = EngineIdentity("scripted", "1")
WORD_MS = 300
TWO = ExpectedSpeakers(("P07",), SpeakerCount(2, 2))
# Both ask as much as they tell: nobody could say who interviews whom.
UNCLEAR = (
    ("S1", "I went to Leeds with the others. What did Zwylothrix do there?"),
    ("S2", "We looked at the wards and had tea. What did you think of it?"),
    ("S1", "It was a good day for all of us. Did you go back there?"),
    ("S2", "We did go back. Did you? Was it you who wrote to us?"),
)
CLEAR = (
    ("S1", "Thank you for coming in. Could you tell me about your work?"),
    ("S2", "Yes. I am a nurse on a ward, and I have been there for three years now. It is hard but good."),
    ("S1", "What helps you?"),
    ("S2", "My team helps me a lot. We talk every day after the shift, and we laugh together."),
    ("S1", "Is there anything else you would like to say?"),
    ("S2", "No, I think that is all."),
)
THREE = (*CLEAR, ("S3", "Shall I close the window?"))

Lines = tuple[tuple[str, str], ...]


def rules() -> AttributionSettings:
    return load_settings().attribution


def said(lines: Lines) -> tuple[Transcript, Diarisation]:
    """Lines of (voice, text), a word every 300 ms, a turn for each line."""
    words: list[Word] = []
    turns: list[Turn] = []
    for voice, text in lines:
        start_ms = len(words) * WORD_MS
        for word in text.split():
            words.append(Word(word, len(words) * WORD_MS, (len(words) + 1) * WORD_MS - 50, 0.9))
        turns.append(Turn(start_ms, len(words) * WORD_MS, voice))
    ends_ms = len(words) * WORD_MS
    return Transcript(tuple(words), "en", ends_ms, ENGINE), Diarisation(tuple(turns), (), ENGINE)


def called(turns: tuple[Turn, ...], names: dict[str, str]) -> tuple[Turn, ...]:
    """The same turns, their voices named otherwise."""
    return tuple(Turn(turn.start_ms, turn.end_ms, names.get(turn.speaker, turn.speaker)) for turn in turns)


def decided(turns: tuple[Turn, ...], source_sha256: str = "", **people: str) -> SpeakerDecision:
    """Without a digest as an earlier version wrote it."""
    return SpeakerDecision("P07", tuple(people.items()), turns, source_sha256)


def settled(
    lines: Lines,
    decision: SpeakerDecision | None = None,
    expected: ExpectedSpeakers = TWO,
    turns: tuple[Turn, ...] | None = None,
) -> Attribution:
    """`turns` where the voices are told apart in another way than the lines say."""
    transcript, diarisation = said(lines)
    if turns is not None:
        diarisation = Diarisation(turns, (), ENGINE)
    machine = attribute(transcript, diarisation, rules(), "P07", expected.participant_ids)
    return settle_speakers(machine, diarisation, rules(), expected, decision)
