"""`colloquy status`: where each interview stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from colloquy.cli.screen import make_table, print_json, print_result, print_table
from colloquy.errors import StudyError
from colloquy.store.folders import find_data_folder

if TYPE_CHECKING:
    from colloquy.domain.record import InterviewState

COLOURS = {"done": "green", "failed": "red", "waits for a person": "yellow", "running": "cyan"}


def status(
    study: Annotated[str | None, typer.Argument(help="One study; without it, all.")] = None,
    is_json: Annotated[bool, typer.Option("--json", help="For another program.")] = False,
) -> None:
    """Show where each interview stands."""
    from colloquy.store.ledger import read_states

    data = find_data_folder()
    known = data.study_ids()
    if study is not None and data.study(study).study_id not in known:
        raise StudyError(
            f"{study}: there is no such study here; known: {', '.join(known) or 'none'}. Try colloquy new."
        )
    states = {study_id: read_states(data.study(study_id)) for study_id in ((study,) if study else known)}
    if is_json:
        print_json([_plain(study_id, state) for study_id, interviews in states.items() for state in interviews])
        return
    if not states:
        print_result("No study yet. Begin one with: colloquy new STUDY")
    for study_id, interviews in states.items():
        _print_study(study_id, interviews)


def _print_study(study_id: str, interviews: tuple[InterviewState, ...]) -> None:
    from rich.markup import escape

    if not interviews:
        print_result(f"{study_id}: nothing taken in yet. Put recordings into its inbox, then: colloquy run {study_id}")
        return
    table = make_table("interview", "state", "stage", "minutes", "speakers", "words", "redactions", "checks", "why")
    table.title = study_id
    for s in interviews:
        minutes = f"{s.duration_ms / 60_000:.1f}" if s.duration_ms is not None else ""
        checks = f"{s.passed_count}/{s.check_count}" if s.check_count else ""
        counts = [str(count or "") for count in (s.speaker_count, s.word_count, s.redaction_count)]
        colour = COLOURS.get(s.state.value, "white")
        state = f"[{colour}]{s.state.value}[/]"
        table.add_row(s.interview_id, state, s.stage, minutes, *counts, checks, escape(s.reason))
    print_table(table)


def _plain(study_id: str, state: InterviewState) -> dict[str, object]:
    return {
        "study_id": study_id,
        "interview_id": state.interview_id,
        "state": state.state.value,
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
