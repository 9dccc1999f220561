"""`colloquy set-aside`: leave an interview out, for a time or for good."""

from __future__ import annotations

from typing import Annotated

import typer

from colloquy.cli.screen import print_result
from colloquy.cli.studies import find_study


def set_aside(
    study: Annotated[str, typer.Argument(help="Its id.")],
    interview: Annotated[str, typer.Argument(help="As `colloquy status` shows it: P03, P07-2.")],
    is_undone: Annotated[bool, typer.Option("--undo", help="Take it up again.")] = False,
) -> None:
    """Leave an interview out: it is not worked on and not published. Its id and its files are kept."""
    from colloquy.store.lock import study_lock
    from colloquy.store.replaceable import was_published
    from colloquy.store.set_aside import put_aside, take_up

    folder = find_study(study)
    interview_id = interview.upper()
    with study_lock(folder):
        if is_undone:
            take_up(folder, interview_id)
            print_result(f"{interview_id} counts again; the next run works on it: colloquy run {study}")
            return
        is_published = was_published(folder, interview_id)
        put_aside(folder, interview_id)
    print_result(
        f"{interview_id} is set aside; nothing was deleted. Undo: colloquy set-aside {study} {interview_id} --undo"
    )
    if is_published:
        print_result(
            "The next run publishes a version without it; versions that hold it stay as they are. For a withdrawal see "
            'docs/confidentiality.md, "How to delete".'
        )
