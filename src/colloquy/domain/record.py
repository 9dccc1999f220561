"""What the ledger knows: which work is finished, and where each interview stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from colloquy.domain.interview import State


@dataclass(frozen=True, slots=True)
class StageRecord:
    """A finished stage of one interview.

    `fingerprint` is the SHA-256 of everything that may change the result: the inputs' digests, the settings that
    matter to the stage, the engine's and model's version. `result_sha256` is the digest of what was saved.
    """

    stage: str
    interview_id: str
    fingerprint: str
    result_sha256: str
    seconds: float
    engine: str


@dataclass(frozen=True, slots=True)
class InterviewState:
    """Where an interview stands, for `status`, the reports and the progress display.

    `reason` says why it failed or waits, in one sentence for the team; it holds no speech and no name.
    `error` is the class of what it failed with.
    """

    interview_id: str
    state: State
    stage: str = ""
    reason: str = ""
    duration_ms: int | None = None
    speaker_count: int = 0
    word_count: int = 0
    redaction_count: int = 0
    passed_count: int = 0
    check_count: int = 0
    verdict: str = ""
    seconds: dict[str, float] = field(default_factory=dict)
    error: str = ""
