"""Who the voices of an interview are, as a person said."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from colloquy.domain.diarisation import Turn
from colloquy.domain.utterance import Voice

INTERVIEWER = "interviewer"
PARTICIPANT = "participant"  # where the interview has no participant's code
OTHER = "other"  # neither interviewer nor participant: an interpreter, a child, somebody at the door


@dataclass(frozen=True, slots=True)
class SpeakerDecision:
    """A person's word, kept apart from what the machine makes of the voices.

    `people` pairs each voice with `interviewer` (a further one `interviewer2`, …), a participant's code,
    `participant` (`participant2`, …) where there is none, or `other`;
    two voices of one name are one person, unless they are `other`. It holds for the files with the digest
    `source_sha256`; an earlier version did not note them. `turns` are those that the person was shown: the
    decision holds for who speaks then, whatever later runs call the voices. A text has none: there it holds for the
    voices with the digest `voices_sha256`.
    """

    interview_id: str
    people: tuple[tuple[str, str], ...]
    turns: tuple[Turn, ...]
    source_sha256: str = ""
    voices_sha256: str = ""

    def is_of(self, source_sha256: str) -> bool:
        """Whether it was made on these files, as far as is known."""
        return self.source_sha256 in ("", source_sha256)


def who_is_who(question: str, study_id: str, interview_id: str) -> str:
    """The reason for which an interview waits, with what to do."""
    return f"Who is who: {question} Say it with: colloquy speakers {study_id} {interview_id}"


def turns_digest(turns: tuple[Turn, ...]) -> str:
    """SHA-256 of when which voice speaks."""
    return _digest(f"{turn.start_ms} {turn.end_ms} {turn.speaker}" for turn in turns)


def voices_digest(voices: tuple[Voice, ...]) -> str:
    """SHA-256 of what a text calls its voices; short names can be guessed from it, so it is identifiable."""
    return _digest(f"{voice.guess.speaker} {voice.name.casefold()}" for voice in voices)


def shared_people(people: Iterable[tuple[str, str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each person that several voices were said to be, with these voices."""
    voices: dict[str, tuple[str, ...]] = {}
    for voice, person in people:
        voices[person] = (*voices.get(person, ()), voice)
    return tuple((person, own) for person, own in voices.items() if len(own) > 1 and person != OTHER)


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
