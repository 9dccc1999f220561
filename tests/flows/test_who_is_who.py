"""A recording of which it is not clear who is who: it waits, a person decides, and nothing else is done anew."""

from __future__ import annotations

import shutil
import wave
from dataclasses import replace
from pathlib import Path

import pytest

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.checked import CheckedInterview
from colloquy.domain.diarisation import Diarisation, SpeakerCount, Turn
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.interview import Interview, State
from colloquy.domain.record import InterviewState
from colloquy.errors import DiarisationError, StoreError
from colloquy.settings import configs_folder
from colloquy.store.dataset import load_dataset
from colloquy.store.exports import UNPUBLISHED, report_path
from colloquy.store.folders import DataFolder
from colloquy.store.interviews import list_of_files, read_interviews, save_interviews
from colloquy.store.ledger import read_record, read_state, save_state
from colloquy.store.models import ModelFile
from colloquy.store.results import load_result, save_result
from colloquy.store.set_aside import put_aside
from colloquy.store.speaker_decisions import forget_decision, save_decision
from flows import tasks
from flows.artifacts import interview_card
from flows.guard import Caught
from flows.night import NightRecord, Plan, is_finished
from flows.publishing import publish_study, published_version
from flows.state import state_after_checks
from flows.steps import STEPS, do_step
from flows.work import StudyWork
from tests.diarisers import DEMO
from tests.run_stages import run_stages
from tests.source_files import vtt
from tests.speakers import CLEAR, THREE, UNCLEAR, Lines, called, decided, said

STAGES = ("prepare", "transcribe", "diarise", "attribute", "redact", "check")
COMMAND = "colloquy speakers hubs P07"
CANARY = "Zwylothrix"  # in a question of UNCLEAR, and so in a quote
SECONDS = 17


class ScriptedDiariser:
    """Gives these turns; `version` stands for whatever makes a diariser run again."""

    def __init__(self, turns: tuple[Turn, ...], version: str = "1", problem: str = "") -> None:
        self.identity = EngineIdentity("scripted", version)
        self._turns, self._problem = turns, problem

    def diarise(self, audio: AudioSamples, speech: tuple[Region, ...], count: SpeakerCount) -> Diarisation:
        if self._problem:
            raise DiarisationError(self._problem)
        return Diarisation(self._turns, (), self.identity)


def drop(work: StudyWork, *, from_s: int) -> None:
    """Put a stretch of the demo's recording into the inbox as P07's."""
    work.folder.inbox.mkdir(parents=True, exist_ok=True)
    with (
        wave.open(str(DEMO / "inbox" / "P01.wav")) as whole,
        wave.open(str(work.folder.inbox / "P07.wav"), "wb") as cut,
    ):
        cut.setparams(whole.getparams())
        whole.setpos(whole.getframerate() * from_s)
        cut.writeframes(whole.readframes(whole.getframerate() * SECONDS))


def made_with(work: StudyWork) -> str:
    record = read_record(work.folder, "attribute", "P07")
    assert record is not None
    return record.engine


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a study with one recording, prepared."""
    root = tmp_path_factory.mktemp("prepared")
    work = StudyWork(DataFolder(root), "hubs")
    work.settings = work.settings.model_copy(update={"inbox": work.settings.inbox.model_copy(update={"settle_s": 0.0})})
    drop(work, from_s=0)
    work.admit()
    (work.folder.identifiable / "roster.csv").write_text(f"category,name\nperson,{CANARY}\n", encoding="utf-8")
    do_step(work, "prepare", work.interview("P07"))
    return root


@pytest.fixture
def configs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = Path(shutil.copytree(configs_folder(), tmp_path / "configs"))
    monkeypatch.setenv("COLLOQUY_CONFIGS", str(folder))
    return folder


@pytest.fixture
def root(tmp_path: Path, prepared: Path, configs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it to work on; its transcriber and its settings are scripted."""
    folder = Path(shutil.copytree(prepared, tmp_path / "data"))
    monkeypatch.setenv("COLLOQUY_DATA", str(folder))
    return folder


def open_work(root: Path, monkeypatch: pytest.MonkeyPatch, lines: Lines, *, version: str = "1") -> StudyWork:
    transcript, diarisation = said(lines)

    def transcribe(work: StudyWork, interview: Interview) -> str:
        return save_result(work.folder, "transcribe", interview.interview_id, transcript)

    monkeypatch.setitem(STEPS, "transcribe", replace(STEPS["transcribe"], run=transcribe))
    work = StudyWork(DataFolder(root), "hubs")
    work.__dict__["model"] = ModelFile(root, "scripted", "0" * 64)
    work.__dict__["diariser"] = ScriptedDiariser(diarisation.turns, version)
    return work


def run(work: StudyWork) -> tuple[list[str], InterviewState]:
    return run_stages(work, STAGES)


def speakers_in(work: StudyWork) -> list[tuple[str, str]]:
    return [(row.speaker, row.role) for row in load_dataset(work.folder).utterances]


def decide(work: StudyWork, lines: Lines = UNCLEAR, **people: str) -> None:
    save_decision(work.folder, decided(said(lines)[1].turns, **people))


def test_what_the_machine_is_sure_of_does_not_wait(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_work(root, monkeypatch, CLEAR[:4])
    _, state = run(work)
    assert state.state is State.DONE
    assert "who" not in state.reason
    assert publish_study(work).version == "v0001"


def test_it_waits_checked_but_unpublished_and_says_what_to_do(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_work(root, monkeypatch, UNCLEAR)
    done, state = run(work)
    assert done == list(STAGES[1:])
    assert (state.state, state.verdict, state.stage) == (State.WAITS, "waits for a person", "check")
    assert state.reason.startswith("Who is who: it is not clear who asks and who answers (sure to 55%, needed 60%).")
    assert state.reason.endswith(f"Say it with: {COMMAND}")
    assert state.check_count > 20
    assert is_finished(work, work.interview("P07"))
    assert Plan(work, is_night=False).count == 0
    assert publish_study(work).version == ""
    report = report_path(work.folder, UNPUBLISHED).read_text(encoding="utf-8")
    assert report.count(COMMAND) == 1
    assert "It is clear who is who" not in report  # what is asked once is not warned of once more
    assert "waits for a person" in report
    card = interview_card(state, (), None)
    assert card.startswith("# P07: waits for a person\n")
    assert COMMAND in card


def test_every_night_tells_of_it_until_somebody_decides(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_work(root, monkeypatch, UNCLEAR)
    run(work)
    plan = Plan(work, is_night=False)
    told = NightRecord(work, is_scheduled=True).close(plan)
    assert told.needs_attention
    assert "1 waits for a person" in told.plain
    assert (
        f"P07: Who is who: it is not clear who asks and who answers (sure to 55%, needed 60%). Say it with: {COMMAND}"
        in (told.plain)
    )


def test_a_decision_attributes_redacts_and_checks_anew_and_nothing_else(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = open_work(root, monkeypatch, UNCLEAR)
    run(work)
    decide(work, S1="P07", S2="interviewer")
    assert list(Plan(work, is_night=False).left) == ["P07"]
    assert publish_study(work).version == ""  # not before it was applied
    done, state = run(work)
    assert done == ["attribute", "redact", "check"]
    assert state.state is State.DONE
    assert "who" not in state.reason
    assert publish_study(work).version == "v0001"
    assert speakers_in(work) == [("P07", "participant"), ("INT", "interviewer")] * 2
    assert run(work)[0] == []
    assert made_with(work) == "a person's decision"
    (row,) = load_dataset(work.folder).interviews
    assert (row.roles_by, row.role_confidence, row.role_question) == ("person", None, "")
    assert (row.diariser, row.voices_asked) == ("scripted", "2")


def test_a_person_who_says_that_nobody_interviews_is_not_asked_for_an_interviewer_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = open_work(root, monkeypatch, UNCLEAR)
    decide(work, S1="P07", S2="other")
    _, state = run(work)
    assert state.state is State.DONE
    checked = load_result(work.folder, "check", "P07", CheckedInterview).report
    assert {result.note for result in checked.results} == {"", "A person decided who is who."}
    assert "who-is-who" not in {result.check for result in checked.failed}
    assert publish_study(work).version == "v0001"
    report = report_path(work.folder, "v0001").read_text(encoding="utf-8")
    assert "decided by a person" in report
    assert "It is clear who is who" not in report


def test_one_that_was_decided_runs_next_and_is_left_where_a_night_did_not_come_to_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = open_work(root, monkeypatch, UNCLEAR)
    run(work)
    decide(work, S1="P07", S2="interviewer")
    state = read_state(work.folder, "P07")
    assert state is not None
    assert state.state.value == "runs next"
    assert "the next run goes by what a person said" in interview_card(state, (), None)
    plan = Plan(work, is_night=False)
    assert plan.next() == "P07"
    assert "1 left" in NightRecord(work, is_scheduled=True).close(plan).plain  # given out, and not begun
    tasks.begin_run()
    tasks.note_if_lost("hubs", "P07")
    state = read_state(work.folder, "P07")
    assert state is not None
    assert (state.state, state.error) == (State.FAILED, "Lost")


def test_it_is_taken_back(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_work(root, monkeypatch, UNCLEAR)
    decide(work, S1="P07", S2="interviewer")
    assert run(work)[1].state is State.DONE
    forget_decision(work.folder, "P07")
    done, state = run(work)
    assert done == ["attribute", "redact", "check"]
    assert state.state is State.WAITS


def test_what_is_done_is_not_published_by_the_old_roles_once_a_person_says_otherwise(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = open_work(root, monkeypatch, CLEAR[:4])
    run(work)
    assert publish_study(work).version == "v0001"
    decide(work, CLEAR[:4], S1="P07", S2="interviewer")
    assert publish_study(work).version == ""  # its turn comes another night
    run(work)
    publish_study(work)
    assert speakers_in(work)[1] == ("INT", "interviewer")


def test_a_decision_follows_its_voices_through_another_diarisation(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_work(root, monkeypatch, UNCLEAR)
    decide(work, S1="P07", S2="interviewer")
    run(work)
    turns = said(UNCLEAR)[1].turns
    # The other voice is called S1 now: labels are given by first turn, and the first turn was found to be two.
    first = turns[0]
    cut = (Turn(first.start_ms, 600, "S2"), Turn(600, first.end_ms, "S1"), *turns[1:])
    anew = called(cut, {"S1": "S2", "S2": "S1"})
    work.__dict__["diariser"] = ScriptedDiariser(anew, "2")
    done, state = run(work)
    assert done == ["diarise", "attribute", "redact", "check"]
    assert state.state is State.DONE
    publish_study(work)
    assert [speaker for speaker, _ in speakers_in(work)][-3:] == ["INT", "P07", "INT"]


@pytest.mark.parametrize("undecided", ["wait", "publish"])
def test_where_the_voices_changed_it_waits_again_and_nobody_gets_anothers_name(
    root: Path, configs: Path, monkeypatch: pytest.MonkeyPatch, undecided: str
) -> None:
    (configs / "studies" / "hubs.toml").write_text(
        f'[attribution]\nundecided_roles = "{undecided}"\n', encoding="utf-8"
    )
    work = open_work(root, monkeypatch, UNCLEAR)
    decide(work, S1="P07", S2="interviewer")
    run(work)
    turns = said(UNCLEAR)[1].turns
    mixed = (Turn(turns[0].start_ms, turns[1].end_ms, "S1"), Turn(turns[2].start_ms, turns[3].end_ms, "S2"))
    work.__dict__["diariser"] = ScriptedDiariser(mixed, "2")
    _, state = run(work)
    assert state.state is State.WAITS
    assert made_with(work) == ""  # what was decided is not what was applied
    assert "told apart anew, and what was decided no longer fits" in state.reason
    assert COMMAND in state.reason
    assert publish_study(work).version == ""


@pytest.mark.parametrize("turns_stay", [True, False])
def test_another_file_of_the_interview_opens_the_question_again_even_where_the_turns_are_alike(
    root: Path, monkeypatch: pytest.MonkeyPatch, turns_stay: bool
) -> None:
    work = open_work(root, monkeypatch, UNCLEAR)
    turns = said(UNCLEAR)[1].turns
    save_decision(work.folder, decided(turns, work.interview("P07").sha256, S1="P07", S2="interviewer"))
    assert run(work)[1].state is State.DONE
    assert made_with(work) == "a person's decision"
    save_state(work.folder, InterviewState("P07", State.NEW))
    put_aside(work.folder, "P07")
    drop(work, from_s=5)
    work.settings = work.settings.model_copy(update={"inbox": work.settings.inbox.model_copy(update={"settle_s": 0.0})})
    work.admit()
    if not turns_stay:
        work.__dict__["diariser"] = ScriptedDiariser((replace(turns[0], end_ms=turns[0].end_ms - 60), *turns[1:]))
    done, state = run(work)
    assert done == list(STAGES)
    assert state.state is State.WAITS
    assert "Who is who: it was decided for another file" in state.reason
    assert made_with(work) == ""
    # Said of this file, it holds.
    save_decision(work.folder, decided(turns, work.interview("P07").sha256, S1="P07", S2="interviewer"))
    assert run(work)[1].state is State.DONE


def test_the_number_of_speakers_may_be_told_for_one_interview_and_its_voices_alone_are_told_apart_anew(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (*CLEAR[:3], THREE[-1])
    work = open_work(root, monkeypatch, lines)
    _, state = run(work)
    assert "3 voices were found, 2 were expected." in state.reason

    def tell(told: str) -> StudyWork:
        save_interviews(work.folder, list(read_interviews(work.folder)))
        path = list_of_files(work.folder)
        header, line = path.read_text(encoding="utf-8-sig").splitlines()
        path.write_text(f"{header}\n{line.rpartition(',')[0]},{told}\n", encoding="utf-8")
        return open_work(root, monkeypatch, lines)

    told = tell("2 to 4")
    interview = told.interview("P07")
    assert told.speaker_count(interview) == SpeakerCount(2, 4)
    assert told.speaker_count(replace(interview, interview_id="P08")) == SpeakerCount(2, 2)
    assert not is_finished(told, interview)
    done, state = run(told)
    assert done == ["diarise", "attribute", "redact", "check"]
    assert "were expected" not in state.reason
    wrong = tell("02-Apr")
    assert not is_finished(wrong, interview)
    with pytest.raises(StoreError, match=r"files\.csv, P07: the column speakers"):
        do_step(wrong, "diarise", interview)


def test_a_study_may_publish_what_is_not_decided(root: Path, configs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_work(root, monkeypatch, UNCLEAR)
    run(work)
    assert publish_study(work).version == ""
    (configs / "studies" / "hubs.toml").write_text('[attribution]\nundecided_roles = "publish"\n', encoding="utf-8")
    changed = open_work(root, monkeypatch, UNCLEAR)
    assert published_version(changed) is None
    assert run(changed)[0] == []  # whether to wait changes no result
    assert publish_study(changed).version == "v0001"
    assert speakers_in(changed)[:2] == [("S1", "unknown"), ("S2", "unknown")]
    state = read_state(changed.folder, "P07")
    assert state is not None
    assert (state.state, state.verdict) == (State.DONE, "passed with warnings")
    question = "it is not clear who asks and who answers (sure to 55%, needed 60%)."
    assert question in state.reason
    (row,) = load_dataset(changed.folder).interviews
    assert (row.roles_by, row.role_confidence, row.role_question) == ("nobody", None, question)
    assert f"<p>Open: {question}</p>" in report_path(changed.folder, "v0001").read_text(encoding="utf-8")


def test_one_voice_where_two_were_promised_waits(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_work(root, monkeypatch, tuple(("S1", text) for _, text in UNCLEAR))
    assert "Who is who: 1 voice was found, 2 were expected." in run(work)[1].reason


def test_a_text_whose_author_nobody_knows_does_not_wait(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_work(root, monkeypatch, UNCLEAR)
    work.folder.inbox.mkdir(exist_ok=True)
    lines = ("It was a good year for all of us.", "I learned to ask people what they need.")
    (work.folder.inbox / "P08.vtt").write_text(vtt(*lines), encoding="utf-8")
    work.settings = work.settings.model_copy(update={"inbox": work.settings.inbox.model_copy(update={"settle_s": 0.0})})
    work.admit()
    for stage in ("read_document", "redact", "check"):
        do_step(work, stage, work.interview("P08"))
    assert state_after_checks(work, work.interview("P08")).state is State.DONE


def test_a_diarisation_that_fails_keeps_the_transcript_and_is_all_that_is_done_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = open_work(root, monkeypatch, CLEAR[:4])
    good = work.diariser
    work.__dict__["diariser"] = ScriptedDiariser((), problem="diarisation: broken. Choose another engine.")
    with pytest.raises(DiarisationError, match="Choose another engine"):
        run(work)
    assert read_record(work.folder, "transcribe", "P07") is not None
    assert read_record(work.folder, "diarise", "P07") is None
    work.__dict__["diariser"] = good
    done, state = run(work)
    assert done == ["diarise", "attribute", "redact", "check"]
    assert state.state is State.DONE


def test_why_a_diarisation_failed_stands_while_the_transcription_beside_it_goes_on(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = open_work(root, monkeypatch, CLEAR)
    tasks.begin_run()
    tasks._note_begin("hubs", "P07", "prepare")
    tasks._note_failure("hubs", "P07", "diarise", Caught("DiarisationError", "Choose another engine."))
    tasks._note_begin("hubs", "P07", "transcribe")
    state = read_state(work.folder, "P07")
    assert state is not None
    assert (state.state, state.stage, state.reason) == (State.FAILED, "diarise", "Choose another engine.")
    for stage in ("diarise", "prepare"):  # tried again, and the next run
        tasks._note_begin("hubs", "P07", stage)
        state = read_state(work.folder, "P07")
        assert state is not None
        assert (state.state, state.stage, state.reason) == (State.RUNNING, stage, "")


def test_a_damaged_decision_stops_the_interview_with_what_to_do(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_work(root, monkeypatch, UNCLEAR)
    decide(work, S1="P07", S2="interviewer")
    run(work)
    (work.folder.identifiable / "speakers" / "P07.json").write_text("{", encoding="utf-8")
    assert not is_finished(work, work.interview("P07"))
    with pytest.raises(Exception, match=f"{COMMAND} --forget"):
        do_step(work, "attribute", work.interview("P07"))


def test_quotes_lie_with_what_is_identifiable_and_nowhere_else(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_work(root, monkeypatch, UNCLEAR)
    run(work)
    publish_study(work)
    decide(work, S1="P07", S2="interviewer")
    run(work)
    assert publish_study(work).version == "v0001"
    holding = {
        path.relative_to(root) for path in root.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()
    }
    own = Path("identifiable") / "hubs"
    assert own / "attribute" / "P07.json" in holding
    assert f'"text": "What did {CANARY} do there?"' in (root / own / "attribute" / "P07.json").read_text()
    # Where speech and names lie; not the decision, nor where the interview stands, nor anything shareable or logged.
    assert holding == {own / name for name in ("attribute/P07.json", "transcribe/P07.json", "roster.csv")}
