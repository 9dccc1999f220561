"""With what a stage's result was made: stands in the ledger and on the interview's card."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

from colloquy.domain.interview import Interview
from colloquy.domain.stage import words_stage
from colloquy.domain.utterance import Attribution
from colloquy.engines import registry
from colloquy.store.results import load_result
from flows.hearing import heard
from flows.work import StudyWork

DECIDED = "a person's decision"


def engine_name(work: StudyWork, stage: str, interview: Interview) -> str:
    """Of what gives the stage's result with the settings as they are now."""
    if stage == "redact":
        return ", ".join(f"{name} {library_version(name)}".strip() for name in work.settings.redaction.detectors)
    if stage == "read_document":
        identity = registry.make_document_reader(interview.suffix).identity
        return f"{identity.name} {identity.version}"
    names = {
        "prepare": "silero-vad",
        "transcribe": work.settings.transcription.engine,
        "diarise": work.diariser_for(interview).identity.shown if stage == "diarise" else "",
        "check": work.settings.checks.validator,
    }
    name = names.get(stage, "")
    return f"{name} {library_version(name)}".strip()


def made_with(work: StudyWork, stage: str, interview: Interview) -> str:
    """As `engine_name`, of the result that was just saved: a person's decision counts only where it was applied."""
    name = engine_name(work, stage, interview)
    if stage != words_stage(interview.kind):
        return name
    is_decided = load_result(work.folder, stage, interview.interview_id, Attribution).is_decided
    said = DECIDED if is_decided else heard(work, interview)
    return ", ".join(part for part in (name, said) if part)


@cache
def library_version(engine: str) -> str:
    """The release of the library behind an engine; our own engines count by VERSIONS."""
    distribution = registry.DISTRIBUTIONS.get(engine)
    return version(distribution) if distribution else ""
