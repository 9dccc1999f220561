"""A ready-made transcript whose speakers say nothing of their role: it waits, a person decides, and that lasts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from colloquy.cli.main import app
from colloquy.domain.interview import State
from colloquy.domain.record import InterviewState
from colloquy.settings import InboxSettings
from colloquy.store.dataset import load_dataset
from colloquy.store.folders import DataFolder
from colloquy.store.inbox import admit
from colloquy.store.ledger import read_record, read_state
from colloquy.store.set_aside import put_aside
from colloquy.store.speaker_decisions import read_decision
from flows.night import is_finished
from flows.publishing import publish_study
from flows.work import StudyWork
from tests.run_stages import run_stages
from tests.source_files import docx, vtt

STAGES = ("read_document", "redact", "check")
LINES = (
    "<v {0}>I went there with the others. What did you do there?</v>",
    "<v {1}>We looked at the wards and had tea. What did you think of it?</v>",
    "<v {0}>It was a good day for all of us. I learned to ask people what they need.</v>",
)
UNCLEAR = vtt(*(line.format("Speaker 1", "Speaker 2") for line in LINES))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLLOQUY_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def call(root: Path) -> Callable[..., Any]:
    return lambda *arguments: CliRunner().invoke(app, ["speakers", "hubs", *arguments])


def take_in(root: Path, content: str | bytes, name: str = "P07.vtt") -> StudyWork:
    work = StudyWork(DataFolder(root), "hubs")
    work.folder.inbox.mkdir(parents=True, exist_ok=True)
    (work.folder.inbox / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    admit(work.folder, work.settings.study.interview_pattern, InboxSettings(settle_s=0, after_taking="move"))
    return work


def run(work: StudyWork) -> tuple[list[str], InterviewState]:
    return run_stages(work, STAGES)


def made_with(work: StudyWork) -> str:
    record = read_record(work.folder, "read_document", "P07")
    assert record is not None
    return record.engine


def speakers_in(work: StudyWork) -> list[tuple[str, str]]:
    return [(row.speaker, row.role) for row in load_dataset(work.folder).utterances]


def test_it_waits_and_a_decision_is_applied_kept_and_taken_back(root: Path, call: Callable[..., Any]) -> None:
    work = take_in(root, UNCLEAR)
    done, state = run(work)
    assert done == list(STAGES)
    assert state.state is State.WAITS
    assert state.reason.startswith("Who is who: it is not clear who asks and who answers.")
    assert state.reason.endswith("Say it with: colloquy speakers hubs P07")
    assert publish_study(work).version == ""

    shown = call("P07").stdout
    for part in (
        "P07: 2 voices\n",
        'S1, in the transcript "Speaker 1": ',
        "The machine's guess: not clear who",
        "  00:00:00  What did you do there?",
        "colloquy speakers hubs P07 S1=interviewer S2=P07\n",
        "drop the transcript again with its speakers corrected",
    ):
        assert part in shown

    result = call("P07", "S1=P07", "S2=interviewer")
    assert result.exit_code == 0, result.output
    noted = read_state(work.folder, "P07")
    assert noted is not None
    assert noted.state is State.RUNS_NEXT
    assert not is_finished(work, work.interview("P07"))
    assert publish_study(work).version == ""
    done, state = run(work)
    assert (done, state.state) == (list(STAGES), State.DONE)
    assert made_with(work).endswith(", a person's decision")
    assert publish_study(work).version == "v0001"
    assert speakers_in(work) == [("P07", "participant"), ("INT", "interviewer"), ("P07", "participant")]
    assert run(work)[0] == []
    assert "A person decided: S1=P07 S2=interviewer." in call("P07").stdout

    assert call("P07", "--forget").exit_code == 0
    done, state = run(work)
    assert (done, state.state) == (list(STAGES), State.WAITS)
    assert "decision" not in made_with(work)


def test_a_role_that_its_own_labels_give_wrongly_is_corrected(root: Path, call: Callable[..., Any]) -> None:
    lines = ("Interviewer: I was a nurse in a small town.", "P07: Where was that?", "Interviewer: It was in the north.")
    work = take_in(root, docx(*lines), "P07.docx")
    assert run(work)[1].state is State.DONE
    assert publish_study(work).version == "v0001"
    assert speakers_in(work)[0] == ("INT", "interviewer")
    assert "\n  I was a nurse in a small town.\n" in call("P07").stdout  # no time where the source has none
    result = call("P07", "S1=P07", "S2=interviewer")
    assert "published before stay as they are" in result.stdout
    assert publish_study(work).version == ""  # its old roles go into no further version
    run(work)
    publish_study(work)
    assert speakers_in(work) == [("P07", "participant"), ("INT", "interviewer"), ("P07", "participant")]


def test_another_transcript_opens_the_question_again(root: Path, call: Callable[..., Any]) -> None:
    work = take_in(root, UNCLEAR)
    run(work)
    call("P07", "S1=P07", "S2=interviewer")
    put_aside(work.folder, "P07")
    corrected = vtt(*(line.format("Speaker 2", "Speaker 1") for line in LINES))
    work = take_in(root, corrected)
    assert call("P07", "S1=P07", "S2=interviewer").exit_code == 1  # what would be shown is of the other file
    _, state = run(work)
    assert state.state is State.WAITS
    assert "it was decided for another file" in state.reason
    assert "decision" not in made_with(work)
    assert "What a person decided before no longer fits" in call("P07").stdout
    assert call("P07", "S1=interviewer", "S2=P07").exit_code == 0
    assert run(work)[1].state is State.DONE


def test_names_of_its_speakers_are_shown_on_the_terminal_and_redacted_all_the_same(
    root: Path, call: Callable[..., Any]
) -> None:
    named = [line.format("Zwylothrix Drumna", "Orbelin Vask") for line in LINES]
    work = take_in(root, vtt(*named, "<v Orbelin Vask>Is that so? Thank you, Zwylothrix.</v>"))
    state = run(work)[1]
    assert state.state is State.DONE  # two questions of three
    assert 'S1, in the transcript "Zwylothrix Drumna"' in call("P07").stdout
    call("P07", "S1=interviewer", "S2=P07")
    run(work)
    publish_study(work)
    decision = read_decision(work.folder, "P07")
    assert decision is not None
    assert speakers_in(work)[0] == ("INT", "interviewer")
    names = (b"Zwylothrix", b"Orbelin")
    holding = {path for path in root.rglob("*") if path.is_file() and any(name in path.read_bytes() for name in names)}
    shareable = {path for path in holding if work.folder.identifiable not in path.parents}
    assert shareable == {work.folder.inbox / "_taken" / "P07.vtt"}
    inside = {path.relative_to(work.folder.identifiable).parts[0] for path in holding - shareable}
    assert inside == {"sources", "read_document"}
