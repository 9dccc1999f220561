"""`colloquy doctor`: what is well with this machine and what is not."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from colloquy.cli.screen import make_table, print_json, print_result, print_table, show_note
from colloquy.store.folders import find_data_folder


def doctor(is_json: Annotated[bool, typer.Option("--json", help="For another program.")] = False) -> None:
    """Look at this machine and say what to do about each fault. Exit code 1 when something would stop a run."""
    from colloquy.cli.machine import Level, examine

    show_note("Looking; the GPU takes some seconds …")
    checks = tuple(examine(find_data_folder()))
    broken = [check for check in checks if check.level is Level.BROKEN]
    if is_json:
        print_json({"is_ready": not broken, "checks": [asdict(check) for check in checks]})
    else:
        marks = {Level.FINE: "[green]✓[/]", Level.WARNING: "[yellow]![/]", Level.BROKEN: "[red]✗[/]"}
        table = make_table("", "what", "found", "what to do")
        for check in checks:
            table.add_row(marks[check.level], check.subject, escaped(check.found), escaped(check.advice))
        print_table(table)
        print_result(f"{len(broken)} to mend before a run." if broken else "Ready.")
    if broken:
        raise typer.Exit(1)


def escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
