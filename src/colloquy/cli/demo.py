"""`colloquy demo`: the shipped study, from recordings to dataset."""

from __future__ import annotations

import typer

from colloquy.cli.screen import print_result, show_note
from colloquy.store.folders import find_data_folder

NEXT = """
Three things to try next
  1. Open the report and one of the Word files named above.
  2. colloquy evaluate demo        how far the demo's results are from the truth
  3. colloquy new my-study         begin a study of your own
"""


def demo() -> None:
    """Run the shipped demo study from recordings to dataset. All its voices and people are made up."""
    from colloquy.cli.running import run_one
    from colloquy.store.demo import lay_out_demo

    data = find_data_folder()
    lay_out_demo(data)
    show_note(
        "The demo uses a small speech model that ships with Colloquy: it knows the demo's four synthetic voices and a "
        "few hundred words, and is refused for real studies."
    )
    failed = run_one(data, "demo")
    print_result(NEXT.rstrip())
    if failed:
        raise typer.Exit(1)
