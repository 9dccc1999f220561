"""The layout that every analysis tool reads: `[hh:mm:ss] P07: text`, each paragraph with its label.

Seen with QualCoder's own code: a line without a label makes a false speaker of whatever stands before its first colon,
and soft line breaks glue two words together. So the title has no colon and a paragraph is one line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from colloquy.domain.dataset import DatasetTables, InterviewRow, UtteranceRow

# What XML 1.0, and so Word, cannot hold.
FORBIDDEN_CHARACTERS = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Transcript:
    """One interview as lines of text; `heading` names it, `paragraphs` are its utterances in order."""

    interview_id: str
    heading: tuple[str, ...]
    paragraphs: tuple[str, ...] = field(repr=False)


def transcripts(tables: DatasetTables, study_title: str, version: str) -> tuple[Transcript, ...]:
    """Every interview of the dataset in the common layout."""
    spoken: dict[str, list[UtteranceRow]] = {}
    for row in tables.utterances:
        spoken.setdefault(row.interview_id, []).append(row)
    return tuple(
        Transcript(
            interview.interview_id,
            _heading(interview, study_title, version),
            tuple(map(paragraph, spoken.get(interview.interview_id, ()))),
        )
        for interview in tables.interviews
    )


def paragraph(utterance: UtteranceRow) -> str:
    """`[hh:mm:ss] P07: text`, or `P07: text` where there is no time."""
    text = f"{_one_line(utterance.speaker)}: {_one_line(utterance.text)}"
    return text if utterance.start_ms is None else f"[{clock(utterance.start_ms)}] {text}"


def clock(ms: int) -> str:
    """`hh:mm:ss`, rounded down, so that a player starts no later than the utterance."""
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}"


def _heading(interview: InterviewRow, study_title: str, version: str) -> tuple[str, ...]:
    people = ", ".join(interview.participant_ids)
    lines = (
        f"Interview {interview.interview_id}",
        study_title,
        f"Participants {people}" if people else "",
        f"Length {clock(interview.duration_ms)}" if interview.duration_ms is not None else "",
        f"Redacted transcript (pseudonymised), dataset {version}",
    )
    # A colon here would make a speaker of the words before it; those in a length stand between digits.
    return tuple(re.sub(r":(?!\d)", " –", _one_line(line)) for line in lines if line)


def _one_line(text: str) -> str:
    return " ".join(FORBIDDEN_CHARACTERS.sub(" ", text).split())
