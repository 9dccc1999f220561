"""Personal data: where it was found, what stands there instead, and the key that leads back."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from colloquy.domain.utterance import Utterance


class Category(StrEnum):
    """What kind of identifier it is; the value is the stem of its placeholder (`[Person 3]`)."""

    PERSON = "Person"
    PLACE = "Place"
    ORGANISATION = "Organisation"
    NHS_NUMBER = "NHS number"
    PHONE = "phone number"
    EMAIL = "email address"
    POSTCODE = "postcode"
    URL = "web address"
    DATE = "date"
    OTHER_NUMBER = "identity number"


# Below this score a finding is a guess: right to replace where it stands, too weak to go by elsewhere.
CERTAIN_SCORE = 0.5
# Their placeholders are numbered, so that one person, place or organisation can be followed through the study.
NAMED_CATEGORIES = frozenset((Category.PERSON, Category.PLACE, Category.ORGANISATION))


@dataclass(frozen=True, slots=True)
class Finding:
    """An identifier in a text: offsets in code points, end exclusive; `score` in [0, 1]; `source` names the rule.

    `known_as` is the spelling under which the study knows it, where the detector can tell (a roster's misspelt name).
    """

    start: int
    end: int
    category: Category
    source: str
    score: float
    known_as: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Redaction:
    """One replacement. `start` and `end` are offsets in the redacted utterance's text; no original text."""

    redaction_id: str
    utterance_id: str
    start: int
    end: int
    category: Category
    placeholder: str
    source: str
    score: float


@dataclass(frozen=True, slots=True)
class TextRedaction:
    """One replacement in a plain text. `start` and `end` are offsets in the text as it came in."""

    start: int
    end: int
    category: Category
    placeholder: str
    source: str
    score: float


@dataclass(frozen=True, slots=True)
class RedactedText:
    """What `redact_text` gives."""

    text: str
    spans: tuple[TextRedaction, ...]


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One line of the key: what a placeholder stands for, in every spelling met. Identifiable.

    `guesses` are those of the spellings that only weak signs took for a name so far.
    """

    placeholder: str
    category: Category
    originals: tuple[str, ...] = field(repr=False)
    guesses: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """A person, place or organisation that the study knows about; `spellings` include nicknames. Identifiable."""

    category: Category
    spellings: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RedactedInterview:
    """What `redact` gives: utterances fit to share once checked, the log, and the key as it grew."""

    utterances: tuple[Utterance, ...]
    redactions: tuple[Redaction, ...]
    key: tuple[KeyEntry, ...] = field(repr=False)
