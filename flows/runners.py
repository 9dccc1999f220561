"""Where the interviews of a run are worked on: here, on the workers of Prefect's pools, or on a Dask cluster.

Which of them is a setting; what is done is the same, and so is what comes of it.
"""

from __future__ import annotations

import contextvars
import os
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any, Protocol, cast

from prefect import State
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.states import Failed

from colloquy.errors import ServerLostError
from colloquy.settings import WorkSettings, load_machine_settings
from colloquy.store.folders import find_data_folder
from colloquy.store.turns import Turn
from flows import tasks
from flows.gpu import open_queue, uses_gpu
from flows.guard import SERVER_LOST, Caught, guarded
from flows.interview import interview
from flows.lanes import AT_ONCE
from flows.night import Plan
from flows.progress import note
from flows.said import say
from flows.server import returns
from flows.shifts import Shifts

TAKES_TURNS = "COLLOQUY_TAKES_TURNS"  # set for the runs that `colloquy up` begins
TRIES = 5  # where the server dies under the run


class Runner(Protocol):
    """Works on what the plan gives out until it gives no more. An interview that is lost holds up no other."""

    def __call__(self, study_id: str, plan: Plan) -> None: ...


# The flow of one interview, by study and interview, wherever its tasks run.
BeginsInterview = Callable[[str, str], State[Any]]


def work_through(study_id: str, plan: Plan) -> None:
    """By the setting `work.runner`. Raises ServerError where nobody is there to work, or what it needs is missing."""
    runner_of(load_machine_settings().work)(study_id, plan)


def runner_of(settings: WorkSettings) -> Runner:
    if settings.runner == "work-pools":
        from flows.work_pools import on_work_pools

        return on_work_pools
    if settings.runner == "dask":
        from flows.dask_cluster import on_dask

        return on_dask
    return here


def here(study_id: str, plan: Plan) -> None:
    """On this machine, a few at once: some are prepared and checked beside one's transcription.

    They share the processes of `lanes.py`, so this takes no more memory for models than one would.
    """
    if not plan.left:
        return
    settings = tasks.work_of(study_id).settings
    if uses_gpu(settings, "transcribe") or uses_gpu(settings, "diarise"):
        open_queue()
    turn = Turn(find_data_folder(), study_id, is_urgent=not plan.is_night) if TAKES_TURNS in os.environ else None
    machine = load_machine_settings().work
    with Shifts(turn, machine.least_turn_s) as shifts:
        in_threads(study_id, plan, _begun, machine.interviews_at_once or AT_ONCE, shifts)


def in_threads(study_id: str, plan: Plan, begin: BeginsInterview, at_once: int, shifts: Shifts | None = None) -> None:
    """With `shifts`, the interviews share this machine's engines, and the machine with other studies."""
    lost = LostServer()

    def work_on(interview_id: str) -> None:
        ended = begin(study_id, interview_id)
        plan.ended(interview_id)
        if ended.name == SERVER_LOST and lost.has_come_back():
            return plan.give_back(interview_id)
        tasks.note_if_lost(study_id, interview_id)
        tasks.note_progress()
        say(ended.message or f"{interview_id}: {ended.name}", is_trouble=not ended.is_completed())
        if ended.name == SERVER_LOST:  # nothing of what follows could be begun either
            raise ServerLostError(ended.message or interview_id)
        return None

    def work() -> None:
        if shifts is None:
            while (interview_id := plan.next()) is not None:
                work_on(interview_id)
            return
        while True:
            with shifts.one():
                if (interview_id := plan.next(is_here=True)) is None:
                    return
                work_on(interview_id)

    def call_off(error: BaseException) -> None:
        """Nothing more is begun; where a person or the system stops the run, what is at work ends at once."""
        plan.close()
        if not isinstance(error, Exception):
            tasks.call_off()
            if shifts is not None:
                shifts.call_off()

    # A flow that sends heartbeats ends up to a second late; nobody listens to an interview's: see zombies.py.
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        _in_threads(work, at_once, call_off)


WAITS_FOR_SERVER = (
    "Prefect's server does not answer: waiting a minute for it. `colloquy up` starts it again; nothing is lost."
)


class LostServer:
    """A server that was lost is waited for, a few times in a run: `colloquy up` starts it again."""

    def __init__(self) -> None:
        self._tries_left = TRIES

    def has_come_back(self) -> bool:
        self._tries_left -= 1
        note(WAITS_FOR_SERVER)
        return self._tries_left >= 0 and returns(os.environ.get("PREFECT_API_URL", "").removesuffix("/api"))


def _begun(study_id: str, interview_id: str) -> State[Any]:
    """The interview's end. Where Prefect could not even begin it, why."""
    ended = guarded(find_data_folder(), lambda: cast(State[Any], interview(study_id, interview_id, return_state=True)))
    return Failed(name=ended.error, message=f"{interview_id}: {ended.reason}") if isinstance(ended, Caught) else ended


def _in_threads(work: Callable[[], None], at_once: int, call_off: Callable[[BaseException], None]) -> None:
    with ThreadPoolExecutor(at_once) as threads:
        # Each with a copy of this run's context, so that Prefect shows the interviews as parts of it.
        begun = [threads.submit(contextvars.copy_context().run, work) for _ in range(at_once)]
        try:
            wait(begun, return_when=FIRST_EXCEPTION)
            for thread in begun:
                if thread.done():
                    thread.result()
        except BaseException as error:
            call_off(error)  # the block waits for its threads
            raise
