"""The process that runs what Prefect has planned: each run in a process of its own, one of a study at a time.

python -m flows.worker
"""

from __future__ import annotations

import asyncio
import os
import threading

from prefect.runner import Runner

from colloquy.store.folders import find_data_folder
from flows.deployments import Planned, make_up, planned_studies, register
from flows.guard import Caught, guarded
from flows.quiet_server import stop_with
from flows.runners import TAKES_TURNS
from flows.service import OWNER
from flows.zombies import bury_where_nobody_works

# New studies and changed schedules are found this soon.
LOOK_EVERY_S = 20.0
QUERY_EVERY_S = 5


class Work:
    """What is known of the studies. Each has a runner of its own: a second run of it waits until the first has ended,
    while the runs of several studies stand side by side and take turns (shifts.py).
    """

    def __init__(self, running: asyncio.TaskGroup) -> None:
        self._running = running
        self._known: dict[str, Planned] = {}
        self._runners: dict[str, Runner] = {}

    async def look(self) -> None:
        for planned in planned_studies(find_data_folder()):
            study_id = planned.study_id
            if self._known.get(study_id) == planned:
                continue
            if study_id in self._runners:
                await register(self._runners[study_id], planned)
            else:
                await self._begin(planned)
            self._known[study_id] = planned

    async def _begin(self, planned: Planned) -> None:
        # Prefect pauses every schedule when its runner stops unless told not to: no night would follow a restart.
        runner = Runner(name="colloquy", pause_on_shutdown=False, limit=1, query_seconds=QUERY_EVERY_S)
        await register(runner, planned)
        await make_up(planned)
        self._runners[planned.study_id] = runner
        self._running.create_task(runner.start())

    async def keep_looking(self) -> None:
        """For as long as the worker lives: whatever goes wrong in one look, the next comes."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self.look()
                for study_id, planned in self._known.items():
                    if await asyncio.to_thread(_bury, study_id):
                        await make_up(planned)
            except Exception as error:  # noqa: BLE001 - the server is being started again, a share is away: look later
                await asyncio.to_thread(_note, error)


async def work() -> None:
    async with asyncio.TaskGroup() as running:
        known = Work(running)
        await known.look()
        running.create_task(known.keep_looking())


def _bury(study_id: str) -> int:
    """How many runs had died. One study's trouble holds up no other."""
    data = find_data_folder()
    count = guarded(data, lambda: bury_where_nobody_works(data.study(study_id)))
    return 0 if isinstance(count, Caught) else count


def _note(error: Exception) -> None:
    def again() -> None:
        raise error

    guarded(find_data_folder(), again)


def main() -> None:
    owner = int(os.environ[OWNER])
    os.environ[TAKES_TURNS] = "1"
    threading.Thread(target=stop_with, args=(owner,), daemon=True).start()
    asyncio.run(work())


if __name__ == "__main__":
    main()
