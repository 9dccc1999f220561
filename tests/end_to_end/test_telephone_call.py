"""A real conversation, the 30 s telephone call that pyannote.audio carries, as a study of its own."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from colloquy.domain.diarisation import Diarisation, Turn
from colloquy.domain.redaction import RedactedInterview
from colloquy.domain.transcript import Transcript
from colloquy.inspect.diarisation_error import diarisation_error, spoken_turns
from colloquy.settings import configs_folder
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.results import load_result
from tests.terminal import Run, open_terminal

# The real model for a real call cannot be shipped; this study borrows the demo's, so its words mean little.
STUDY = """
[study]
title = "A telephone call"
is_demo = true

[transcription]
model = "demo-en"
"""


def sample(ending: str) -> Path:
    spec = find_spec("pyannote.audio")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "sample" / f"sample.{ending}"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("call")
    shutil.copytree(configs_folder(), folder / "configs")
    (folder / "configs" / "studies" / "call.toml").write_text(STUDY, encoding="utf-8")
    terminal = open_terminal(folder, COLLOQUY_CONFIGS=str(folder / "configs"))
    inbox = terminal.data / "inbox" / "call"
    inbox.mkdir(parents=True)
    shutil.copy(sample("wav"), inbox / "P01 call.wav")
    return terminal.run("run", "call")


@pytest.fixture(scope="module")
def folder(run: Run) -> StudyFolder:
    return DataFolder(run.data).study("call")


def test_it_reaches_its_checks(run: Run, folder: StudyFolder) -> None:
    assert run.exit_code in (0, 1), run.output
    (state,) = [json.loads(path.read_text()) for path in folder.stage("state").glob("*.json")]
    assert state["stage"] == "check", run.output
    assert state["check_count"] > 20
    assert state["duration_ms"] == pytest.approx(30_000, abs=100)
    assert state["verdict"] in run.output


def test_its_two_voices_are_told_apart(folder: StudyFolder) -> None:
    reference = []
    for line in sample("rttm").read_text().splitlines():
        fields = line.split()
        start_ms = round(1000 * float(fields[3]))
        reference.append(Turn(start_ms, start_ms + round(1000 * float(fields[4])), fields[7]))
    found = load_result(folder, "diarise", "P01", Diarisation)
    assert len(found.speakers) == 2
    rate = diarisation_error(tuple(reference), spoken_turns(found)).total.rate
    assert rate is not None
    assert rate < 0.1


def test_every_word_has_a_speaker_and_a_time_in_the_call(folder: StudyFolder) -> None:
    heard = load_result(folder, "transcribe", "P01", Transcript).words
    assert heard
    given = [word for u in load_result(folder, "redact", "P01", RedactedInterview).utterances for word in u.words]
    assert all(word.speaker in ("INT", "P01", "S1", "S2") for word in given)
    assert all(word.start_ms is not None and 0 <= word.start_ms < 30_100 for word in given)
