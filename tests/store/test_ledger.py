from __future__ import annotations

from pathlib import Path

import pytest

from colloquy.domain.interview import State
from colloquy.domain.record import InterviewState, StageRecord
from colloquy.settings import load_settings
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.ledger import current_digest, fingerprint, read_state, read_states, save_record, save_state
from colloquy.store.results import result_path, save_result


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    return DataFolder(tmp_path).study("hubs")


def finish(folder: StudyFolder, wanted: str) -> str:
    digest = save_result(folder, "redact", "P01", InterviewState("P01", State.NEW))
    save_record(folder, StageRecord("redact", "P01", wanted, digest, 1.0, ""))
    return digest


def test_finished_work_is_current_for_the_same_fingerprint_only(folder: StudyFolder) -> None:
    digest = finish(folder, "a")
    assert current_digest(folder, "redact", "P01", "a") == digest
    assert current_digest(folder, "redact", "P01", "b") is None
    assert current_digest(folder, "redact", "P02", "a") is None


def test_a_result_that_was_deleted_or_changed_is_not_current(folder: StudyFolder) -> None:
    finish(folder, "a")
    path = result_path(folder, "redact", "P01")
    path.write_bytes(path.read_bytes() + b" ")
    assert current_digest(folder, "redact", "P01", "a") is None
    path.unlink()
    assert current_digest(folder, "redact", "P01", "a") is None


def test_a_torn_ledger_entry_counts_as_not_done(folder: StudyFolder) -> None:
    finish(folder, "a")
    (record,) = folder.stage("ledger").rglob("redact.json")
    record.write_text('{"stage": "red')
    assert current_digest(folder, "redact", "P01", "a") is None


def test_the_fingerprint_follows_every_part_and_their_order() -> None:
    settings = load_settings()
    changed = settings.prepare.model_copy(update={"minimum_pause_ms": 251})
    prints = {
        fingerprint("prepare", settings.prepare),
        fingerprint("prepare", changed),
        fingerprint("diarise", settings.prepare),
        fingerprint(settings.prepare, "prepare"),
    }
    assert len(prints) == 4
    assert fingerprint("prepare", settings.prepare) == fingerprint("prepare", load_settings().prepare)


def test_states_come_back_as_they_were_saved(folder: StudyFolder) -> None:
    state = InterviewState("P01", State.FAILED, "prepare", "Nobody speaks.", seconds={"prepare": 0.5})
    save_state(folder, state)
    assert read_state(folder, "P01") == state
    assert read_states(folder) == (state,)
    assert read_state(folder, "P02") is None
