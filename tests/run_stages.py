"""Works through the stages of one interview without Prefect."""

from __future__ import annotations

from collections.abc import Iterable

from colloquy.domain.record import InterviewState
from colloquy.store.ledger import save_state
from flows.state import state_after_checks
from flows.steps import do_step
from flows.work import StudyWork


def run_stages(work: StudyWork, stages: Iterable[str], name: str = "P07") -> tuple[list[str], InterviewState]:
    """The stages that had to be done, and where the interview stands."""
    interview = work.interview(name)
    done = [stage for stage in stages if do_step(work, stage, interview)[1]]
    state = state_after_checks(work, interview)
    save_state(work.folder, state)
    return done, state
