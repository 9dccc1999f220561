"""One interview as rows of the dataset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from colloquy.domain.audio import Region, shared_ms, widened
from colloquy.domain.dataset import DatasetTables, InterviewRow, RedactionRow, UtteranceRow, WordRow
from colloquy.domain.figures import InterviewFigures
from colloquy.domain.interview import Interview
from colloquy.domain.redaction import RedactedInterview, Redaction
from colloquy.domain.suspect_passage import SuspectPassage
from colloquy.domain.utterance import AttributedWord, Role, Utterance
from colloquy.settings import VerbatimStyle
from colloquy.stages.write_verbatim import VerbatimTexts, are_redacted, write_verbatim

# A voice activity detector's edges and a transcriber's word times differ by a few hundred ms on the same speech.
NEAR_MS = 500


def tabulate(
    interview: Interview, redacted: RedactedInterview, figures: InterviewFigures, style: VerbatimStyle
) -> DatasetTables:
    """The four tables of one interview: one interview row, its utterances, words and redactions in order."""
    by_utterance: dict[str, list[Redaction]] = {}
    for redaction in redacted.redactions:
        by_utterance.setdefault(redaction.utterance_id, []).append(redaction)
    figures = replace(figures, finds_overlaps=_knows_overlaps(redacted, figures))
    verbatim = write_verbatim(redacted.utterances, by_utterance, interview.kind, style)
    utterances = tuple(
        _utterance_row(
            interview.interview_id,
            number,
            utterance,
            texts,
            len(by_utterance.get(utterance.utterance_id, ())),
            figures,
        )
        for number, (utterance, texts) in enumerate(zip(redacted.utterances, verbatim, strict=True), start=1)
    )
    return DatasetTables(
        interviews=(_interview_row(interview, redacted, figures),),
        utterances=utterances,
        words=tuple(_word_rows(interview.interview_id, redacted.utterances, by_utterance, figures)),
        redactions=tuple(_redaction_row(interview.interview_id, redaction) for redaction in redacted.redactions),
    )


def _interview_row(interview: Interview, redacted: RedactedInterview, figures: InterviewFigures) -> InterviewRow:
    words = [word for utterance in redacted.utterances for word in utterance.words]
    heard = (utterance.speaker for utterance in redacted.utterances if utterance.role is Role.PARTICIPANT)
    return InterviewRow(
        interview_id=interview.interview_id,
        kind=interview.kind.value,
        participant_ids=tuple(dict.fromkeys(heard)) or interview.participant_ids,
        language=figures.language,
        language_ratio=figures.languages[0].share if figures.languages else None,
        other_languages=tuple(one.language for one in figures.languages[1:]),
        duration_ms=figures.duration_ms,
        speech_ms=None if figures.speech is None else sum(region.duration_ms for region in figures.speech),
        covered_ratio=_covered_ratio(figures.speech, words),
        read_ratio=None if figures.coverage is None else figures.coverage.read_ratio,
        speech_read_ratio=None if figures.coverage is None else figures.coverage.speech_read_ratio,
        suspect_passage_count=None if figures.passages_to_check is None else len(figures.passages_to_check),
        speaker_count=len({utterance.speaker for utterance in redacted.utterances}),
        roles_by=figures.roles_by,
        role_confidence=figures.role_confidence,
        role_question=figures.role_question,
        utterance_count=len(redacted.utterances),
        word_count=len(words),
        redaction_count=len(redacted.redactions),
        mean_confidence=_mean(word.confidence for word in words if word.confidence is not None),
        overlap_ratio=_mean(float(word.is_overlap) for word in words) if figures.finds_overlaps else None,
        signal_to_noise_db=figures.signal_to_noise_db,
        clipped_ratio=figures.clipped_ratio,
        bandwidth_hz=figures.bandwidth_hz,
        is_truncated=figures.is_truncated,
        sound_notes=" ".join(figures.sound_notes),
        transcriber=figures.transcriber,
        device=figures.device,
        precision=figures.precision,
        fallbacks=figures.fallbacks,
        diariser=figures.diariser,
        voices_asked=figures.voices_asked,
    )


def _knows_overlaps(redacted: RedactedInterview, figures: InterviewFigures) -> bool:
    """Whether no overlap means that there was none: words have times, and the diariser looks for overlaps."""
    words = (word for utterance in redacted.utterances for word in utterance.words)
    return figures.finds_overlaps and any(word.start_ms is not None for word in words)


def _utterance_row(
    interview_id: str,
    number: int,
    utterance: Utterance,
    texts: VerbatimTexts,
    redaction_count: int,
    figures: InterviewFigures,
) -> UtteranceRow:
    return UtteranceRow(
        utterance_id=utterance.utterance_id,
        interview_id=interview_id,
        utterance_number=number,
        speaker=utterance.speaker,
        role=utterance.role.value,
        start_ms=utterance.start_ms,
        end_ms=utterance.end_ms,
        text=utterance.text,
        text_full=texts.full,
        text_intelligent=texts.intelligent,
        word_count=len(utterance.words),
        redaction_count=redaction_count,
        inaudible_word_count=texts.inaudible_word_count,
        suspect_word_count=_suspect_word_count(utterance, figures.passages_to_check),
        has_overlap=any(word.is_overlap for word in utterance.words) if figures.finds_overlaps else None,
    )


def _suspect_word_count(utterance: Utterance, passages: tuple[SuspectPassage, ...] | None) -> int | None:
    """Words whose middle lies in a passage to listen to; None where there is no recording."""
    if passages is None:
        return None
    middles = [(w.start_ms + w.end_ms) / 2 for w in utterance.words if w.start_ms is not None and w.end_ms is not None]
    return sum(any(one.start_ms <= middle <= one.end_ms for one in passages) for middle in middles)


def _word_rows(
    interview_id: str,
    utterances: tuple[Utterance, ...],
    redactions: dict[str, list[Redaction]],
    figures: InterviewFigures,
) -> Iterator[WordRow]:
    number = 0
    for utterance in utterances:
        fixed = are_redacted(utterance, redactions.get(utterance.utterance_id, ()))
        for word, is_redacted in zip(utterance.words, fixed, strict=True):
            number += 1
            yield WordRow(
                word_id=f"{interview_id}-w{number:05d}",
                utterance_id=utterance.utterance_id,
                interview_id=interview_id,
                word_number=number,
                speaker=word.speaker,
                second_speaker=word.second_speaker,
                is_overlap=word.is_overlap if figures.finds_overlaps else None,
                text=word.text,
                start_ms=word.start_ms,
                end_ms=word.end_ms,
                confidence=word.confidence,
                is_redacted=is_redacted,
            )


def _redaction_row(interview_id: str, redaction: Redaction) -> RedactionRow:
    return RedactionRow(
        redaction_id=redaction.redaction_id,
        utterance_id=redaction.utterance_id,
        interview_id=interview_id,
        start=redaction.start,
        end=redaction.end,
        category=redaction.category.value,
        placeholder=redaction.placeholder,
        source=redaction.source,
        score=redaction.score,
    )


def _covered_ratio(speech: tuple[Region, ...] | None, words: list[AttributedWord]) -> float | None:
    """Share of the speech within NEAR_MS of a word; None where no speech is known."""
    spoken_ms = sum(region.duration_ms for region in speech or ())
    if not speech or spoken_ms == 0:
        return None
    spans = (Region(w.start_ms, w.end_ms) for w in words if w.start_ms is not None and w.end_ms is not None)
    return shared_ms(speech, widened(spans, NEAR_MS)) / spoken_ms


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return sum(listed) / len(listed) if listed else None
