from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from colloquy.domain.audio import AudioQuality, AudioSamples, PreparedAudio, Region
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.suspect_passage import Coverage, SuspectPassage, Suspicion
from colloquy.domain.transcript import Transcript, Word
from colloquy.errors import StoreError
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.results import (
    audio_path,
    kept_channels,
    load_prepared,
    load_result,
    result_path,
    save_prepared,
    save_result,
)

TRANSCRIPT = Transcript((Word("Leeds.", 100, 400, 0.9),), "en", 1000, EngineIdentity("demo", "1"))


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    return DataFolder(tmp_path).study("hubs")


def prepared() -> PreparedAudio:
    samples = np.sin(np.linspace(0, 400, 16_000, dtype=np.float32))[None, :] * 0.5
    quality = AudioQuality(1000, 1, 16_000, "pcm", -6.0, -9.0, 40.0, 0.0, 0.9, 8000, False)
    return PreparedAudio(AudioSamples(samples), quality, (Region(0, 900),))


def test_a_result_comes_back_equal_and_private(folder: StudyFolder) -> None:
    save_result(folder, "transcribe", "P01", TRANSCRIPT)
    assert load_result(folder, "transcribe", "P01", Transcript) == TRANSCRIPT
    assert result_path(folder, "transcribe", "P01").stat().st_mode & 0o077 == 0


def test_a_transcript_that_an_earlier_release_stored_still_loads(folder: StudyFolder) -> None:
    save_result(folder, "transcribe", "P01", TRANSCRIPT)
    path = result_path(folder, "transcribe", "P01")
    stored = json.loads(path.read_bytes())
    del stored["passages"], stored["coverage"]
    path.write_text(json.dumps(stored))
    assert load_result(folder, "transcribe", "P01", Transcript) == TRANSCRIPT


def test_passages_and_coverage_come_back(folder: StudyFolder) -> None:
    passage = SuspectPassage(100, 400, (Suspicion.LOOP, Suspicion.TOO_FAST), is_mended=True)
    marked = replace(TRANSCRIPT, passages=(passage,), coverage=Coverage(0.9, None, None))
    save_result(folder, "transcribe", "P01", marked)
    assert load_result(folder, "transcribe", "P01", Transcript) == marked


def test_a_damaged_result_is_an_error_that_quotes_nothing(folder: StudyFolder) -> None:
    save_result(folder, "transcribe", "P01", TRANSCRIPT)
    path = result_path(folder, "transcribe", "P01")
    path.write_text(path.read_text().replace("100", '"Leeds"'))
    with pytest.raises(StoreError, match="damaged") as caught:
        load_result(folder, "transcribe", "P01", Transcript)
    assert "Leeds" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_missing_result_says_so(folder: StudyFolder) -> None:
    with pytest.raises(StoreError, match="missing"):
        load_result(folder, "transcribe", "P01", Transcript)


def test_prepared_sound_keeps_its_samples_figures_and_speech(folder: StudyFolder) -> None:
    original = prepared()
    save_prepared(folder, "P01", original)
    back = load_prepared(folder, "P01")
    assert (back.quality, back.speech) == (original.quality, original.speech)
    np.testing.assert_allclose(back.audio.samples[:, :], original.audio.samples, atol=1 / 32_000)
    assert kept_channels(folder, "P01") == 1


def test_sound_that_was_changed_afterwards_is_refused(folder: StudyFolder) -> None:
    save_prepared(folder, "P01", prepared())
    path = audio_path(folder, "P01")
    content = bytearray(path.read_bytes())
    content[-1] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(StoreError, match="damaged"):
        load_prepared(folder, "P01")
