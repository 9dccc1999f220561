"""How the commands talk to the person at the screen: results on standard output, all else on standard error."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.table import Table


def show_error(message: str) -> None:
    """An error, in red."""
    _to_stderr(message, "bold red")


def show_warning(message: str) -> None:
    """A warning, in yellow."""
    _to_stderr(message, "yellow")


def show_note(message: str) -> None:
    """What is being done."""
    _to_stderr(message, "dim")


def print_result(text: str) -> None:
    """A result as it is, without wrapping or colour."""
    typer.echo(text)


def print_json(value: Any) -> None:
    """A result for another program."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def make_table(*columns: str, whole: int = 1) -> Table:
    """The first `whole` columns are never broken; the others break between words, and within where one is too long."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        longest_word = max(map(len, column.split()), default=0)
        table.add_column(column, no_wrap=number < whole, overflow="fold", min_width=longest_word)
    return table


def print_table(table: Table) -> None:
    from rich.console import Console

    Console().print(table)


@contextlib.contextmanager
def standard_output_kept_clean() -> Iterator[None]:
    """Whatever a library prints meanwhile goes to standard error."""
    with contextlib.redirect_stdout(sys.stderr):
        yield


def _to_stderr(message: str, style: str) -> None:
    from rich.console import Console
    from rich.text import Text

    Console(stderr=True).print(Text(message, style=style))
