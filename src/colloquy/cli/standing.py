"""Where a study stands, gathered for `colloquy status` from names of files and from records; no source is opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from colloquy.domain.night import Night
from colloquy.domain.record import InterviewState
from colloquy.errors import ColloquyError
from colloquy.settings import Settings, load_settings
from colloquy.settings.schedule import starts_after
from colloquy.store.folders import StudyFolder
from colloquy.store.inbox_files import list_files
from colloquy.store.inbox_notes import count_held
from colloquy.store.interviews import list_of_files
from colloquy.store.ledger import read_states
from colloquy.store.lock import is_locked
from colloquy.store.nights import read_nights
from colloquy.store.reading import read_reading


@dataclass(frozen=True, slots=True)
class InterviewStanding:
    """One interview as `status` shows it; `state` of a run that died is "interrupted".

    `reading`: how far its transcription is, where that is going on.
    """

    interview_id: str
    state: str
    stage: str
    reason: str
    duration_ms: int | None
    speaker_count: int
    word_count: int
    redaction_count: int
    passed_count: int
    check_count: int
    verdict: str
    reading: str = ""


@dataclass(frozen=True, slots=True)
class StudyStanding:
    """`held_count` of the `inbox_count` files wait for a person. Empty texts where there is nothing to say."""

    study_id: str
    is_running: bool
    inbox_count: int
    held_count: int
    schedule: str = ""
    time_zone: str = ""
    next_night: str = ""
    last_run: str = ""
    settings_error: str = ""
    list_of_files: str = field(default="", repr=False)
    interviews: tuple[InterviewStanding, ...] = ()


def standing_of(folder: StudyFolder) -> StudyStanding:
    """Raises StoreError when a state is damaged."""
    files, _ = list_files(folder.inbox)
    is_running = is_locked(folder)
    try:
        settings, mistake = load_settings(folder.study_id), ""
    except ColloquyError as error:
        settings, mistake = None, str(error)
    return StudyStanding(
        folder.study_id,
        is_running,
        len(files),
        count_held(folder.inbox),
        *_nights(settings),
        _last(read_nights(folder).nights, settings, is_running=is_running),
        mistake,
        str(list_of_files(folder)),
        tuple(_interview(folder, state, is_running=is_running) for state in read_states(folder)),
    )


def _nights(settings: Settings | None) -> tuple[str, str, str]:
    """The schedule, its time zone, and when the next night begins there."""
    if settings is None or not settings.night.schedule:
        return "", "", ""
    night = settings.night
    start = next(starts_after(night.schedule, night.time_zone, datetime.now(UTC)))
    return night.schedule, night.time_zone, f"{start.astimezone(ZoneInfo(night.time_zone)):%A %d %B %H:%M}"


def _last(nights: tuple[Night, ...], settings: Settings | None, *, is_running: bool) -> str:
    if not nights:
        return ""
    last = nights[-1]
    zone = ZoneInfo(settings.night.time_zone if settings is not None else "UTC")
    began, end = last.began.astimezone(zone), last.ended.astimezone(zone) if last.ended is not None else None
    if end is None:
        return (
            f"begun {began:%A %d %B %H:%M}, {'at work now' if is_running else 'interrupted: the next goes on with it'}"
        )
    lists = (
        (last.done, "done"),
        (last.failed, "failed"),
        (last.waiting, "waiting for a person"),
        (last.left, "left"),
    )
    counts = [f"{len(ids)} {what}" for ids, what in lists if ids]
    return f"begun {began:%A %d %B %H:%M}, ended {end:%H:%M}; {', '.join(counts) or 'nothing was to do'}"


def _interview(folder: StudyFolder, state: InterviewState, *, is_running: bool) -> InterviewStanding:
    is_cut_off = state.state.value == "running" and not is_running
    reading = read_reading(folder, state.interview_id) if is_running else None
    return InterviewStanding(
        state.interview_id,
        "interrupted" if is_cut_off else state.state.value,
        state.stage,
        state.reason,
        state.duration_ms,
        state.speaker_count,
        state.word_count,
        state.redaction_count,
        state.passed_count,
        state.check_count,
        state.verdict,
        reading.plain if reading else "",
    )
