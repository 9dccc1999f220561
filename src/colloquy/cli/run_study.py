"""`colloquy run`: take in what lies in the inboxes and do what is not done yet."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from colloquy.cli.screen import print_result, show_error, show_note
from colloquy.errors import ColloquyError, StudyError
from colloquy.store.folders import find_data_folder


def run_study(
    studies: Annotated[list[str] | None, typer.Argument(metavar="[STUDY]...", help="Without one: all.")] = None,
    model: Annotated[str, typer.Option(help="For this run: a name from `colloquy models list`, or a path.")] = "",
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FOLDER", exists=True, file_okay=False, help="Copy what lies there in first."),
    ] = None,
) -> None:
    """Take in what lies in the inbox and do what is not done yet. Exit code 1 when an interview fails."""
    from colloquy.cli.running import run_one
    from colloquy.store.inbox import copy_in

    data = find_data_folder()
    if source is not None:
        if not studies or len(studies) != 1:
            raise StudyError("run --from: name the one study that these files belong to, as in: run my-study --from X")
        show_note(f"{copy_in(source, data.study(studies[0]))} files were copied into the inbox of {studies[0]}.")
    if model:
        os.environ["COLLOQUY_MODEL"] = model
    wanted = tuple(studies or data.study_ids())
    if not wanted:
        raise StudyError("There is no study yet. Begin one with: colloquy new STUDY")
    for study_id in wanted:
        if data.study(study_id).study_id not in data.study_ids():
            raise StudyError(f"{study_id}: there is no such study here. Begin it with: colloquy new {study_id}")
    failed = 0
    stopped = False
    for study_id in wanted:
        show_note(f"Study {study_id}")
        try:
            failed += run_one(data, study_id)
        except ColloquyError as error:
            # One study's trouble holds up no other.
            show_error(str(error))
            stopped = True
    if failed:
        print_result(f"{failed} interview{'s' if failed > 1 else ''} failed; the table says why.")
    if failed or stopped:
        raise typer.Exit(1)
