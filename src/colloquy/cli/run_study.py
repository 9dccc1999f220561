"""`colloquy run`: take in what lies in the inboxes and do what is not done yet."""

from __future__ import annotations

import difflib
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
    """Take in what lies in the inbox and do what is not done yet.

    Exit code 0: all is done that can be done without you, also where interviews only wait for a person to say who is
    who; the last lines then say how many. 1: an interview failed, a file in the inbox waits for you or could not be
    read, or the run could not begin or end. 130: stopped with Ctrl-C. 2: the command was mistyped.
    """
    from colloquy.cli.running import run_one
    from colloquy.store.inbox import copy_in

    data = find_data_folder()
    wanted = tuple(studies or data.study_ids())
    if not wanted:
        raise StudyError("There is no study yet. Begin one with: colloquy new STUDY")
    for study_id in wanted:
        if data.study(study_id).study_id not in data.study_ids():
            raise StudyError(_unknown(study_id, data.study_ids()))
    if source is not None:
        if len(wanted) != 1:
            raise StudyError("run --from: name the one study that these files belong to, as in: run my-study --from X")
        count = copy_in(source, data.study(wanted[0]))
        show_note(f"{count} file{'' if count == 1 else 's'} copied into the inbox of {wanted[0]}.")
    if model:
        os.environ["COLLOQUY_MODEL"] = model
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
        except KeyboardInterrupt:
            show_note("Stopped. Nothing is lost: `colloquy run` goes on where it was.")
            raise typer.Exit(130) from None
    if failed:
        what = "interview or file" if failed == 1 else "interviews or files"
        print_result(f"{failed} {what} could not be finished; the lines above say why.")
    if failed or stopped:
        raise typer.Exit(1)


def _unknown(study_id: str, known: tuple[str, ...]) -> str:
    alike = difflib.get_close_matches(study_id, known, n=1)
    guess = f" Did you mean {alike[0]}?" if alike else f" Known: {', '.join(known)}." if known else ""
    return f"{study_id}: there is no such study here.{guess} To begin it: colloquy new {study_id}"
