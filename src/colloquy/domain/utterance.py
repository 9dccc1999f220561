"""What one speaker said without giving up the floor."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    INTERVIEWER = "interviewer"
    PARTICIPANT = "participant"
    UNKNOWN = "unknown"


class RolesBy(StrEnum):
    """Who says who is who. `source`: the labels of the text itself; `nobody`: it is not known."""

    PERSON = "person"
    MACHINE = "machine"
    SOURCE = "source"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class AttributedWord:
    """A word with its speaker. Times are None where the source is a document.

    `second_speaker` is set where another voice speaks at the same time.
    """

    text: str = field(repr=False)
    start_ms: int | None
    end_ms: int | None
    confidence: float | None
    speaker: str
    second_speaker: str | None = None

    @property
    def is_overlap(self) -> bool:
        return self.second_speaker is not None


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words of one speaker in order; `speaker` is a label fit for the dataset (`INT`, `P07`, `S3`)."""

    utterance_id: str
    speaker: str
    role: Role
    words: tuple[AttributedWord, ...] = field(repr=False)
    start_ms: int | None
    end_ms: int | None

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class RoleDecision:
    """Which role a voice has, how sure that is in [0, 1], and why in a few words (never speech)."""

    speaker: str
    label: str
    role: Role
    confidence: float
    reason: str
    decided_by: RolesBy = RolesBy.MACHINE


@dataclass(frozen=True, slots=True)
class Quote:
    """Words to know a voice by: identifiable. `start_ms` is None where the source says no times; of a cue it is the
    start of the utterance.
    """

    start_ms: int | None
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Voice:
    """What a person needs to say who a voice is: the machine's guess, how much it says, and a few quotes.

    `name` is what a ready-made transcript calls it: identifiable; empty in a recording, and for text without a label.
    """

    guess: RoleDecision
    word_count: int
    quotes: tuple[Quote, ...] = field(repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who said what. `speaker_names` are those that a ready-made transcript has for its speakers: names.

    `voices` are those before a person said anything, of the source with the digest `source_sha256`, and in a recording
    of the turns with the digest `turns_sha256`. `question` is why a person must say who is who: one sentence without
    speech or a name, empty where nobody must.
    """

    utterances: tuple[Utterance, ...]
    roles: tuple[RoleDecision, ...]
    speaker_names: tuple[str, ...] = field(default=(), repr=False)
    voices: tuple[Voice, ...] = field(default=(), repr=False)
    turns_sha256: str = ""
    question: str = ""
    source_sha256: str = ""

    @property
    def roles_by(self) -> RolesBy:
        """Of all voices together: `machine` where one role or more hangs on its word."""
        if any(role.decided_by is RolesBy.PERSON for role in self.roles):
            return RolesBy.PERSON
        if all(role.role is Role.UNKNOWN for role in self.roles):
            return RolesBy.NOBODY
        return RolesBy.SOURCE if self.role_confidence is None else RolesBy.MACHINE

    @property
    def role_confidence(self) -> float | None:
        """How sure the machine is of the role that it is least sure of, in [0, 1]; None where it gave none."""
        return min(
            (
                role.confidence
                for role in self.roles
                if role.decided_by is RolesBy.MACHINE and role.role is not Role.UNKNOWN
            ),
            default=None,
        )

    @property
    def is_decided(self) -> bool:
        """Whether a person's decision was applied."""
        return self.roles_by is RolesBy.PERSON
