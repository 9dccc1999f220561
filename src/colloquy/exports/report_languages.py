"""The report's section on languages, where they were found from the sound."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from colloquy.domain.dataset import InterviewRow
from colloquy.domain.language import language_name


def languages_section(rows: Iterable[InterviewRow]) -> str:
    """A line an interview; empty where the study set the language of all."""
    lines = "".join(
        f"<dt>{escape(row.interview_id)}</dt><dd>{escape(_languages(row))}</dd>"
        for row in rows
        if row.language_ratio is not None
    )
    if not lines:
        return ""
    return (
        "<section class=definitions><h2>Languages</h2><p>As the transcriber found them from the sound. Words in any "
        f"other language may be wrong.</p><dl>{lines}</dl></section>"
    )


def _languages(row: InterviewRow) -> str:
    others = " and ".join(language_name(code) for code in row.other_languages)
    main = f"{language_name(row.language)}: {row.language_ratio:.0%} of the speech"
    return f"{main}; the rest {others}" if others else main
