"""`colloquy status`: what is up, where each interview stands, and what waits for whom."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from colloquy.cli.screen import make_table, print_json, print_result, print_table, show_warning
from colloquy.errors import StudyError
from colloquy.store.folders import find_data_folder

if TYPE_CHECKING:
    from colloquy.cli.standing import StudyStanding
    from colloquy.store.service import Service

COLOURS = {
    "done": "green",
    "failed": "red",
    "waits for a person": "yellow",
    "runs next": "cyan",
    "running": "cyan",
    "interrupted": "yellow",
}


def status(
    study: Annotated[str | None, typer.Argument(help="One study; without it, all.")] = None,
    is_json: Annotated[bool, typer.Option("--json", help="For another program.")] = False,
) -> None:
    """Show what is up, where each interview stands, and what waits for whom."""
    from colloquy.cli.standing import standing_of
    from colloquy.store.service import read_service

    data = find_data_folder()
    known = data.study_ids()
    if study is not None and data.study(study).study_id not in known:
        raise StudyError(
            f"{study}: there is no such study here; known: {', '.join(known) or 'none'}. Try colloquy new."
        )
    service = read_service(data)
    found = [standing_of(data.study(study_id)) for study_id in ((study,) if study else known)]
    if is_json:
        print_json(_plain(service, found))
        return
    _print_service(service)
    if not found:
        print_result("No study yet. Begin one with: colloquy new STUDY")
    for one in found:
        _print_study(one)


def _plain(service: Service | None, found: list[StudyStanding]) -> dict[str, Any]:
    shown = None if service is None else {"address": service.address, "view_address": service.view_address}
    return {"service": shown, "studies": [asdict(one) for one in found]}


def _print_service(service: Service | None) -> None:
    if service is None:
        print_result("Prefect is not up; `colloquy up` starts it. `colloquy run` works without it.")
        return
    looking = f"; for looking only: {service.view_address}" if service.view_address else ""
    print_result(f"Prefect is up: {service.address}{looking}")


def _print_study(found: StudyStanding) -> None:
    study_id = found.study_id
    if not found.interviews:
        print_result(f"{study_id}: nothing taken in yet. Put recordings into its inbox, then: colloquy run {study_id}")
    else:
        _print_interviews(found)
    if found.settings_error:
        show_warning(found.settings_error)
    if found.schedule:
        print_result(f"Nights: {found.schedule} ({found.time_zone}); the next one begins {found.next_night}")
    if found.last_run:
        print_result(f"Last run: {found.last_run}")
    if found.inbox_count:
        waits = f", {found.held_count} of them wait for you (see the notes beside them)" if found.held_count else ""
        print_result(f"Inbox: {found.inbox_count} file(s){waits}")
    if found.interviews:
        print_result(f"Which file is which interview: {found.list_of_files}")


def _print_interviews(found: StudyStanding) -> None:
    table = make_table("interview", "state", "stage", "minutes", "speakers", "words", "redactions", "checks")
    table.title = found.study_id
    for s in found.interviews:
        minutes = f"{s.duration_ms / 60_000:.1f}" if s.duration_ms is not None else ""
        checks = f"{s.passed_count}/{s.check_count}" if s.check_count else ""
        counts = [str(count or "") for count in (s.speaker_count, s.word_count, s.redaction_count)]
        state = f"[{COLOURS.get(s.state, 'white')}]{s.state}[/]"
        stage = f"transcribe {s.reading}" if s.reading else s.stage.replace("_", " ")
        table.add_row(s.interview_id, state, stage, minutes, *counts, checks)
    print_table(table)
    for s in found.interviews:
        if s.reason:
            print_result(f"{s.interview_id}: {s.reason}")
