"""The layout that every analysis tool reads: `[hh:mm:ss] P07: text`, each paragraph with its label.

Seen with QualCoder's own code: a line without a label makes a false speaker of whatever stands before its first colon,
and soft line breaks glue two words together. So the title has no colon and a paragraph is one line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from colloquy.domain.dataset import DatasetTables, InterviewRow, UtteranceRow
from colloquy.domain.interview import SourceKind
from colloquy.domain.verbatim import VerbatimLevel, clock

# What XML 1.0, and so Word, cannot hold.
FORBIDDEN_CHARACTERS = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# Said at the head of each transcript of what was spoken, without a colon but in a time.
MARKS = {
    VerbatimLevel.FULL: "Full verbatim – (2.1) is a pause in seconds, [overlap] a second voice that begins, "
    "[inaudible 00:12:03] what nobody could hear",
    VerbatimLevel.INTELLIGENT: "Intelligent verbatim – without hesitations, stutters and immediate repetitions; "
    "[inaudible 00:12:03] is what nobody could hear",
}


@dataclass(frozen=True, slots=True)
class Transcript:
    """One interview as lines of text; `heading` names it, `paragraphs` are its utterances in order."""

    interview_id: str
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
            _heading(interview, study_title, version, level),
            tuple(paragraph(row, level) for row in spoken.get(interview.interview_id, ())),
        )
        for interview in tables.interviews
    )


def paragraph(utterance: UtteranceRow, level: VerbatimLevel) -> str:
    """`[hh:mm:ss] P07: text`, or `P07: text` where there is no time."""
    said = utterance.text_full if level is VerbatimLevel.FULL else utterance.text_intelligent
    text = f"{_one_line(utterance.speaker)}: {_one_line(said)}"
    return text if utterance.start_ms is None else f"[{clock(utterance.start_ms)}] {text}"


def _heading(interview: InterviewRow, study_title: str, version: str, level: VerbatimLevel) -> tuple[str, ...]:
    people = ", ".join(interview.participant_ids)
    lines = (
        f"Interview {interview.interview_id}",
        study_title,
        f"Participants {people}" if people else "",
        f"Length {clock(interview.duration_ms)}" if interview.duration_ms is not None else "",
        f"Redacted transcript (pseudonymised), dataset {version}",
        MARKS[level] if interview.kind != SourceKind.DOCUMENT else "",
    )
    # A colon here would make a speaker of the words before it; those in a length stand between digits.
    return tuple(re.sub(r":(?!\d)", " –", _one_line(line)) for line in lines if line)


def _one_line(text: str) -> str:
    return " ".join(FORBIDDEN_CHARACTERS.sub(" ", text).split())
