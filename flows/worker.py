"""The process that runs what Prefect has planned: each run in a process of its own, one after the other.

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
from flows.service import OWNER
from flows.zombies import bury_where_nobody_works

# New studies and changed schedules are found this soon.
LOOK_EVERY_S = 20.0
QUERY_EVERY_S = 5


async def work() -> None:
    # Prefect pauses every schedule when its runner stops unless told not to: no night would follow a restart.
    runner = Runner(name="colloquy", pause_on_shutdown=False, limit=1, query_seconds=QUERY_EVERY_S)
    known: dict[str, Planned] = {}
    await _look(runner, known)
    looking = asyncio.create_task(_keep_looking(runner, known))
    try:
        await runner.start()
    finally:
        looking.cancel()


async def _keep_looking(runner: Runner, known: dict[str, Planned]) -> None:
    """For as long as the worker lives: whatever goes wrong in one look, the next comes."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        try:
            await _look(runner, known)
            for study_id in known:
                if await asyncio.to_thread(_bury, study_id):
                    await make_up(known[study_id])
        except Exception as error:  # noqa: BLE001 - the server is being started again, a share is away: look later
            await asyncio.to_thread(_note, error)


async def _look(runner: Runner, known: dict[str, Planned]) -> None:
    for planned in planned_studies(find_data_folder()):
        if known.get(planned.study_id) != planned:
            await register(runner, planned)
            if planned.study_id not in known:
                await make_up(planned)
            known[planned.study_id] = planned


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
    threading.Thread(target=stop_with, args=(owner,), daemon=True).start()
    asyncio.run(work())


if __name__ == "__main__":
    main()
