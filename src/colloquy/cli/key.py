"""`colloquy key`: who stands behind the placeholders of a study."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from colloquy.cli.screen import print_result, show_warning
from colloquy.cli.studies import find_study
from colloquy.errors import StoreError, StudyError

app = typer.Typer(
    help="Who stands behind the placeholders of a study ([Person 1], [Place 2]).",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
Study = Annotated[str, typer.Argument(help="Its id.")]


@app.command("where")
def where(study: Study) -> None:
    """Say where the key and the secret that opens it lie, and whether they fit."""
    from colloquy.store.key import key_place, read_key

    folder = find_study(study)
    place = key_place(folder)  # said also where the secret is not there
    if place is not None:
        print_result(f"The key:    {place.key}\nThe secret: {place.secret}")
    count = len(read_key(folder))
    if place is None:
        print_result(f"{study}: no encrypted key yet; the next interview that is redacted makes one.")
        return
    print_result(f"They fit; {count} placeholders. Keep a copy of each, apart: whoever has both can tell who is who.")


@app.command("export")
def export(
    study: Study,
    file: Annotated[Path, typer.Argument(help="The table to write, as in key.csv; outside of what is shared.")],
) -> None:
    """Write the key as a table for Excel: it names people."""
    from colloquy.exports.key_table import key_table
    from colloquy.store.files import write_whole
    from colloquy.store.key import read_key

    folder = find_study(study)
    path = file.expanduser().absolute()
    if path.exists():
        raise StoreError("That file exists already; nothing was overwritten. Give another name.")
    if path.resolve().is_relative_to((folder.root / "shareable").resolve()):
        raise StoreError("The key names people and must not lie below shareable/. Give another folder.")
    if not path.parent.is_dir():
        raise StoreError("That folder does not exist. Make it first, or give another.")
    key = read_key(folder)
    if not key:
        raise StudyError(f"{study}: its key is empty; nothing was written.")
    write_whole(path, key_table(key))
    print_result(f"{len(key)} placeholders written to {path}")
    show_warning("This table names people and is not encrypted. Delete it when you are done.")


@app.command("rotate")
def rotate(study: Study) -> None:
    """Lock the key with a new secret: a copy of the old one opens it no more."""
    from colloquy.store.key import has_key, key_place, rotate_key
    from colloquy.store.lock import key_lock, study_lock

    folder = find_study(study)
    with study_lock(folder), key_lock(folder):  # after a run was stopped, a worker elsewhere may still redact
        if not has_key(folder):
            raise StudyError(f"{study}: it has no key yet.")
        rotate_key(folder)
        place = key_place(folder)
    if place is not None:
        print_result(f"{study}: locked with a new secret. It lies in {place.secret}")
    print_result(
        "Back up key.enc and the secret anew, each in its place, and delete the copies of the old secret: with one of "
        "them, an older backup of the key still opens."
    )


@app.command("forget")
def forget(
    study: Study,
    placeholders: Annotated[list[str], typer.Argument(help='As in the dataset, in quotes: "[Person 3]".')],
) -> None:
    """Empty entries of the key, as where a participant withdraws; their numbers are given to nobody else."""
    from colloquy.store.key import forget_originals
    from colloquy.store.lock import key_lock, study_lock

    folder = find_study(study)
    with study_lock(folder), key_lock(folder):
        forget_originals(folder, placeholders)
    print_result(f"{study}: the key does not know any more who {', '.join(placeholders)} is.")
    print_result("What else names them: docs/confidentiality.md, How to delete.")


@app.command("destroy")
def destroy(
    study: Study,
    is_sure: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove the key and its secret for good: nobody can be led back from a placeholder, nothing can be added."""
    from colloquy.store.key import destroy_key, has_key
    from colloquy.store.lock import key_lock, study_lock

    folder = find_study(study)
    if not has_key(folder):
        raise StudyError(f"{study}: it has no key.")
    if not is_sure:
        _ask(study)
    with study_lock(folder), key_lock(folder):
        destroy_key(folder)
    print_result(f"{study}: its key and the secret are gone from this machine.")
    print_result(
        "The study is not anonymous yet. These still lead back to people: delete them, and their copies, when your "
        f"plan says so:\n  copies of the secret, and tables made by colloquy key export\n  {folder.inbox}\n"
        f'  {folder.identifiable}\nAnd read docs/confidentiality.md, "Pseudonymised, not anonymous".'
    )


def _ask(study: str) -> None:
    if not sys.stdin.isatty():
        raise StudyError(f"{study}: nothing was destroyed. Say that you mean it: colloquy key destroy {study} --yes")
    show_warning(
        "This cannot be undone: without a copy of the secret nobody can tell any more who a placeholder stands for."
    )
    if typer.prompt("Type the study's id to go on", default="", show_default=False) != study:
        raise StudyError(f"{study}: nothing was destroyed.")
