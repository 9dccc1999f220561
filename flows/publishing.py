"""Put what passed into the dataset: the last check with every name known by now, the tables, exports and the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version

from colloquy.domain.checked import CheckedInterview
from colloquy.domain.dataset import DatasetTables
from colloquy.domain.interview import Interview, State
from colloquy.domain.record import InterviewState, StageRecord
from colloquy.domain.stage import stages_of
from colloquy.engines.great_expectations_text import ForbiddenTerms
from colloquy.errors import StoreError
from colloquy.exports import registry as exports
from colloquy.exports.report import report
from colloquy.stages.publish import publish
from colloquy.store import ledger
from colloquy.store.checksums import MANIFEST
from colloquy.store.dataset import dataset_versions, published_texts, save_dataset
from colloquy.store.exports import UNPUBLISHED, report_path, save_exports, save_report
from colloquy.store.ledger import read_record, read_states, save_state
from colloquy.store.results import load_result
from flows.guard import Caught, guarded
from flows.hearing import to_hear_again
from flows.state import state_after_checks
from flows.steps import do_step, redact_again
from flows.work import StudyWork

STUDY = "_study"
VERSION = 3
NO_TABLES = DatasetTables((), (), (), ())
# Models may be named by path, the pattern says how the team names its files, the vocabulary holds places and services.
LOCAL_SETTINGS = {"transcription": {"model", "vocabulary"}, "diarisation": {"model"}, "study": {"interview_pattern"}}


@dataclass(frozen=True, slots=True)
class Published:
    """`version` is empty where no interview has passed."""

    interview_count: int
    version: str
    outdated: tuple[str, ...] = ()  # versions that hold what only now is known to identify a person


def publish_study(work: StudyWork) -> Published:
    """Redact and check every finished interview by every name the study knows by now, and publish those that pass."""
    for interview in to_hear_again(work):
        _hear_again(work, interview)
    for interview in work.interviews.values():
        _redact_again(work, interview)
    checked = {
        interview.interview_id: result
        for interview in work.interviews.values()
        if (result := _check_again(work, interview)) is not None
    }
    states = {state.interview_id: state for state in read_states(work.folder)}
    passed = [work.interview(name) for name in checked if states[name].state is State.DONE]
    title = work.settings.study.title or work.study_id
    reports = tuple(result.report for result in checked.values())
    if not passed:
        save_report(work.folder, UNPUBLISHED, report(NO_TABLES, reports, states, title, "none yet"))
        _save_marker(work, "")
        return Published(0, "", outdated_versions(work, ""))
    tables = publish(tuple(checked[interview.interview_id].tables for interview in passed))
    folder = save_dataset(work.folder, tables, _provenance(work, passed))
    for name in work.settings.publish.exports:
        files = exports.make_exporter(name)(tables, title, folder.name, work.settings.publish.verbatim)
        save_exports(work.folder, folder.name, name, files)
    report_path(work.folder, UNPUBLISHED).unlink(missing_ok=True)
    save_report(work.folder, folder.name, report(tables, reports, states, title, folder.name))
    _save_marker(work, folder.name)
    return Published(len(passed), folder.name, outdated_versions(work, folder.name))


def published_version(work: StudyWork) -> str | None:
    """The version made from the results as they are now, all of it there; None where something has changed since."""
    record = read_record(work.folder, "publish", STUDY)
    if record is None or record.fingerprint != _fingerprint(work):
        return None
    if not record.engine:
        return ""
    made = [work.folder.dataset / record.engine / MANIFEST, report_path(work.folder, record.engine)]
    made += [work.folder.exports / record.engine / name for name in work.settings.publish.exports]
    return record.engine if all(path.exists() for path in made) else None


def outdated_versions(work: StudyWork, just_checked: str) -> tuple[str, ...]:
    """Versions in which something stands that the study knows by now, or that cannot be read to look for it."""
    terms = ForbiddenTerms(work.forbidden_terms(), work.expectations.leaks.everyday_names)

    def is_outdated(version: str) -> bool:
        try:
            return any(map(terms.stand_in, published_texts(work.folder, version)))
        except StoreError:
            return True

    return tuple(one for one in dataset_versions(work.folder) if one != just_checked and is_outdated(one))


def _hear_again(work: StudyWork, interview: Interview) -> None:
    """What interviews that came later teach of the interviewers' voices counts for this one too."""

    def hear() -> None:
        do_step(work, "attribute", interview, anew=True)
        do_step(work, "redact", interview)

    _again(work, interview, "attribute", hear)


def _redact_again(work: StudyWork, interview: Interview) -> None:
    """A name that another interview brought to light goes from this one too; one that fails has failed."""
    _again(work, interview, "redact", lambda: redact_again(work, interview))


def _again(work: StudyWork, interview: Interview, stage: str, do: Callable[[], object]) -> None:
    """Nothing for one that has not come to its checks."""
    known = ledger.read_state(work.folder, interview.interview_id)
    if known is None or known.stage != "check":
        return
    again = guarded(work.data, do)
    if isinstance(again, Caught):
        save_state(work.folder, replace(known, state=State.FAILED, stage=stage, reason=again.reason, verdict=""))


def _check_again(work: StudyWork, interview: Interview) -> CheckedInterview | None:
    """The checked interview, by the names known now; None where it failed before its checks or they broke."""
    name = interview.interview_id
    known = ledger.read_state(work.folder, name)
    if known is None or known.stage != "check":
        return None

    def check() -> InterviewState:
        do_step(work, "check", interview)
        return state_after_checks(work, interview)

    state = guarded(work.data, check)
    if isinstance(state, Caught):
        save_state(work.folder, replace(known, state=State.FAILED, reason=state.reason, verdict=""))
        return None
    if state != known:
        save_state(work.folder, state)
    return load_result(work.folder, "check", name, CheckedInterview)


def _provenance(work: StudyWork, interviews: list[Interview]) -> dict[str, object]:
    """How each interview was made: engines and seconds. No path, no name, and no digest of identifiable content."""
    return {
        "colloquy": version("colloquy"),
        "settings": work.settings.model_dump(mode="json", exclude=LOCAL_SETTINGS),
        "interviews": {
            interview.interview_id: {
                record.stage: {"engine": record.engine, "seconds": record.seconds}
                for record in _records(work, interview)
            }
            for interview in interviews
        },
    }


def _records(work: StudyWork, interview: Interview) -> list[StageRecord]:
    found = (read_record(work.folder, stage, interview.interview_id) for stage in stages_of(interview.kind))
    return [record for record in found if record is not None]


def _fingerprint(work: StudyWork) -> str:
    digests = [
        [record.stage, record.interview_id, record.fingerprint, record.result_sha256]
        for interview in work.interviews.values()
        for record in _records(work, interview)
    ]
    states = [[state.interview_id, state.state, state.stage] for state in read_states(work.folder)]
    waits = work.settings.attribution.undecided_roles
    return ledger.fingerprint(VERSION, work.settings.publish, work.settings.study, digests, states, waits)


def _save_marker(work: StudyWork, name: str) -> None:
    ledger.save_record(work.folder, StageRecord("publish", STUDY, _fingerprint(work), "", 0.0, name))
