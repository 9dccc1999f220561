"""The report's section on speakers: who is who in each interview, who says so, and what told the voices apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from html import escape

from colloquy.domain.dataset import DatasetTables, InterviewRow, UtteranceRow
from colloquy.exports.roles_in_words import is_one_author, roles_in_words, speakers_in_words


def speakers_section(tables: DatasetTables) -> str:
    """A line an interview with the speakers' shares of its words; empty where there is nobody to tell apart."""
    spoken: dict[str, list[UtteranceRow]] = {}
    for row in tables.utterances:
        spoken.setdefault(row.interview_id, []).append(row)
    several = [row for row in tables.interviews if row.roles_by and not is_one_author(row)]
    if not several:
        return ""
    lines = "".join(
        f"<dt>{escape(row.interview_id)}</dt><dd>{escape(_line(row, spoken.get(row.interview_id, [])))}</dd>"
        for row in several
    )
    return (
        "<section><h2>Who is who</h2><p>What the machine decided, no person has confirmed: where the shares look odd, "
        "read a page before coding. <code>colloquy speakers</code>, on the study's machine, puts right who is named "
        "wrongly.</p>"
        f"{_told_apart(tables.interviews)}<dl>{lines}</dl></section>"
    )


def _line(row: InterviewRow, utterances: list[UtteranceRow]) -> str:
    counts: Counter[str] = Counter()
    for utterance in utterances:
        counts[utterance.speaker] += utterance.word_count
    total = max(counts.total(), 1)
    shares = [f"{shown} {counts[label] / total:.0%}" for label, shown in speakers_in_words(utterances).items()]
    return f"{', '.join(shares)} of the words; {roles_in_words(row)}."


def _told_apart(rows: Iterable[InterviewRow]) -> str:
    counts = Counter((row.diariser, row.voices_asked) for row in rows if row.diariser)
    if not counts:
        return ""
    engines = "; ".join(
        f"{count} by {escape(engine)}{f' ({escape(asked)} voices asked for)' if asked else ''}"
        for (engine, asked), count in counts.most_common()
    )
    return f"<p>Voices told apart: {engines}.</p>"
