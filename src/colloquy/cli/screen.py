"""How the commands talk to the person at the screen: results on standard output, all else on standard error."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.table import Column, Table
    from rich.text import Text

GAP = 2  # between two columns of a table
LONGEST_WORD = 20


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

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, collapse_padding=True, pad_edge=False)
    for number, column in enumerate(columns):
        longest_word = max(map(len, column.split()), default=0)
        table.add_column(column, no_wrap=number < whole, overflow="fold", min_width=longest_word)
    return table


def print_table(table: Table) -> None:
    """Where the columns do not fit side by side, each row becomes a block of lines: nothing is cut off."""
    from rich.console import Console

    console = Console()
    if _needed_width(table) <= console.width:
        console.print("", table, "", sep="\n")
    else:
        console.print(*_blocks(table), "", sep="\n")


def _needed_width(table: Table) -> int:
    """With no word broken but those longer than `LONGEST_WORD`, such as paths."""
    from rich.text import Text

    def needed(column: Column) -> int:
        cells = [Text.from_markup(str(cell)).plain for cell in column.cells]
        words = cells if column.no_wrap else [word[:LONGEST_WORD] for cell in cells for word in cell.split()]
        return max((column.min_width or 0, *map(len, words)))

    return sum(map(needed, table.columns)) + GAP * (len(table.columns) - 1)


def _blocks(table: Table) -> Iterator[Text]:
    """A row's first cell on a line of its own, each further one below it under its column's name."""
    from rich.text import Text

    if table.title is not None:
        yield Text(f"{table.title}\n")
    headers = [str(column.header) for column in table.columns]
    heads = 1 if headers[0] else 2  # a mark stands before what it marks
    for row in zip(*(tuple(column.cells) for column in table.columns), strict=True):
        cells = [Text.from_markup(str(cell)) for cell in row]
        yield Text(" ").join(cells[:heads])
        for header, cell in zip(headers[heads:], cells[heads:], strict=True):
            if cell.plain:
                yield Text.assemble("  ", f"{header}: " if header else "", cell)


@contextlib.contextmanager
def standard_output_kept_clean() -> Iterator[None]:
    """Whatever a library prints meanwhile goes to standard error."""
    with contextlib.redirect_stdout(sys.stderr):
        yield


def _to_stderr(message: str, style: str) -> None:
    from rich.console import Console
    from rich.text import Text

    Console(stderr=True).print(Text(message, style=style))
