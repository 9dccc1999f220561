"""`colloquy work`: this machine takes interviews from one of Prefect's work pools, until Ctrl-C."""

from __future__ import annotations

from typing import Annotated

import typer

from colloquy.cli.screen import print_result, show_note
from colloquy.settings import load_machine_settings
from colloquy.store.folders import find_data_folder


def work(
    pool: Annotated[str, typer.Option(help="cpu, or gpu for a machine that has one; see [work] in machine.toml.")] = "",
) -> None:
    """Take interviews from a work pool and work on them, as one of several machines. See docs/scaling.md."""
    data = find_data_folder()
    name = pool or load_machine_settings().work.cpu_pool
    from flows.server import set_environment

    set_environment(data)
    from flows.pool_worker import keep_working

    show_note(f"Looking for the server that {name} belongs to …")
    keep_working(data, name, print_result)
