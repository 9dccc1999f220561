"""Each study as a Prefect deployment: a run by hand at the press of a button, and its nights by its schedule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner
from prefect.states import Cancelled
from prefect.types.entrypoint import EntrypointType

from colloquy.domain.night import in_utc
from colloquy.errors import ColloquyError
from colloquy.settings import load_settings
from colloquy.settings.schedule import missed_nights
from colloquy.store.folders import DataFolder, StudyFolder, find_data_folder
from colloquy.store.lock import is_locked
from colloquy.store.nights import last_began, read_nights
from flows.study import study
from flows.tasks import tags_of

SLUG = "night"
LATE = timedelta(minutes=5)
FRESH = timedelta(days=4)
MOST_RESUMED = 4
MISSED = "Missed: the machine was off. One run, begun when it was back, makes up for it."
DESCRIPTION = (
    "Takes in what lies in the inbox and does what is not done yet. Press Run for a run now; is_night keeps to the "
    "study's window."
)


@dataclass(frozen=True, slots=True)
class Planned:
    """A study as it is to be known to Prefect. `schedule` is a cron line, empty where it has no nights."""

    study_id: str
    title: str
    schedule: str
    time_zone: str


def planned_studies(data: DataFolder) -> tuple[Planned, ...]:
    """Every study whose settings can be read; a mistake in one holds up no other, and `status` and `doctor` say it."""
    found = []
    for study_id in data.study_ids():
        try:
            settings = load_settings(study_id)
        except ColloquyError:
            continue
        found.append(Planned(study_id, settings.study.title, settings.night.schedule, settings.night.time_zone))
    return tuple(found)


async def register(runner: Runner, planned: Planned) -> None:
    """Make the study known, or bring it up to date; a schedule that a person paused stays paused."""
    deployment = RunnerDeployment.from_flow(
        study,
        name=planned.study_id,
        parameters={"study_id": planned.study_id, "is_night": False},
        description=f"{planned.title}\n\n{DESCRIPTION}".strip(),
        tags=list(tags_of(planned.study_id)),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    await runner.aadd_deployment(deployment)
    async with get_client() as client:
        await _set_schedule(client, planned)


async def _set_schedule(client: PrefectClient, planned: Planned) -> None:
    known = await client.read_deployment_by_name(f"study/{planned.study_id}")
    wanted = CronSchedule(cron=planned.schedule, timezone=planned.time_zone) if planned.schedule else None
    if [schedule.schedule for schedule in known.schedules] == ([wanted] if wanted else []):
        return
    for schedule in known.schedules:
        await client.delete_deployment_schedule(known.id, schedule.id)
    if wanted is not None:
        create = DeploymentScheduleCreate(schedule=wanted, active=True, slug=SLUG, parameters={"is_night": True})
        await client.create_deployment_schedules(known.id, [create])


async def make_up(planned: Planned) -> None:
    """One run now for all nights in which the machine was off; those that Prefect had planned for them are called off.

    It keeps to the window like any night: begun by day, it takes in what lies in the inbox and leaves the rest.
    """
    now = datetime.now(UTC)
    folder = find_data_folder().study(planned.study_id)
    missed = missed_nights(planned.schedule, planned.time_zone, last_began(folder), now)
    async with get_client() as client:
        deployment = await client.read_deployment_by_name(f"study/{planned.study_id}")
        if deployment.paused or not any(schedule.active for schedule in deployment.schedules):
            return  # somebody has stopped this study's nights
        late = await client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id])),
            flow_run_filter=FlowRunFilter(
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
                expected_start_time=FlowRunFilterExpectedStartTime.model_validate({"before_": now - LATE}),
            ),
        )
        late = [run for run in late if run.auto_scheduled]  # what a person asked for keeps its place
        for run in late:
            await client.set_flow_run_state(run.id, Cancelled(message=MISSED), force=True)
        if missed or late or was_cut_off(folder):
            await client.create_flow_run_from_deployment(deployment.id, parameters={"is_night": True})


def was_cut_off(folder: StudyFolder) -> bool:
    """Whether the last night ended with its machine or its program, so that it is to be gone on with.

    Not for ever: what kills every run would be begun again until the morning.
    """
    nights = read_nights(folder).nights[-MOST_RESUMED:]
    if not nights or is_locked(folder):
        return False
    is_fresh = in_utc(nights[-1].began) > datetime.now(UTC) - FRESH
    cut_off = [night for night in nights if night.is_scheduled and night.ended is None]
    return is_fresh and nights[-1] in cut_off and len(cut_off) < MOST_RESUMED
