"""Who the voices of a recording are, as a person said."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from colloquy.domain.diarisation import Turn

INTERVIEWER = "interviewer"
PARTICIPANT = "participant"  # where the interview has no participant's code
OTHER = "other"  # neither interviewer nor participant: an interpreter, a child, somebody at the door


@dataclass(frozen=True, slots=True)
class SpeakerDecision:
    """A person's word, kept apart from what the machine makes of the voices.

    `people` pairs each voice with `interviewer` (a further one `interviewer2`, …), a participant's code,
    `participant` (`participant2`, …) where there is none, or `other`;
    two voices of one name are one person, unless they are `other`. `turns` are those that the person was shown: the
    decision holds for who speaks then, whatever later runs call the voices.
    """

    interview_id: str
    people: tuple[tuple[str, str], ...]
    turns: tuple[Turn, ...]


def who_is_who(question: str, study_id: str, interview_id: str) -> str:
    """The reason for which an interview waits, with what to do."""
    return f"Who is who: {question} Say it with: colloquy speakers {study_id} {interview_id}"


def turns_digest(turns: tuple[Turn, ...]) -> str:
    """SHA-256 of when which voice speaks."""
    plain = "\n".join(f"{turn.start_ms} {turn.end_ms} {turn.speaker}" for turn in turns)
    return hashlib.sha256(plain.encode()).hexdigest()
