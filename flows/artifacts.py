"""What the Prefect UI shows beside the states: a card for each interview and a table for the study.

Ids, counts, engines and our own sentences; never speech, a name or a file name.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from colloquy.domain.diarisation import Diarisation
from colloquy.domain.interview import Interview, SourceKind, State
from colloquy.domain.language import LanguageShare, shown_shares
from colloquy.domain.record import InterviewState, StageRecord
from colloquy.domain.stage import RECORDING_STAGES, TEXT_STAGES, stages_of
from colloquy.domain.suspect_passage import Coverage, SuspectPassage
from colloquy.domain.transcript import Transcript
from colloquy.domain.verbatim import clock
from colloquy.store.ledger import read_record, read_state, read_states
from colloquy.store.reading import read_reading
from colloquy.store.results import load_figures, load_result
from flows.guard import guarded
from flows.night import Told
from flows.work import StudyWork

SHOW_EVERY_S = 10.0
JOIN_S = 5.0
# What a state asks of the person who reads it.
NEXT = {
    State.NEW: "It has not been worked on yet.",
    State.RUNS_NEXT: "Nothing to do: the next run goes by what a person said.",
    State.RUNNING: "It is being worked on.",
    State.DONE: "Nothing to do.",
    State.WAITS: "It waits for a person to decide; see below.",
    State.FAILED: "Something has to be mended; see below.",
    State.SET_ASIDE: "A person left it out.",
}

MOST_PLACES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Quality:
    """Of a recording: where it was transcribed, and what its sound is like."""

    device: str
    signal_to_noise_db: float
    speech_ratio: float
    is_truncated: bool
    fallbacks: tuple[str, ...] = ()
    coverage: Coverage | None = None
    passages: tuple[SuspectPassage, ...] = ()
    languages: tuple[LanguageShare, ...] = ()
    precision: str = ""
    sound_notes: tuple[str, ...] = ()


def interview_card(state: InterviewState, records: tuple[StageRecord, ...], quality: Quality | None) -> str:
    """One interview in Markdown."""
    lines = [f"# {state.interview_id}: {state.verdict or state.state.value}", "", NEXT[state.state], ""]
    if state.reason:
        lines += [f"> {state.reason}", ""]
    figures = {
        "Minutes": f"{state.duration_ms / 60_000:.1f}" if state.duration_ms is not None else "",
        "Speakers": str(state.speaker_count or ""),
        "Words": str(state.word_count or ""),
        "Replacements": str(state.redaction_count or ""),
        "Checks passed": f"{state.passed_count} of {state.check_count}" if state.check_count else "",
    }
    if quality is not None:
        figures |= {
            "Transcribed on": f"{quality.device}, {quality.precision}" if quality.precision else quality.device,
            "Signal to noise": f"{quality.signal_to_noise_db:.0f} dB",
            "Speech": f"{quality.speech_ratio:.0%} of the recording",
            "Otherwise than asked": " ".join(quality.fallbacks),
            "Languages found": shown_shares(quality.languages),
            "Read": _read(quality.coverage),
            "To listen to": _places(quality.passages),
            "Recording": "breaks off before its end" if quality.is_truncated else "",
            "Sound": " ".join(quality.sound_notes),
        }
    lines += ["| | |", "| --- | --- |", *(f"| {name} | {shown} |" for name, shown in figures.items() if shown)]
    lines += ["", "| Stage | Seconds | With |", "| --- | --- | --- |"]
    lines += [f"| {r.stage.replace('_', ' ')} | {r.seconds:.1f} | {r.engine or 'Colloquy'} |" for r in records]
    return "\n".join(lines) + "\n"


def _read(coverage: Coverage | None) -> str:
    if coverage is None or coverage.speech_read_ratio is None:
        return ""
    return f"{coverage.speech_read_ratio:.1%} of the speech, {coverage.read_ratio:.1%} of the recording"


def _places(passages: tuple[SuspectPassage, ...]) -> str:
    """When, and never what."""
    if not passages:
        return ""
    shown = ", ".join(clock(passage.start_ms) for passage in passages[:MOST_PLACES_SHOWN])
    more = f" and {len(passages) - MOST_PLACES_SHOWN} more" if len(passages) > MOST_PLACES_SHOWN else ""
    return f"{len(passages)} passage{'' if len(passages) == 1 else 's'} that may be invented, at {shown}{more}"


def study_table(states: tuple[InterviewState, ...], stages_done: dict[str, tuple[str, ...]]) -> list[dict[str, str]]:
    """A row an interview, a column a stage; `stages_done` lists the finished stages by interview.

    A stage that no interview of the study has come to has no column: it would push the reasons off the screen.
    """
    rows: list[dict[str, str]] = []
    seen = {stage for done in stages_done.values() for stage in done} | {state.stage for state in states}
    stages = [stage for stage in dict.fromkeys((*TEXT_STAGES[:1], *RECORDING_STAGES)) if stage in seen]
    for state in states:
        done = stages_done.get(state.interview_id, ())
        row = {"interview": state.interview_id, "state": state.verdict or state.state.value}
        for stage in stages:
            is_here = state.state in (State.FAILED, State.RUNNING) and stage == state.stage
            row[stage.replace("_", " ")] = state.state.value if is_here else "done" if stage in done else ""
        row["why"] = state.reason
        rows.append(row)
    return rows


def show_interview(work: StudyWork, interview: Interview) -> None:
    """Put the interview's card beside its run."""
    state = read_state(work.folder, interview.interview_id)
    if state is None:
        return
    create_markdown_artifact(
        interview_card(state, _records(work, interview), _quality(work, interview)),
        key=f"{work.study_id}-{interview.interview_id}".lower(),
        description=f"{interview.interview_id} of {work.study_id}",
    )


class Progress:
    """How far a run is, as a bar beside it. Threads may share it."""

    def __init__(self, study_id: str, count: int) -> None:
        self._count = count
        self._ended = 0
        self._turn = threading.Lock()
        self._id: UUID | None = None
        if count:
            text = f"{study_id}: {count} interview{'' if count == 1 else 's'} to work on"
            self._id = cast(UUID, create_progress_artifact(0.0, key=f"{study_id}-progress", description=text))

    def one_ended(self) -> None:
        with self._turn:
            self._ended += 1
            if self._id is not None:
                update_progress_artifact(self._id, progress=round(100 * self._ended / self._count, 1))


@contextmanager
def reading_shown(work: StudyWork, interview_id: str) -> Iterator[None]:
    """A bar beside the task that transcribes; what ends before the first look needs none."""
    is_over = threading.Event()

    def show() -> None:
        bar: UUID | None = None
        while not is_over.wait(SHOW_EVERY_S):
            if reading := read_reading(work.folder, interview_id):
                percent, text = round(100 * reading.share, 1), f"{interview_id}: {reading.plain}"
                if bar is None:
                    key = f"{work.study_id}-{interview_id}-reading".lower()
                    bar = cast(UUID, create_progress_artifact(percent, key=key, description=text))
                else:
                    update_progress_artifact(bar, progress=percent, description=text)
        if bar is not None:
            update_progress_artifact(bar, progress=100.0, description=f"{interview_id}: read")

    def guarded_show() -> None:
        guarded(work.data, show)  # the bar is no part of the work

    looking = threading.Thread(target=contextvars.copy_context().run, args=(guarded_show,), daemon=True)
    looking.start()
    try:
        yield
    finally:
        is_over.set()
        looking.join(JOIN_S)


def show_study(work: StudyWork, told: Told) -> None:
    """Put the study's table and the digest beside its run."""
    done = {
        interview.interview_id: tuple(record.stage for record in _records(work, interview))
        for interview in work.interviews.values()
    }
    create_table_artifact(
        study_table(read_states(work.folder), done),
        key=f"{work.study_id}-study",
        description=f"Every interview of {work.study_id}, stage by stage",
    )
    create_markdown_artifact(told.markdown, key=f"{work.study_id}-digest", description=told.title)


def _records(work: StudyWork, interview: Interview) -> tuple[StageRecord, ...]:
    found = (read_record(work.folder, stage, interview.interview_id) for stage in stages_of(interview.kind))
    return tuple(record for record in found if record is not None)


def _quality(work: StudyWork, interview: Interview) -> Quality | None:
    """None for a source without sound, and before it was transcribed."""
    name = interview.interview_id
    if interview.kind is not SourceKind.RECORDING or read_record(work.folder, "transcribe", name) is None:
        return None
    quality, _ = load_figures(work.folder, name)
    transcript = load_result(work.folder, "transcribe", name, Transcript)
    diarised: tuple[str, ...] = ()
    if read_record(work.folder, "diarise", name) is not None:
        diarised = load_result(work.folder, "diarise", name, Diarisation).fallbacks
    return Quality(
        transcript.engine.device,
        quality.signal_to_noise_db,
        quality.speech_ratio,
        quality.is_truncated,
        (*transcript.fallbacks, *diarised),
        transcript.coverage,
        transcript.passages_to_check,
        transcript.languages,
        transcript.precision,
        work.sound_notes(interview),
    )
