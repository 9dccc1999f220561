"""A whole study: admit, every interview by itself, publish what passed."""

from __future__ import annotations

from typing import Any, cast

from prefect import State as FlowState
from prefect import flow, tags
from prefect.states import Completed

from colloquy.domain.interview import State
from colloquy.store.ledger import read_states
from flows import tasks
from flows.interview import AS_IDS, interview


@flow(name="study", flow_run_name="{study_id}", **AS_IDS)
def study(study_id: str) -> Any:
    """One after another: the engines use all cores by themselves, and one failure holds up nothing else."""
    tasks.forget_work()
    with tags(study_id):
        for interview_id in tasks.admit_sources(study_id):
            interview(study_id, interview_id, return_state=True)
        published = tasks.publish(study_id)
    tasks.show_study(study_id)
    states = read_states(tasks.work_of(study_id).folder)
    failed = [state for state in states if state.state is State.FAILED]
    message = f"{published.interview_count} of {len(states)} interviews published as {published.version or 'nothing'}"
    if failed:
        reasons = " ".join(f"{state.interview_id}: {state.reason}" for state in failed)
        return Completed(name="NeedsAttention", message=f"{message}. {len(failed)} failed. {reasons}")
    return Completed(message=message)


def run_study(study_id: str) -> str | None:
    """Run the flow here and now; why it could not end, or None. What became of each interview stands in the ledger."""
    final = cast(FlowState[Any], study(study_id, return_state=True))
    return None if final.is_completed() else (final.message or "It was cancelled.")
