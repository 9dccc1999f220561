"""Plain text: UTF-8, LF, no byte order mark (QualCoder counts a mark as a character and shifts every coding by one)."""

from __future__ import annotations

from colloquy.domain.dataset import DatasetTables
from colloquy.domain.verbatim import VerbatimLevel
from colloquy.exports.layout import transcripts


def export(
    tables: DatasetTables, study_title: str, version: str, level: VerbatimLevel = VerbatimLevel.FULL
) -> dict[str, bytes]:
    """One file an interview in the common layout, a blank line between paragraphs."""
    return {
        f"{transcript.interview_id}.txt": "\n\n".join(
            ("\n".join(transcript.heading), *transcript.paragraphs, "")
        ).encode()
        for transcript in transcripts(tables, study_title, version, level)
    }
