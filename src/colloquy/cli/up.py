"""`colloquy up` and `colloquy down`: Prefect's web interface, the schedules and the worker on this machine."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from colloquy.cli.screen import print_result, show_note, show_warning
from colloquy.errors import ServerError
from colloquy.store.folders import DataFolder, find_data_folder

STOP_S = 60.0


def up(
    is_service: Annotated[
        bool, typer.Option("--install-service", help="Write the file with which this machine starts it by itself.")
    ] = False,
    is_password: Annotated[
        bool, typer.Option("--set-password", help="Set the two passwords that opening to other machines needs.")
    ] = False,
) -> None:
    """Start the Prefect web interface, the schedules and the worker, and keep them up until Ctrl-C."""
    data = find_data_folder()
    if is_password:
        return _set_passwords(data)
    if is_service:
        from colloquy.cli.service import install_service

        return install_service(data)
    from flows.server import set_environment

    set_environment(data)
    from flows.service import keep_up

    show_note("Starting Prefect on this machine …")
    keep_up(data, print_result)
    return None


def down() -> None:
    """Stop what `colloquy up` started. What is being worked on goes on in the next run where it was."""
    from colloquy.store.lock import is_locked, is_service_up
    from colloquy.store.service import ask_to_stop

    data = find_data_folder()
    if not is_service_up(data):
        print_result("Nothing is up.")
        return
    at_work = [study_id for study_id in data.study_ids() if is_locked(data.study(study_id))]
    ask_to_stop(data)
    deadline = time.monotonic() + STOP_S
    while is_service_up(data):
        if time.monotonic() > deadline:
            raise ServerError(f"prefect: it has not stopped within {STOP_S:.0f} s. Try again, or restart the machine.")
        time.sleep(0.2)
    print_result("Stopped.")
    if still := [study_id for study_id in at_work if is_locked(data.study(study_id))]:
        show_warning(
            f"{', '.join(still)}: run from another terminal, which now waits some minutes for `colloquy up` and then "
            "ends. Nothing is lost."
        )


def _set_passwords(data: DataFolder) -> None:
    from colloquy.store.service import PASSWORD, VIEW_PASSWORD, save_password

    for name, what in ((PASSWORD, "for starting and changing runs"), (VIEW_PASSWORD, "for looking only")):
        given = typer.prompt(f"Password {what}", hide_input=True, confirmation_prompt=True)
        save_password(data, name, given)
    print_result("Both are set; they hold from the next `colloquy up`. The user's name is colloquy.")
