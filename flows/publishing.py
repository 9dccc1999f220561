"""Put what passed into the dataset: the last check with every name known by now, the tables, exports and the report."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

from colloquy.domain.dataset import DatasetTables
from colloquy.domain.interview import Interview, State
from colloquy.domain.record import StageRecord
from colloquy.domain.stage import stages_of
from colloquy.domain.validation import ValidationReport
from colloquy.exports import registry as exports
from colloquy.exports.report import report
from colloquy.stages.publish import publish
from colloquy.store import ledger
from colloquy.store.dataset import save_dataset
from colloquy.store.exports import save_exports, save_report
from colloquy.store.ledger import read_record, read_states, save_state
from colloquy.store.results import load_result
from flows.state import state_after_checks
from flows.steps import do_step
from flows.work import StudyWork

STUDY = "_study"
VERSION = 1
# Models may be named by path, and the pattern and the labels say how the team names its files.
LOCAL_SETTINGS = {"transcription": {"model"}, "diarisation": {"model"}, "study": {"interview_pattern"}}


@dataclass(frozen=True, slots=True)
class Published:
    """`version` is empty where no interview has passed."""

    interview_count: int
    version: str


def publish_study(work: StudyWork) -> Published:
    """Check every finished interview against every name the study knows by now, and publish those that pass."""
    finished = [i for i in work.interviews.values() if read_record(work.folder, "redact", i.interview_id)]
    passed = [interview for interview in finished if _passes(work, interview)]
    if not passed:
        _save_marker(work, "")
        return Published(0, "")
    tables = publish(tuple(_tables(work, interview) for interview in passed))
    folder = save_dataset(work.folder, tables, _provenance(work, passed))
    title = work.settings.study.title or work.study_id
    for name in work.settings.publish.exports:
        save_exports(work.folder, folder.name, name, exports.make_exporter(name)(tables, title, folder.name))
    reports = tuple(load_result(work.folder, "check", i.interview_id, ValidationReport) for i in finished)
    states = {state.interview_id: state.state for state in read_states(work.folder)}
    save_report(work.folder, folder.name, report(tables, reports, states, title, folder.name))
    _save_marker(work, folder.name)
    return Published(len(passed), folder.name)


def published_version(work: StudyWork) -> str | None:
    """The version made from the results as they are now; None where something has changed since."""
    record = read_record(work.folder, "publish", STUDY)
    return record.engine if record and record.fingerprint == _fingerprint(work) else None


def _passes(work: StudyWork, interview: Interview) -> bool:
    known = ledger.read_state(work.folder, interview.interview_id)
    if known is None or (known.state is State.FAILED and known.stage != "check"):
        return False
    do_step(work, "check", interview)
    state = state_after_checks(work, interview)
    if state != known:
        save_state(work.folder, state)
    return state.state is State.DONE


def _tables(work: StudyWork, interview: Interview) -> DatasetTables:
    return load_result(work.folder, "tables", interview.interview_id, DatasetTables)


def _provenance(work: StudyWork, interviews: list[Interview]) -> dict[str, object]:
    """How each interview was made: versions, digests and seconds; no path, no name."""
    return {
        "colloquy": version("colloquy"),
        "settings": work.settings.model_dump(mode="json", exclude=LOCAL_SETTINGS),
        "interviews": {
            interview.interview_id: {
                "source_sha256": interview.sha256,
                "stages": {record.stage: _stage(record) for record in _records(work, interview)},
            }
            for interview in interviews
        },
    }


def _stage(record: StageRecord) -> dict[str, object]:
    return {"engine": record.engine, "result_sha256": record.result_sha256, "seconds": record.seconds}


def _records(work: StudyWork, interview: Interview) -> list[StageRecord]:
    found = (read_record(work.folder, stage, interview.interview_id) for stage in stages_of(interview.kind))
    return [record for record in found if record is not None]


def _fingerprint(work: StudyWork) -> str:
    digests = [[r.stage, r.interview_id, r.result_sha256] for i in work.interviews.values() for r in _records(work, i)]
    return ledger.fingerprint(VERSION, work.settings.publish, work.settings.study, digests)


def _save_marker(work: StudyWork, name: str) -> None:
    ledger.save_record(work.folder, StageRecord("publish", STUDY, _fingerprint(work), "", 0.0, name))
