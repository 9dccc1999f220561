"""`colloquy status`: where each interview stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from colloquy.cli.screen import make_table, print_json, print_result, print_table
from colloquy.errors import StudyError
from colloquy.store.folders import find_data_folder

if TYPE_CHECKING:
    from colloquy.domain.record import InterviewState

COLOURS = {"done": "green", "failed": "red", "waits for a person": "yellow", "running": "cyan", "interrupted": "yellow"}


def status(
    study: Annotated[str | None, typer.Argument(help="One study; without it, all.")] = None,
    is_json: Annotated[bool, typer.Option("--json", help="For another program.")] = False,
) -> None:
    """Show where each interview stands."""
    from colloquy.store.ledger import read_states
    from colloquy.store.lock import is_locked

    data = find_data_folder()
    known = data.study_ids()
    if study is not None and data.study(study).study_id not in known:
        raise StudyError(
            f"{study}: there is no such study here; known: {', '.join(known) or 'none'}. Try colloquy new."
        )
    states = {study_id: read_states(data.study(study_id)) for study_id in ((study,) if study else known)}
    if is_json:
        locked = {study_id: is_locked(data.study(study_id)) for study_id in states}
        print_json(
            [
                _plain(study_id, state, is_running=locked[study_id])
                for study_id, interviews in states.items()
                for state in interviews
            ]
        )
        return
    if not states:
        print_result("No study yet. Begin one with: colloquy new STUDY")
    for study_id, interviews in states.items():
        _print_study(study_id, interviews)


def _print_study(study_id: str, interviews: tuple[InterviewState, ...]) -> None:
    from colloquy.store.interviews import list_of_files
    from colloquy.store.lock import is_locked

    if not interviews:
        print_result(f"{study_id}: nothing taken in yet. Put recordings into its inbox, then: colloquy run {study_id}")
        return
    table = make_table("interview", "state", "stage", "minutes", "speakers", "words", "redactions", "checks")
    table.title = study_id
    is_running = is_locked(find_data_folder().study(study_id))
    for s in interviews:
        minutes = f"{s.duration_ms / 60_000:.1f}" if s.duration_ms is not None else ""
        checks = f"{s.passed_count}/{s.check_count}" if s.check_count else ""
        counts = [str(count or "") for count in (s.speaker_count, s.word_count, s.redaction_count)]
        colour = COLOURS.get(s.state.value, "white")
        state = f"[{colour}]{shown_state(s, is_running=is_running)}[/]"
        table.add_row(s.interview_id, state, s.stage.replace("_", " "), minutes, *counts, checks)
    print_table(table)
    for s in interviews:
        if s.reason:
            print_result(f"{s.interview_id}: {s.reason}")
    print_result(f"Which file is which interview: {list_of_files(find_data_folder().study(study_id))}")


def shown_state(state: InterviewState, *, is_running: bool) -> str:
    """A run that died leaves its interview as running."""
    if state.state.value == "running" and not is_running:
        return "interrupted"
    return state.state.value


def _plain(study_id: str, state: InterviewState, *, is_running: bool) -> dict[str, object]:
    return {
        "study_id": study_id,
        "interview_id": state.interview_id,
        "state": shown_state(state, is_running=is_running),
        "stage": state.stage,
        "reason": state.reason,
        "duration_ms": state.duration_ms,
        "speaker_count": state.speaker_count,
        "word_count": state.word_count,
        "redaction_count": state.redaction_count,
        "passed_count": state.passed_count,
        "check_count": state.check_count,
        "verdict": state.verdict,
    }
