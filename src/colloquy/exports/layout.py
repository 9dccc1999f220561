"""The layout that every analysis tool reads: `[hh:mm:ss] P07: text`, each paragraph with its label.

Seen with QualCoder's own code: a line without a label makes a false speaker of whatever stands before its first colon,
and soft line breaks glue two words together. So the title has no colon and a paragraph is one line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from colloquy.domain.dataset import DatasetTables, InterviewRow, UtteranceRow
from colloquy.domain.interview import SourceKind
from colloquy.domain.utterance import RolesBy
from colloquy.domain.verbatim import VerbatimLevel, clock
from colloquy.exports.roles_in_words import is_one_author, roles_in_words, speakers_in_words

# What XML 1.0, and so Word, cannot hold.
FORBIDDEN_CHARACTERS = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# Said at the head of each transcript of what was spoken, without a colon but in a time.
MARKS = {
    VerbatimLevel.FULL: "Full verbatim – (2.1) is a pause in seconds, [inaudible 00:12:03] what nobody could hear",
    VerbatimLevel.INTELLIGENT: "Intelligent verbatim – without hesitations, stutters and immediate repetitions; "
    "[inaudible 00:12:03] is what nobody could hear",
}
OVERLAPS = ", [overlap] where a second voice begins while the first goes on"
READY_MADE = "Full verbatim – as the transcript was when it came; pauses and overlaps are not marked"
NO_OVERLAPS = "; where two speak at once is not marked"


@dataclass(frozen=True, slots=True)
class Transcript:
    """One interview as lines of text; `heading` names it, `paragraphs` are its utterances in order.

    `language` is the one most spoken, ISO 639-1.
    """

    interview_id: str
    language: str
    heading: tuple[str, ...]
    paragraphs: tuple[str, ...] = field(repr=False)


def transcripts(tables: DatasetTables, study_title: str, version: str, level: VerbatimLevel) -> tuple[Transcript, ...]:
    """Every interview of the dataset in the common layout, in one of the two verbatim levels."""
    spoken: dict[str, list[UtteranceRow]] = {}
    for row in tables.utterances:
        spoken.setdefault(row.interview_id, []).append(row)
    return tuple(
        Transcript(
            interview.interview_id,
            interview.language,
            _heading((study_title, *_people(interview, said)), interview, version, level),
            tuple(paragraph(row, level) for row in said),
        )
        for interview in tables.interviews
        for said in (spoken.get(interview.interview_id, []),)
    )


def paragraph(utterance: UtteranceRow, level: VerbatimLevel) -> str:
    """`[hh:mm:ss] P07: text`, or `P07: text` where there is no time."""
    said = utterance.text_full if level is VerbatimLevel.FULL else utterance.text_intelligent
    text = f"{_one_line(utterance.speaker)}: {_one_line(said)}"
    return text if utterance.start_ms is None else f"[{clock(utterance.start_ms)}] {text}"


def _heading(about: tuple[str, ...], interview: InterviewRow, version: str, level: VerbatimLevel) -> tuple[str, ...]:
    lines = (
        f"Interview {interview.interview_id}",
        *about,
        f"Length {clock(interview.duration_ms)}" if interview.duration_ms is not None else "",
        f"Redacted transcript (pseudonymised), dataset {version}",
        _marks(interview, level),
    )
    # A colon here would make a speaker of the words before it; those in a length stand between digits.
    return tuple(re.sub(r":(?!\d)", " –", _one_line(line)) for line in lines if line)


def _people(interview: InterviewRow, said: list[UtteranceRow]) -> tuple[str, ...]:
    """Who speaks, and who says so; codes of which no label tells stand for themselves."""
    speakers = {} if is_one_author(interview) else speakers_in_words(said)
    codes = "" if set(interview.participant_ids) <= set(speakers) else ", ".join(interview.participant_ids)
    how = roles_in_words(interview) if speakers else ""
    is_guess = interview.roles_by == RolesBy.MACHINE and not interview.role_question
    return (
        f"Participants {codes}" if codes else "",
        f"Speakers {', '.join(speakers.values())}" if speakers else "",
        f"Who is who – {how}{'; no person has confirmed it' if is_guess else ''}" if how else "",
    )


def _marks(interview: InterviewRow, level: VerbatimLevel) -> str:
    if interview.kind == SourceKind.DOCUMENT:
        return ""
    if level is not VerbatimLevel.FULL:
        return MARKS[level]
    if interview.kind == SourceKind.TRANSCRIPT:
        return READY_MADE
    return MARKS[level] + (NO_OVERLAPS if interview.overlap_ratio is None else OVERLAPS)


def _one_line(text: str) -> str:
    return " ".join(FORBIDDEN_CHARACTERS.sub(" ", text).split())
