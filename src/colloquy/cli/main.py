"""The command line. Nothing heavy is imported here: a command's module is imported when that command is called."""

from __future__ import annotations

import os
import sys
import traceback
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from colloquy import quiet
from colloquy.cli.screen import show_error
from colloquy.errors import ColloquyError
from colloquy.store.files import disk_full, is_disk_full

quiet.apply()

# Where each command is written: module and name, and the line that --help shows.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "demo": ("colloquy.cli.demo", "demo", "Run the shipped demo study from recordings to dataset."),
    "new": ("colloquy.cli.new", "new", "Begin a study: its settings file and its drop folder."),
    "run": ("colloquy.cli.run_study", "run_study", "Take in what lies in the inbox and do what is not done yet."),
    "up": ("colloquy.cli.up", "up", "Start the Prefect web interface, the schedules and the worker."),
    "work": ("colloquy.cli.work", "work", "Take interviews from a work pool: one more machine for a study."),
    "down": ("colloquy.cli.up", "down", "Stop what `colloquy up` started."),
    "status": ("colloquy.cli.status", "status", "Show where each interview stands."),
    "set-aside": (
        "colloquy.cli.set_aside",
        "set_aside",
        "Leave an interview out, and take it up again; nothing is lost.",
    ),
    "speakers": (
        "colloquy.cli.speakers",
        "speakers",
        "Say who is who where the machine is not sure.",
    ),
    "key": ("colloquy.cli.key", "app", "Who stands behind the placeholders: export, rotate or destroy it."),
    "doctor": ("colloquy.cli.doctor", "doctor", "Look at this machine and say what to do about each fault."),
    "models": ("colloquy.cli.models", "app", "List, fetch, import and verify speech models."),
    "export": ("colloquy.cli.export", "export", "Write the published dataset in another format."),
    "try": ("colloquy.cli.try_stage", "app", "Try one stage on one file; nothing is stored."),
    "evaluate": ("colloquy.cli.evaluate", "evaluate", "Compare results with the truth: evaluate demo."),
}


class LazyCommand(TyperCommand):
    """Stands in a group's list; becomes the real command when it is called."""

    def __init__(self, name: str, module: str, attribute: str, summary: str) -> None:
        super().__init__(name, help=summary)
        self._place = (module, attribute)

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        module, attribute = self._place
        found = getattr(import_module(module), attribute)
        if not isinstance(found, typer.Typer):
            app = typer.Typer(add_completion=False, rich_markup_mode=None)
            app.command(name=self.name)(found)
            found = app
        return typer.main.get_command(found).make_context(info_name, args, parent, **extra)


class LazyGroup(TyperGroup):
    """All commands, and the one place where an error meant for the person at the screen is shown."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, (module, attribute, summary) in COMMANDS.items():
            self.add_command(LazyCommand(name, module, attribute, summary))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ColloquyError as error:
            if os.environ.get("COLLOQUY_DEBUG") == "1":
                raise
            show_error(str(error))
            raise typer.Exit(1) from None
        except OSError as error:
            if not is_disk_full(error) or os.environ.get("COLLOQUY_DEBUG") == "1":
                raise
            show_error(str(disk_full()))
            raise typer.Exit(1) from None


# Plain help: Typer's panels import Markdown and a highlighter, which takes longer than all the rest.
app = typer.Typer(
    cls=LazyGroup, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None
)


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"colloquy {version('colloquy')}")
        raise typer.Exit


@app.callback()
def colloquy(
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", envvar="COLLOQUY_DATA", help="Data folder; else data/ of the checkout."),
    ] = None,
    is_version_wanted: Annotated[  # noqa: ARG001  # its callback does the work
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Interview recordings to redacted, coding-ready datasets, on your own machine."""
    if data is not None:
        os.environ["COLLOQUY_DATA"] = str(data.absolute())  # processes that a command starts follow it too


def report_unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The last resort for faults nobody foresaw: their messages may quote speech, so they go to a private file."""
    if os.environ.get("COLLOQUY_DEBUG") == "1" or issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    from colloquy.store.private_log import write_private

    try:
        place = str(write_private("".join(traceback.format_exception(kind, error, trace))))
    except OSError:
        place = "no file: the data folder cannot be written"
    show_error(f"{kind.__name__}: something went wrong that Colloquy did not foresee; details in {place}")


def run() -> None:
    """Entry point of `colloquy`: exit code 0, 1 for an error, 2 for a wrong call."""
    sys.excepthook = report_unexpected
    typer.main.get_command(app)(prog_name="colloquy")


if __name__ == "__main__":
    run()
