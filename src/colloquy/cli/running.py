"""Run a study from the terminal: live progress, then a table and where everything is."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.padding import Padding

from colloquy.cli.progress import Progress
from colloquy.cli.screen import make_table, print_result, print_table, show_note, show_warning
from colloquy.domain.interview import SourceKind, State
from colloquy.domain.workload import counted
from colloquy.errors import ColloquyError, ServerLostError, StudyError
from colloquy.store.exports import UNPUBLISHED, report_path
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.inbox_found import Survey
from colloquy.store.inbox_notes import count_held
from colloquy.store.key import key_place
from colloquy.store.ledger import read_states
from colloquy.store.lock import is_service_up, refuse_second_run, study_lock

if TYPE_CHECKING:
    from flows.work import StudyWork

NO_INBOX = (
    "its inbox is not there, so nothing new could be taken in. If it lies on a network share, connect that; else begin "
    "the study with `colloquy new`."
)
TRIES = 3  # where the server dies under the run


def run_one(data: DataFolder, study_id: str) -> int:
    """Run a study and show how it went; gives the number of interviews that failed and of files not readable."""
    from flows.server import set_environment

    set_environment(data)
    from flows.publishing import published_version
    from flows.work import StudyWork

    began = time.monotonic()
    work = StudyWork(data, study_id)
    refuse_second_run(work.folder)  # at once, and not after the wait for files that are still arriving
    _refuse_unready(work, work.look_at_inbox())  # what cannot work is said before anything is waited for
    waiting = work.settled_inbox(
        lambda count, seconds: show_note(f"{count} file(s) may still be arriving; waiting {seconds:.0f} s …")
    )
    if not work.interviews and not waiting.new_count:
        _refuse_missing_inbox(work.folder)
        if waiting.files:
            _leave_notes(work)
            _show_inbox(work.folder, waiting)
            raise StudyError(f"{study_id}: nothing in its inbox can be taken yet.")
        raise StudyError(
            f"{study_id}: its inbox is empty. Put recordings, transcripts or documents into {work.folder.inbox} "
            "and run again."
        )
    _refuse_unready(work, waiting)
    has_sound = waiting.has_recording or _has_recording(work)
    version = None if waiting.new_count else _current_version(work)
    if version is None:
        with study_lock(work.folder):
            pass  # another run at work is said before a server is started; the flow itself holds the study
        had_secret = key_place(work.folder) is not None
        _run_flow(work, has_sound=has_sound)
        version = published_version(work) or ""
        if not had_secret and (place := key_place(work.folder)):
            told = f"The study's key is locked. Back up what opens it, apart from the data: {place.secret}"
            show_note(f"{told} (said once; colloquy key where {study_id})")
    else:
        if waiting.files:
            _leave_notes(work)
        print_result("Everything is current; nothing had to be done.")
    failed = _show(work.folder, version, waiting) + (not work.folder.inbox.is_dir())
    print_result(f"Took {time.monotonic() - began:.1f} s.")
    _show_who_waits(work.folder)
    return failed


def _refuse_unready(work: StudyWork, found: Survey) -> None:
    """Missing or unfit rules, no model, no secret of the key. Nothing is asked of a study with nothing to work on."""
    if not work.interviews and not found.files:
        return
    try:
        _ = work.verbatim, work.expectations, work.names()
        if found.has_recording or found.has_arriving_recording or _has_recording(work):
            _ = work.model, work.voice_rules
    except ColloquyError:
        _leave_notes(work)  # what lies in the inbox is taken, or said to be in the wrong place, all the same
        _show_inbox(work.folder, found)
        raise


def _has_recording(work: StudyWork) -> bool:
    return any(interview.kind is SourceKind.RECORDING for interview in work.interviews.values())


def _refuse_missing_inbox(folder: StudyFolder) -> None:
    if not folder.inbox.is_dir():
        raise StudyError(f"{folder.study_id}: {NO_INBOX}")


def _current_version(work: StudyWork) -> str | None:
    """The dataset's version where nothing is to be done for any interview, else None."""
    from flows.hearing import has_unwanted_voices
    from flows.night import is_finished
    from flows.publishing import published_version

    if (
        work.interviews
        and not has_unwanted_voices(work)
        and all(is_finished(work, interview) for interview in work.interviews.values())
    ):
        return published_version(work)
    return None


def _run_flow(work: StudyWork, *, has_sound: bool) -> None:
    from flows.lanes import LANES, LISTENING, REST
    from flows.server import running_server
    from flows.stage_work import load_engines

    screen = Console(stderr=True)
    progress = Progress(work.folder, is_live=screen.is_terminal)
    if not is_service_up(work.data):
        show_note("Starting the Prefect server on this machine …")
    if has_sound:
        LANES.of(LISTENING).prepare(load_engines, work.data, work.study_id, "transcribe")
    LANES.of(REST).prepare(load_engines, work.data, work.study_id, "check")
    try:
        with running_server(work.data) as address:
            from flows.progress import listen, stop_listening

            show_note(f"Prefect shows this run at {address}/runs while it lasts.")
            listen(progress)
            try:
                problem = _run_to_its_end(work.study_id, address, progress, screen)
            finally:
                stop_listening(progress)
    finally:
        LANES.stop()
    if problem is not None:
        raise StudyError(f"{work.study_id}: the run did not end well. {problem}")


def _run_to_its_end(study_id: str, address: str, progress: Progress, screen: Console) -> str | None:
    """Why the run could not end, or None. Raises ServerLostError where its server died under it again and again."""
    from flows.server import returns
    from flows.study import run_study

    tries_left = TRIES
    while True:
        tries_left -= 1
        try:
            shown = partial(_apart, progress)
            live = Live(get_renderable=shown, console=screen, refresh_per_second=4)
            with live, progress.told_from_time_to_time():
                return run_study(study_id)
        except ServerLostError:
            if not tries_left or not returns(address):
                raise
            show_note("Prefect's server had stopped and is there again; the run goes on where it was.")


def _apart(progress: Progress) -> Padding:
    """With a line free above and below, also where what comes next is written right behind it."""
    return Padding(progress.table(), (1, 0), expand=False)


def _show(folder: StudyFolder, version: str, waiting: Survey) -> int:
    states = read_states(folder)
    table = make_table("interview", "minutes", "speakers", "words", "redactions", "checks", "state")
    colours = {State.DONE: "green", State.FAILED: "red", State.WAITS: "yellow"}
    for state in states:
        minutes = f"{state.duration_ms / 60_000:.1f}" if state.duration_ms is not None else "–"
        counts = [str(n) if n else "–" for n in (state.speaker_count, state.word_count, state.redaction_count)]
        checks = f"{state.passed_count}/{state.check_count}" if state.check_count else "–"
        shown = escape(state.verdict or state.state.value)
        table.add_row(state.interview_id, minutes, *counts, checks, f"[{colours.get(state.state, 'white')}]{shown}[/]")
    print_table(table)
    for state in states:
        if state.reason and state.state is not State.DONE:
            show_warning(f"{state.interview_id}: {state.reason}")
    _show_inbox(folder, waiting)
    if version:
        print_result(f"Dataset   {folder.dataset / version}")
        print_result(f"Exports   {folder.exports / version}")
    if (path := report_path(folder, version or UNPUBLISHED)).is_file():
        print_result(f"Report    {path}")
    print_result(f"Private   {folder.identifiable} (recordings, transcripts and the key: do not share)")
    return sum(state.state is State.FAILED for state in states) + waiting.held_count + waiting.unavailable_count


def _show_who_waits(folder: StudyFolder) -> None:
    """Last of all: the exit code is 0 where nothing is wrong but that a person is asked something."""
    if count := sum(state.state is State.WAITS for state in read_states(folder)):
        waits = "waits" if count == 1 else "wait"
        print_result(
            f"{counted(count, 'interview')} {waits} for you to say who is who: colloquy speakers {folder.study_id}"
        )


def _show_inbox(folder: StudyFolder, waiting: Survey) -> None:
    """Counts only: the notes beside the files quote their names, the terminal's output may be kept elsewhere."""
    if not folder.inbox.is_dir():
        show_warning(f"{folder.study_id}: {NO_INBOX}")
    if count := count_held(folder.inbox):
        show_warning(f"{count} file(s) wait for you in {folder.inbox}; the note beside each says what to do.")
    if waiting.settling_count:
        show_warning(f"{waiting.settling_count} file(s) in the inbox are still arriving and will be taken next time.")
    if waiting.unavailable_count:
        show_warning(
            f"{waiting.unavailable_count} file(s) in the inbox could not be read: they are still being copied, or this "
            "account may not open them. Look at them and run again."
        )


def _leave_notes(work: StudyWork) -> None:
    """Nothing is new: only the notes in the inbox are brought up to date."""
    with study_lock(work.folder):
        work.admit()
