"""Rows as columns of numbers and truth values. Great Expectations sees nothing else, so it has no text to leak."""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from colloquy.domain.dataset import TABLES, DatasetTables, InterviewRow, Row, UtteranceRow, WordRow
from colloquy.domain.interview import SourceKind
from colloquy.domain.redaction import Category
from colloquy.domain.utterance import Role, RolesBy
from colloquy.engines.great_expectations_text import ForbiddenTerms, holds_address, holds_number, loop_starts
from colloquy.engines.great_expectations_verbatim import (
    full_adds_marks_alone,
    intelligent_leaves_out_alone,
    readable_texts,
)
from colloquy.settings.expectations import Expectations

Column = Sequence[float | int | bool | None]
PLACEHOLDER_STEMS = tuple(category.value for category in Category)


@dataclass(frozen=True)
class Evidence:
    """The tables of one interview with what the measures look up again and again."""

    tables: DatasetTables
    limits: Expectations
    terms: ForbiddenTerms
    interviews: Mapping[str, InterviewRow]
    utterances: Mapping[str, UtteranceRow]
    words: Mapping[str, list[WordRow]]

    @classmethod
    def of(cls, tables: DatasetTables, limits: Expectations, terms: ForbiddenTerms) -> Evidence:
        words: dict[str, list[WordRow]] = {}
        for word in tables.words:
            words.setdefault(word.utterance_id, []).append(word)
        interviews = {row.interview_id: row for row in tables.interviews}
        return cls(tables, limits, terms, interviews, {row.utterance_id: row for row in tables.utterances}, words)

    def latest_ms(self, row: UtteranceRow | WordRow) -> int | None:
        interview = self.interviews.get(row.interview_id)
        return interview.duration_ms if interview else None

    def are_times_known(self, row: UtteranceRow | WordRow) -> bool:
        """Whether the row has both times, inside a recording of known length; what is no recording may have none."""
        interview = self.interviews.get(row.interview_id)
        if interview is None or interview.kind == SourceKind.RECORDING:
            return None not in (row.start_ms, row.end_ms, self.latest_ms(row))
        return (row.start_ms is None) == (row.end_ms is None)


Measure = Callable[[Evidence], Column]


def id_codes(ids: Iterable[str]) -> Column:
    """Equal ids get equal numbers; an empty one gets None."""
    seen: dict[str, int] = {}
    return [seen.setdefault(value, len(seen)) if value else None for value in ids]


def have_right_types(rows: Sequence[Row]) -> Column:
    return [all(_fits(getattr(row, name), kinds) for name, kinds in KINDS[type(row)].items()) for row in rows]


def _accepted(hint: Any) -> tuple[type, ...]:
    parts = get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    plain = tuple(part if isinstance(part, type) else tuple for part in parts)
    return (*plain, int) if float in plain else plain


def _fits(value: object, kinds: tuple[type, ...]) -> bool:
    return isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))


KINDS: dict[type, dict[str, tuple[type, ...]]] = {
    row: {name: _accepted(hint) for name, hint in get_type_hints(row).items()} for row in TABLES.values()
}


def has_forbidden(evidence: Evidence, texts: Iterable[str], labels: Iterable[str | None]) -> bool:
    return any(map(evidence.terms.stand_in, texts)) or any(
        evidence.terms.stand_in_label(label) for label in labels if label
    )


def of_recordings(figure: Callable[[InterviewRow], float | None], missing: float = 0.0) -> Measure:
    """A figure that each recording must have: where it is missing it counts as `missing`, so that its check fails."""

    def measure(evidence: Evidence) -> Column:
        figures = ((figure(row), row.kind == SourceKind.RECORDING) for row in evidence.tables.interviews)
        return [missing if must and (value is None or value != value) else value for value, must in figures]

    return measure


def words_per_minute(row: InterviewRow) -> float | None:
    return 60_000 * row.word_count / row.speech_ms if row.speech_ms else None


def people_with(role: Role) -> Measure:
    def measure(evidence: Evidence) -> Column:
        found = len({row.speaker for row in evidence.tables.utterances if row.role == role})
        return [None if row.kind == SourceKind.DOCUMENT else found for row in evidence.tables.interviews]

    return measure


def counts_agree(evidence: Evidence) -> Column:
    tables = evidence.tables
    found = (len(tables.utterances), len(tables.words), len(tables.redactions))
    return [(row.utterance_count, row.word_count, row.redaction_count) == found for row in tables.interviews]


def previous_starts(rows: Sequence[UtteranceRow | WordRow], group: Callable[[Any], str]) -> Column:
    """Start of the row before in the same group, where both are known."""
    previous: dict[str, int] = {}
    column: list[int | None] = []
    for row in rows:
        column.append(previous.get(group(row)))
        if row.start_ms is not None:
            previous[group(row)] = row.start_ms
    return column


def match_words(evidence: Evidence) -> Column:
    return [
        row.text == " ".join(word.text for word in evidence.words.get(row.utterance_id, ()))
        and row.word_count == len(evidence.words.get(row.utterance_id, ()))
        for row in evidence.tables.utterances
    ]


def placeholders_are_logged(evidence: Evidence) -> Column:
    """Whether what looks like a placeholder in an utterance stands in the log, at the same place."""
    logged: dict[str, set[tuple[int, int]]] = {}
    stems = set(PLACEHOLDER_STEMS)
    for redaction in evidence.tables.redactions:
        logged.setdefault(redaction.utterance_id, set()).add((redaction.start, redaction.end))
        stems.add(re.sub(r"[\[\]]|\s*\d+\W*$", "", redaction.placeholder))
    spelled = "|".join(map(re.escape, sorted(filter(None, stems), key=len, reverse=True)))
    looks_like_one = re.compile(rf"\[(?:{spelled})(?:\s+\w+)?\]", re.IGNORECASE)
    return [
        all(match.span() in logged.get(row.utterance_id, set()) for match in looks_like_one.finditer(row.text))
        for row in evidence.tables.utterances
    ]


def suspect_word_counts(evidence: Evidence) -> Column:
    """In a recording whose count is not known, every word may be invented."""
    recordings = {row.interview_id for row in evidence.tables.interviews if row.kind == SourceKind.RECORDING}
    return [
        row.word_count if row.suspect_word_count is None and row.interview_id in recordings else row.suspect_word_count
        for row in evidence.tables.utterances
    ]


def stand_in_text(evidence: Evidence) -> Column:
    found: list[bool] = []
    for row in evidence.tables.redactions:
        utterance = evidence.utterances.get(row.utterance_id)
        found.append(
            utterance is not None and row.placeholder != "" and utterance.text[row.start : row.end] == row.placeholder
        )
    return found


def without_placeholders(evidence: Evidence) -> list[str]:
    """Utterances' texts with logged placeholders blanked, so that these cannot be taken for leaks."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for row in evidence.tables.redactions:
        spans.setdefault(row.utterance_id, []).append((row.start, row.end))
    texts: list[str] = []
    for utterance in evidence.tables.utterances:
        text = utterance.text
        for start, end in spans.get(utterance.utterance_id, ()):
            if text[start : start + 1] == "[" and text[end - 1 : end] == "]":
                text = text[:start] + "[" + "_" * (end - start - 2) + "]" + text[end:]
        texts.append(text)
    return texts


def both_texts(evidence: Evidence) -> list[tuple[str, str]]:
    """Each utterance's text, and its intelligent level; the full one has the same words beside each other."""
    return list(zip(without_placeholders(evidence), readable_texts(evidence.tables), strict=True))


INTERVIEWS: dict[str, Measure] = {
    "interview_id": lambda e: id_codes(row.interview_id for row in e.tables.interviews),
    "has_right_types": lambda e: have_right_types(e.tables.interviews),
    "has_forbidden_term": lambda e: [
        has_forbidden(e, (), (row.interview_id, *row.participant_ids)) for row in e.tables.interviews
    ],
    "counts_agree": counts_agree,
    "speaker_count": lambda e: [row.speaker_count for row in e.tables.interviews],
    "participant_count": people_with(Role.PARTICIPANT),
    "interviewer_count": people_with(Role.INTERVIEWER),
    "has_known_roles": lambda e: [
        row.roles_by != RolesBy.NOBODY and not row.role_question for row in e.tables.interviews
    ],
    "covered_ratio": of_recordings(lambda row: row.covered_ratio),
    "speech_read_ratio": of_recordings(lambda row: row.speech_read_ratio),
    "words_per_minute": of_recordings(words_per_minute),
    "mean_confidence": of_recordings(lambda row: row.mean_confidence),
    "clipped_ratio": of_recordings(lambda row: row.clipped_ratio, missing=1.0),
    "is_complete": of_recordings(lambda row: None if row.is_truncated is None else float(not row.is_truncated)),
    # A diariser may look for no overlaps; an unknown ratio is no fault of the interview.
    "overlap_ratio": lambda e: [row.overlap_ratio for row in e.tables.interviews],
}
UTTERANCES: dict[str, Measure] = {
    "utterance_id": lambda e: id_codes(row.utterance_id for row in e.tables.utterances),
    "has_interview": lambda e: [row.interview_id in e.interviews for row in e.tables.utterances],
    "has_right_types": lambda e: have_right_types(e.tables.utterances),
    "has_speaker": lambda e: [bool(row.speaker.strip()) for row in e.tables.utterances],
    "has_known_role": lambda e: [row.role in set(Role) for row in e.tables.utterances],
    "has_times": lambda e: [e.are_times_known(row) for row in e.tables.utterances],
    "start_ms": lambda e: [row.start_ms for row in e.tables.utterances],
    "end_ms": lambda e: [row.end_ms for row in e.tables.utterances],
    "latest_ms": lambda e: [e.latest_ms(row) for row in e.tables.utterances],
    "previous_start_ms": lambda e: previous_starts(e.tables.utterances, lambda row: row.interview_id),
    "matches_words": match_words,
    "has_forbidden_term": lambda e: [
        has_forbidden(e, texts, (row.utterance_id, row.interview_id, row.speaker))
        for texts, row in zip(both_texts(e), e.tables.utterances, strict=True)
    ],
    "has_everyday_name": lambda e: [e.terms.may_begin_a_sentence_in(text) for text in without_placeholders(e)],
    "has_number": lambda e: [any(holds_number(text, e.limits.leaks) for text in texts) for texts in both_texts(e)],
    "has_address": lambda e: [any(map(holds_address, texts)) for texts in both_texts(e)],
    "full_adds_marks_alone": lambda e: full_adds_marks_alone(e.tables),
    "intelligent_leaves_out_alone": lambda e: intelligent_leaves_out_alone(e.tables),
    "placeholders_are_logged": placeholders_are_logged,
    "suspect_word_count": suspect_word_counts,
}
WORDS: dict[str, Measure] = {
    "word_id": lambda e: id_codes(row.word_id for row in e.tables.words),
    "has_utterance": lambda e: [
        row.utterance_id in e.utterances and e.utterances[row.utterance_id].interview_id == row.interview_id
        for row in e.tables.words
    ],
    "has_right_types": lambda e: have_right_types(e.tables.words),
    "has_speaker": lambda e: [bool(row.speaker.strip()) for row in e.tables.words],
    "has_times": lambda e: [e.are_times_known(row) for row in e.tables.words],
    "start_ms": lambda e: [row.start_ms for row in e.tables.words],
    "end_ms": lambda e: [row.end_ms for row in e.tables.words],
    "latest_ms": lambda e: [e.latest_ms(row) for row in e.tables.words],
    "previous_start_ms": lambda e: previous_starts(e.tables.words, lambda row: row.utterance_id),
    "confidence": lambda e: [row.confidence for row in e.tables.words],
    "has_forbidden_term": lambda e: [
        has_forbidden(e, () if row.is_redacted else (row.text,), (row.word_id, row.speaker, row.second_speaker))
        for row in e.tables.words
    ],
    "starts_loop": lambda e: loop_starts([row.text for row in e.tables.words], e.limits.loops),
}
REDACTIONS: dict[str, Measure] = {
    "redaction_id": lambda e: id_codes(row.redaction_id for row in e.tables.redactions),
    "has_utterance": lambda e: [row.utterance_id in e.utterances for row in e.tables.redactions],
    "has_right_types": lambda e: have_right_types(e.tables.redactions),
    "has_forbidden_term": lambda e: [
        has_forbidden(e, (), (row.redaction_id, row.placeholder)) for row in e.tables.redactions
    ],
    "stands_in_text": stand_in_text,
}
MEASURES: dict[str, dict[str, Measure]] = {
    "interviews": INTERVIEWS,
    "utterances": UTTERANCES,
    "words": WORDS,
    "redactions": REDACTIONS,
}
