"""What a run takes on and in which order, and what it leaves for another night. Without Prefect."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from colloquy.domain.digest import night_digest, plain_digest
from colloquy.domain.interview import Interview, SourceKind, State
from colloquy.domain.night import Night
from colloquy.domain.workload import Estimate, Speed, Waiting, choose_next, estimate, order_of, seconds_needed
from colloquy.errors import ColloquyError
from colloquy.store.inbox_notes import count_held
from colloquy.store.ledger import read_state, read_states
from colloquy.store.nights import save_night
from colloquy.store.speeds import measured_speed
from flows.provenance import engine_name
from flows.steps import is_current
from flows.work import StudyWork


def now_utc() -> datetime:
    return datetime.now(UTC)


class Plan:
    """The interviews of one run that are not finished. Threads may share it: each is given out once."""

    def __init__(self, work: StudyWork, *, is_night: bool, now: Callable[[], datetime] = now_utc) -> None:
        self.is_night = is_night
        self._work = work
        self._window = work.settings.night.opening if is_night else None
        self._now = now
        self._turn = threading.Lock()
        interviews = work.interviews.values()
        # What failed is tried again after the others: first each night, it would keep them from ever beginning.
        waiting = [
            Waiting(one.interview_id, length_ms(work, one), number + len(interviews) * has_failed(work, one))
            for number, one in enumerate(interviews)
            if not is_finished(work, one)
        ]
        self.count = len(waiting)
        self._waiting = list(order_of(waiting, work.settings.night.order))
        self.begun: list[str] = []
        self._given: dict[str, Waiting] = {}
        self._here: dict[str, float] = {}  # seconds that what is at work on this machine needs
        self._since = datetime.min.replace(tzinfo=UTC)
        self._is_closed = False

    def give_back(self, interview_id: str) -> None:
        """It could not be begun; it is given out once more."""
        self.ended(interview_id)
        with self._turn:
            self._waiting.insert(0, self._given[interview_id])
            self.begun.remove(interview_id)

    def next(self, *, is_here: bool = False) -> str | None:
        """The id of the interview to begin now; None where none is left, or none would end in time.

        `is_here`: on this machine, where it shares the engines with what is at work already, and is done after that;
        `ended` must be told of it.
        """
        with self._turn:
            if self._is_closed:
                return None
            now, speed = self._now().astimezone(UTC), self.speed  # local time cannot be added to
            begins = now + timedelta(seconds=self._busy_s(now) if is_here else 0.0)
            if self._window is not None and self._window.closes_at(begins) != self._window.closes_at(now):
                return None  # its turn would come after this night
            chosen = choose_next(tuple(self._waiting), speed, self._window, begins, is_first=not self.begun)
            if chosen is None:
                return None
            self._waiting.remove(chosen)
            self.begun.append(chosen.interview_id)
            self._given[chosen.interview_id] = chosen
            if is_here:
                self._since = self._since if self._here else now
                self._here[chosen.interview_id] = seconds_needed(chosen, speed) or 0.0
            return chosen.interview_id

    def close(self) -> None:
        """Give out nothing more. What was not begun is left."""
        with self._turn:
            self._is_closed = True

    def ended(self, interview_id: str) -> None:
        """It is at work on this machine no longer."""
        with self._turn:
            if self._here.pop(interview_id, None) is not None:
                self._since = self._now().astimezone(UTC)

    def _busy_s(self, now: datetime) -> float:
        return max(0.0, sum(self._here.values()) - (now - self._since).total_seconds())

    @property
    def left(self) -> tuple[str, ...]:
        return tuple(one.interview_id for one in self._waiting)

    @property
    def speed(self) -> Speed:
        """As measured in this study so far, this night's interviews included."""
        return speed_of(self._work)

    def estimate(self, without: tuple[str, ...] = (), again: tuple[str, ...] = ()) -> Estimate:
        """Of what was not begun; `again` was begun and has to be gone on with."""
        waiting = tuple(one for one in self._waiting if one.interview_id not in without)
        waiting = (*(self._given[one] for one in again), *waiting)
        return estimate(waiting, self.speed, self._window, self._now())


def speed_of(work: StudyWork) -> Speed:
    some = next((i for i in work.interviews.values() if i.kind is SourceKind.RECORDING), None)
    measured = measured_speed(work.folder, engine_name(work, "transcribe", some)) if some is not None else None
    return measured or Speed(work.settings.night.assumed_speed_ratio, is_measured=False)


def is_finished(work: StudyWork, interview: Interview) -> bool:
    """Nothing is to be done: every stage is current, and the checks were passed or failed for these results."""
    try:
        known = read_state(work.folder, interview.interview_id)
        return known is not None and known.state in (State.DONE, State.WAITS) and is_current(work, interview)
    except ColloquyError:  # the stage itself says what is wrong, where it can be shown
        return False


def has_failed(work: StudyWork, interview: Interview) -> bool:
    try:
        known = read_state(work.folder, interview.interview_id)
    except ColloquyError:
        return False
    return known is not None and known.state is State.FAILED


def length_ms(work: StudyWork, interview: Interview) -> int | None:
    """Of the sound, from the file's header where it was not decoded yet; 0 for a text."""
    if interview.kind is not SourceKind.RECORDING:
        return 0
    try:
        known = work.duration_ms(interview)
    except ColloquyError:  # a damaged result: the stage does it again
        known = None
    return known or work.probed_duration_ms(interview)


@dataclass(frozen=True, slots=True)
class Told:
    """The morning's digest: as Markdown for the Prefect UI, and as plain text for a message."""

    title: str
    markdown: str
    plain: str
    needs_attention: bool = False


class NightRecord:
    """What became of one run: kept in the study's folder, so that it outlives Prefect's database."""

    def __init__(self, work: StudyWork, *, is_scheduled: bool) -> None:
        self._work = work
        zone = ZoneInfo(work.settings.night.time_zone)
        self._night = save_night(work.folder, Night(now_utc().astimezone(zone), None, is_scheduled))
        self._zone = zone

    def close(self, plan: Plan, outdated: tuple[str, ...] = ()) -> Told:
        """Write down how it ended, and what to tell the team. `outdated`: versions of the dataset to be deleted."""
        states = {state.interview_id: state for state in read_states(self._work.folder)}

        def of(state: State) -> tuple[str, ...]:
            return tuple(name for name in plan.begun if name in states and states[name].state is state)

        # What failed before stays to be mended, whether or not it was this night's turn; it is no work that is left.
        failed = tuple(name for name, state in states.items() if state.state is State.FAILED)
        # Likewise what waits, until somebody has decided.
        waiting = tuple(name for name, state in states.items() if state.state is State.WAITS)
        cut_off = (*of(State.RUNNING), *of(State.NEW), *of(State.RUNS_NEXT))
        left = plan.estimate(without=failed, again=cut_off)
        self._night = save_night(
            self._work.folder,
            replace(
                self._night,
                ended=now_utc().astimezone(self._zone),
                done=of(State.DONE),
                failed=failed,
                waiting=waiting,
                left=(*cut_off, *(name for name in plan.left if name not in failed)),
                estimate_s=left.seconds,
                held_count=count_held(self._work.folder.inbox),
                outdated=outdated,
            ),
        )
        told = (self._work.study_id, self._night, states.values(), left)
        title = f"Colloquy, {self._work.study_id}"
        return Told(title, night_digest(*told), plain_digest(*told), self._night.needs_attention)
