"""One stage of one interview, or the study's publishing, as a lane's process does it. Without Prefect.

What goes in and comes out is ids, digests and our own sentences: it crosses from one process to the other.
"""

from __future__ import annotations

from functools import cache

from colloquy.engines import registry
from colloquy.engines.devices import choose_device
from colloquy.store.folders import DataFolder
from colloquy.store.ledger import save_state
from colloquy.store.lock import waited_for
from flows.guard import Caught, guarded
from flows.publishing import Published, publish_study
from flows.state import state_after_checks
from flows.steps import do_step
from flows.work import StudyWork


@cache
def _work(data: DataFolder, study_id: str, run: str) -> StudyWork:  # noqa: ARG001  # another run is another work
    """Settings, rosters and models, read once a run."""
    return StudyWork(data, study_id)


def do_stage(data: DataFolder, study_id: str, run: str, stage: str, interview_id: str) -> tuple[str, bool] | Caught:
    """The digest of the stage's result and whether it had to be done; or why not."""

    def do() -> tuple[str, bool]:
        work = _work(data, study_id, run)
        interview = work.interview(interview_id)
        # Should the run that began this be killed, its process may live on for a moment: the next one waits for it.
        with waited_for(work.folder.stage("ledger") / interview_id / f".{stage}.lock", interview_id):
            done = do_step(work, stage, interview)
            if stage == "check":
                save_state(work.folder, state_after_checks(work, interview))
        return done

    return guarded(data, do)


def do_publish(data: DataFolder, study_id: str, run: str) -> Published | Caught:
    """Redact and check once more by all names known, and publish what passed."""
    return guarded(data, lambda: publish_study(_work(data, study_id, run)))


def refuse_model(data: DataFolder, study_id: str) -> None | Caught:
    """Why the study's model cannot be used on this machine now; None where it can."""
    return guarded(data, lambda: StudyWork(data, study_id).refuse_unfit_model())


def load_engines(data: DataFolder, study_id: str, stage: str) -> None:
    """Load what takes seconds to load, while others wait for the server. The stage says what should be wrong."""

    def load() -> None:
        work = StudyWork(data, study_id)
        if stage == "transcribe":
            choose_device(work.transcription.device)
        else:
            registry.make_voice_activity_detector(work.settings.prepare)
            work.validator()

    guarded(data, load)
