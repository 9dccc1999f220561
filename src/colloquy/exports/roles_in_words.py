"""How it was decided who is who, in plain words for the report and for the head of a transcript."""

from __future__ import annotations

from collections.abc import Iterable

from colloquy.domain.dataset import InterviewRow, UtteranceRow
from colloquy.domain.interview import SourceKind
from colloquy.domain.utterance import Role, RolesBy

NOT_NOTED = "–"


def roles_in_words(row: InterviewRow) -> str:
    """`decided by a person`; empty where a version of the dataset does not say it."""
    if not row.roles_by:
        return ""
    if row.roles_by == RolesBy.NOBODY:
        return f"not known; {row.role_question}".removesuffix("; ").removesuffix(".")
    if row.role_question:
        return f"guessed by the machine, and open; {row.role_question}".removesuffix(".")
    if row.roles_by == RolesBy.PERSON:
        return "decided by a person"
    if row.roles_by == RolesBy.SOURCE:
        return f"as the {'transcript' if row.kind == SourceKind.TRANSCRIPT else 'text'} itself says"
    return f"decided by the machine, {_sure(row)} sure"


def roles_in_short(row: InterviewRow) -> str:
    """The same for a cell: `person`, `machine 97%`, `text`, `open`, `not known`."""
    if not row.roles_by or is_one_author(row):
        return NOT_NOTED
    if row.roles_by == RolesBy.NOBODY:
        return "not known"
    if row.role_question:
        return "open"
    if row.roles_by == RolesBy.PERSON:
        return "person"
    return "text" if row.roles_by == RolesBy.SOURCE else f"machine {_sure(row)}"


def speakers_in_words(utterances: Iterable[UtteranceRow]) -> dict[str, str]:
    """Each label of an interview's speakers, in the order of their first words, with its role."""
    shown: dict[str, str] = {}
    for row in utterances:
        role = "role not known" if row.role == Role.UNKNOWN else row.role
        shown.setdefault(row.speaker, f"{row.speaker} ({role})")
    return shown


def is_one_author(row: InterviewRow) -> bool:
    """A text of one person: there is nobody to tell apart."""
    return row.kind == SourceKind.DOCUMENT and row.speaker_count == 1


def _sure(row: InterviewRow) -> str:
    # Never "100%": the machine cannot be that sure.
    return "–" if row.role_confidence is None else f"{min(row.role_confidence, 0.99):.0%}"
