"""What is known of an interview besides its words, for the dataset and the checks."""

from __future__ import annotations

from dataclasses import replace

from colloquy.domain.diarisation import Diarisation
from colloquy.domain.figures import InterviewFigures
from colloquy.domain.interview import Interview, SourceKind
from colloquy.domain.stage import words_stage
from colloquy.domain.transcript import Transcript
from colloquy.domain.utterance import Attribution
from colloquy.settings.redaction_language import text_language
from colloquy.store import results
from flows.work import StudyWork


def figures_of(work: StudyWork, interview: Interview) -> InterviewFigures:
    """Of an interview whose speakers are settled."""
    is_recording = interview.kind is SourceKind.RECORDING
    figures = _of_sound(work, interview) if is_recording else InterviewFigures(text_language(work.settings))
    found = results.load_result(work.folder, words_stage(interview.kind), interview.interview_id, Attribution)
    if not found.source_sha256:  # of an earlier version, which did not note who said so
        return replace(figures, role_question=found.question)
    return replace(
        figures,
        roles_by=found.roles_by.value,
        role_confidence=found.role_confidence,
        role_question=found.question,
    )


def _of_sound(work: StudyWork, interview: Interview) -> InterviewFigures:
    name = interview.interview_id
    quality, speech = results.load_figures(work.folder, name)
    transcript = results.load_result(work.folder, "transcribe", name, Transcript)
    diarisation = results.load_result(work.folder, "diarise", name, Diarisation)
    return InterviewFigures(
        transcript.language,
        quality.duration_ms,
        speech,
        quality.signal_to_noise_db,
        f"{transcript.engine.name} {transcript.engine.model}",
        diarisation.engine.shown,
        diarisation.finds_overlaps,
        quality.clipped_ratio,
        quality.bandwidth_hz,
        quality.is_truncated,
        transcript.coverage,
        transcript.passages_to_check,
        transcript.languages,
        transcript.engine.device,
        transcript.precision,
        (*transcript.fallbacks, *diarisation.fallbacks),
        work.sound_notes(interview),
        voices_asked=diarisation.asked.plain if diarisation.asked else "",
    )
