from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from colloquy.domain.audio import AudioQuality, AudioSamples, PreparedAudio
from colloquy.domain.interview import State
from colloquy.domain.record import InterviewState, StageRecord
from colloquy.errors import StoreError
from colloquy.settings import load_settings
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.ledger import current_digest, fingerprint, read_state, read_states, save_record, save_state
from colloquy.store.results import audio_path, result_path, save_prepared, save_result


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


def test_sound_that_was_deleted_or_changed_is_not_current(folder: StudyFolder) -> None:
    quality = AudioQuality(1, 1, 16_000, "pcm", -1.0, -20.0, 30.0, 0.0, 1.0, 8000, is_truncated=False)
    sound = AudioSamples(np.zeros((1, 16), dtype=np.float32))
    digest = save_prepared(folder, "P01", PreparedAudio(sound, quality, ()))
    save_record(folder, StageRecord("prepare", "P01", "a", digest, 1.0, ""))
    assert current_digest(folder, "prepare", "P01", "a") == digest
    path = audio_path(folder, "P01")
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"x")
    assert current_digest(folder, "prepare", "P01", "a") is None
    path.unlink()
    assert current_digest(folder, "prepare", "P01", "a") is None


def test_a_damaged_state_is_refused_without_quoting_it(folder: StudyFolder) -> None:
    save_state(folder, InterviewState("P01", State.FAILED, "prepare", "Nobody speaks."))
    path = folder.stage("state") / "P01.json"
    path.write_bytes(path.read_bytes()[:-10])
    for read in (lambda: read_state(folder, "P01"), lambda: read_states(folder)):
        with pytest.raises(StoreError, match=r"^P01: .*damaged") as caught:
            read()
        assert caught.value.__suppress_context__
        assert "Nobody" not in str(caught.value)


def test_states_come_in_the_order_of_their_ids(folder: StudyFolder) -> None:
    ids = ["P01", "P01-2", "P01-10", "P02", "P9", "P10"]
    for interview_id in sorted(ids):
        save_state(folder, InterviewState(interview_id, State.NEW))
    assert [state.interview_id for state in read_states(folder)] == ids
