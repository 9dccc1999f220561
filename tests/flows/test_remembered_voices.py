"""The interviewer's voice, known again from one interview of a study to the next."""

from __future__ import annotations

import os
import shutil
import wave
from dataclasses import replace
from pathlib import Path

import pytest

from colloquy.domain.engine import EngineIdentity
from colloquy.domain.interview import Interview, State
from colloquy.domain.record import InterviewState
from colloquy.domain.utterance import Attribution, Role
from colloquy.domain.voice_print import Vector, mean_vector
from colloquy.errors import ModelMissingError, StudyError
from colloquy.settings import configs_folder
from colloquy.stages.recognise_interviewer import CONTRADICTION
from colloquy.store.dataset import load_dataset
from colloquy.store.folders import DataFolder
from colloquy.store.interviews import read_interviews, save_interviews
from colloquy.store.ledger import read_record, read_state
from colloquy.store.models import ModelFile
from colloquy.store.remembered_voices import read_voices
from colloquy.store.results import load_result, save_result
from colloquy.store.set_aside import put_aside
from colloquy.store.speaker_decisions import forget_decision, save_decision
from flows import hearing
from flows.artifacts import interview_card
from flows.hearing import forget_unwanted_voices, has_unwanted_voices
from flows.night import Plan, is_finished
from flows.publishing import publish_study, published_version
from flows.steps import STEPS, do_step
from flows.study import _refuse_voice_model
from flows.work import StudyWork
from tests.diarisers import DEMO
from tests.run_stages import run_stages
from tests.speakers import CLEAR, UNCLEAR, Lines, decided, said
from tests.voices import ANN, BEN, CAT, DOT, ScriptedEmbedder

STAGES = ("transcribe", "diarise", "attribute", "redact", "check")
ON = "[attribution]\nremember_interviewer = true\n"
SECONDS = 25
# The same conversations with other turns, as each interview has its own.
CLEAR_TOO = (CLEAR[0], ("S2", f"Well. {CLEAR[1][1]}"), *CLEAR[2:])
CLEAR_OTHERWISE = (("S1", f"Hello. {CLEAR[0][1]}"), *CLEAR[1:])
UNCLEAR_TOO = (UNCLEAR[0], ("S2", f"Well. {UNCLEAR[1][1]}"), *UNCLEAR[2:])


class Study:
    """A study of prepared recordings whose words, turns and voices the test says."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self._monkeypatch = monkeypatch
        self._lines: dict[str, Lines] = {}
        self.embedder = ScriptedEmbedder()
        self.open()

    def open(self) -> StudyWork:
        """With the settings as they are now."""

        def transcribe(work: StudyWork, interview: Interview) -> str:
            return save_result(work.folder, "transcribe", interview.interview_id, said(self._of(interview))[0])

        def diarise(work: StudyWork, interview: Interview) -> str:
            return save_result(work.folder, "diarise", interview.interview_id, said(self._of(interview))[1])

        self._monkeypatch.setitem(STEPS, "transcribe", replace(STEPS["transcribe"], run=transcribe))
        self._monkeypatch.setitem(STEPS, "diarise", replace(STEPS["diarise"], run=diarise))
        self.work = StudyWork(DataFolder(self.root), "hubs")
        self.work.__dict__["model"] = ModelFile(self.root, "scripted", "0" * 64)
        self.work.__dict__["voice_embedder"] = self.embedder
        return self.work

    def _of(self, interview: Interview) -> Lines:
        return self._lines[interview.interview_id]

    def hold(self, name: str, lines: Lines, s1: Vector, s2: Vector) -> State:
        """Work on an interview, up to where it stands after its checks."""
        self._lines[name] = lines
        self.embedder.learn(lines, {"S1": s1, "S2": s2})
        return self.run(name)[1].state

    def run(self, name: str) -> tuple[list[str], InterviewState]:
        return run_stages(self.work, STAGES, name)

    def publish(self) -> str:
        return publish_study(self.work).version

    def state(self, name: str) -> tuple[State, str]:
        state = read_state(self.work.folder, name)
        assert state is not None
        return state.state, state.reason

    def labels(self, name: str) -> dict[str, tuple[str, Role]]:
        found = load_result(self.work.folder, "attribute", name, Attribution)
        return {role.speaker: (role.label, role.role) for role in found.roles}

    def engine(self, name: str) -> str:
        record = read_record(self.work.folder, "attribute", name)
        assert record is not None
        return record.engine

    def attributed_ns(self, name: str) -> int:
        return (self.work.folder.stage("ledger") / name / "attribute.json").stat().st_mtime_ns

    def decide(self, name: str, lines: Lines, **people: str) -> None:
        save_decision(self.work.folder, replace(decided(said(lines)[1].turns, **people), interview_id=name))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a study with three recordings, prepared."""
    root = tmp_path_factory.mktemp("prepared")
    work = StudyWork(DataFolder(root), "hubs")
    work.settings = work.settings.model_copy(update={"inbox": work.settings.inbox.model_copy(update={"settle_s": 0.0})})
    work.folder.inbox.mkdir(parents=True)
    for number, name in enumerate(("P07", "P08", "P09")):
        with (
            wave.open(str(DEMO / "inbox" / "P01.wav")) as whole,
            wave.open(str(work.folder.inbox / f"{name}.wav"), "wb") as cut,
        ):
            cut.setparams(whole.getparams())
            whole.setpos(whole.getframerate() * number)
            cut.writeframes(whole.readframes(whole.getframerate() * SECONDS))
    work.admit()
    for interview in work.interviews.values():
        do_step(work, "prepare", interview)
    return root


@pytest.fixture
def configs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = Path(shutil.copytree(configs_folder(), tmp_path / "configs"))
    (folder / "studies" / "hubs.toml").write_text(ON, encoding="utf-8")
    monkeypatch.setenv("COLLOQUY_CONFIGS", str(folder))
    return folder


@pytest.fixture
def study(tmp_path: Path, prepared: Path, configs: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    root = Path(shutil.copytree(prepared, tmp_path / "data"))
    monkeypatch.setenv("COLLOQUY_DATA", str(root))
    return Study(root, monkeypatch)


def turn_off(study: Study, configs: Path) -> None:
    (configs / "studies" / "hubs.toml").unlink()
    study.open()


def forget_interview(study: Study, name: str) -> None:
    """As docs/confidentiality.md says for a withdrawal."""
    save_interviews(study.work.folder, [o for o in read_interviews(study.work.folder) if o.interview_id != name])


def test_roles_that_are_unclear_are_settled_by_the_voice_remembered_from_another_interview(study: Study) -> None:
    assert study.hold("P07", CLEAR, ANN, CAT) is State.DONE
    assert study.hold("P08", UNCLEAR, DOT, ANN) is State.DONE
    assert study.labels("P08") == {"S1": ("P08", Role.PARTICIPANT), "S2": ("INT", Role.INTERVIEWER)}
    found = load_result(study.work.folder, "attribute", "P08", Attribution)
    assert found.roles[1].reason == "the interviewer's voice, as in 1 other interview"
    assert found.voices[1].guess == found.roles[1]
    assert study.engine("P08") == "the interviewer's voice, as in 1 other interview"
    assert study.engine("P07") == ""
    assert study.publish() == "v0001"
    speakers = {row.speaker for row in load_dataset(study.work.folder).utterances if row.interview_id == "P08"}
    assert speakers == {"INT", "P08"}


def test_without_the_setting_nothing_is_heard_or_remembered(study: Study, configs: Path) -> None:
    turn_off(study, configs)
    study.hold("P07", CLEAR, ANN, CAT)
    assert study.hold("P08", UNCLEAR, DOT, ANN) is State.WAITS
    assert not study.work.folder.stage("voices").exists()


def test_the_order_does_not_matter_what_waited_is_looked_at_again_before_publishing(study: Study) -> None:
    assert study.hold("P08", UNCLEAR, DOT, ANN) is State.WAITS
    assert study.hold("P07", CLEAR, ANN, CAT) is State.DONE
    study.publish()
    assert study.state("P08")[0] is State.DONE
    assert {row.interview_id for row in load_dataset(study.work.folder).utterances} == {"P07", "P08"}
    assert all(is_finished(study.work, interview) for interview in (study.work.interview(n) for n in ("P07", "P08")))
    assert published_version(study.work) == "v0001"


def test_what_waits_is_not_looked_at_again_while_nothing_more_is_known(study: Study) -> None:
    study.hold("P08", UNCLEAR, DOT, ANN)
    study.hold("P07", CLEAR, BEN, CAT)
    study.publish()
    assert study.state("P08")[0] is State.WAITS
    before = study.attributed_ns("P08")
    study.publish()
    assert study.attributed_ns("P08") == before


def test_what_is_settled_is_not_done_again_because_another_interview_was_added(study: Study) -> None:
    study.hold("P07", CLEAR, ANN, CAT)
    study.hold("P08", UNCLEAR, DOT, ANN)
    study.publish()
    before = [study.attributed_ns(name) for name in ("P07", "P08")]
    study.hold("P09", CLEAR_TOO, ANN, BEN)
    study.publish()
    assert [study.attributed_ns(name) for name in ("P07", "P08")] == before
    assert study.run("P08")[0] == []


def test_what_is_known_by_the_voice_alone_teaches_nobody(study: Study) -> None:
    study.hold("P07", CLEAR, ANN, CAT)
    study.hold("P08", UNCLEAR, DOT, ANN)
    note = read_voices(study.work.folder, "P08")
    assert note is not None
    assert note.interviewers == ()
    assert [name for name, _ in note.heard_from] == ["P07"]


def test_a_person_s_decision_teaches_and_one_that_is_changed_is_forgotten_at_once(study: Study) -> None:
    study.hold("P07", UNCLEAR, CAT, ANN)
    study.decide("P07", UNCLEAR, S1="P07", S2="interviewer")
    study.run("P07")
    assert study.hold("P08", UNCLEAR_TOO, DOT, ANN) is State.DONE
    study.decide("P07", UNCLEAR, S1="interviewer", S2="P07")
    assert read_voices(study.work.folder, "P07") is None
    study.run("P07")
    study.publish()
    state, reason = study.state("P08")
    assert (state, "not clear who asks" in reason) == (State.WAITS, True)
    forget_decision(study.work.folder, "P07")
    study.run("P07")
    note = read_voices(study.work.folder, "P07")
    assert note is not None
    assert note.interviewers == ()


@pytest.mark.parametrize("leave_out", ["deleted", "set aside"])
def test_what_rests_on_an_interview_that_is_gone_is_looked_at_again(study: Study, leave_out: str) -> None:
    study.hold("P07", CLEAR, ANN, CAT)
    study.hold("P08", UNCLEAR, DOT, ANN)
    study.publish()
    if leave_out == "deleted":
        forget_interview(study, "P07")
        assert has_unwanted_voices(study.work)
        said_so = forget_unwanted_voices(study.work)
        assert (
            said_so == "Forgotten, of interviews that are gone: the interviewer's voice as remembered from 1 interview."
        )
        assert read_voices(study.work.folder, "P07") is None
    else:
        put_aside(study.work.folder, "P07")
        assert not has_unwanted_voices(study.work)
    assert published_version(study.work) is None
    study.publish()
    assert study.state("P08")[0] is State.WAITS


@pytest.mark.parametrize("order", [("P07", "P08"), ("P08", "P07")])
def test_where_voice_and_behaviour_contradict_each_other_it_waits_whatever_came_first(
    study: Study, order: tuple[str, str]
) -> None:
    study.hold("P09", CLEAR_TOO, ANN, BEN)
    held = {"P07": (CLEAR, ANN, CAT), "P08": (CLEAR_OTHERWISE, DOT, ANN)}
    for name in order:
        study.hold(name, *held[name])
    study.publish()
    assert study.state("P07")[0] is State.DONE
    state, reason = study.state("P08")
    assert (state, CONTRADICTION in reason) == (State.WAITS, True)
    assert study.labels("P08")["S1"] == ("INT", Role.INTERVIEWER)  # shown as the guess that it is
    study.decide("P08", CLEAR_OTHERWISE, S1="P08", S2="interviewer")
    assert study.run("P08")[1].state is State.DONE
    assert study.engine("P08") == "a person's decision"
    assert study.labels("P08")["S2"] == ("INT", Role.INTERVIEWER)


def test_a_second_interviewer_has_the_same_label_in_every_interview(study: Study) -> None:
    study.hold("P07", CLEAR, ANN, CAT)
    study.hold("P08", CLEAR_TOO, BEN, DOT)
    assert study.labels("P08")["S1"] == ("INT2", Role.INTERVIEWER)
    found = load_result(study.work.folder, "attribute", "P08", Attribution)
    assert found.voices[0].guess.label == "INT2"
    assert {utterance.speaker for utterance in found.utterances} == {"INT2", "P08"}
    assert study.hold("P09", UNCLEAR, CAT, BEN) is State.DONE
    assert study.labels("P09")["S2"] == ("INT2", Role.INTERVIEWER)


def test_two_interviews_that_did_not_know_of_each_other_agree_before_publishing(study: Study) -> None:
    study.hold("P07", CLEAR, ANN, CAT)
    of_first = study.work.folder.stage("voices") / "P07.json"
    elsewhere = of_first.rename(study.root / "P07.json")
    study.hold("P08", CLEAR_TOO, BEN, DOT)
    assert study.labels("P08")["S1"][0] == "INT"
    elsewhere.rename(of_first)
    study.publish()
    assert [study.labels(name)["S1"][0] for name in ("P07", "P08")] == ["INT", "INT2"]
    rows = load_dataset(study.work.folder).utterances
    assert {row.speaker for row in rows if row.interview_id == "P08"} == {"INT2", "P08"}
    before = study.attributed_ns("P07"), study.attributed_ns("P08")
    study.publish()
    assert (study.attributed_ns("P07"), study.attributed_ns("P08")) == before


def test_the_number_that_a_person_gave_holds_in_other_interviews(study: Study) -> None:
    study.hold("P07", CLEAR, ANN, CAT)
    study.decide("P07", CLEAR, S1="interviewer2", S2="P07")
    study.run("P07")
    study.hold("P08", UNCLEAR, DOT, ANN)
    assert study.labels("P08")["S2"][0] == "INT2"
    study.hold("P09", CLEAR_TOO, ANN, BEN)
    assert study.labels("P09")["S1"][0] == "INT2"


@pytest.mark.parametrize("ids", [("P07",), ()])  # whose interview it is may not be known
def test_two_interviews_of_one_participant_do_not_settle_each_other_by_a_guess(
    study: Study, ids: tuple[str, ...]
) -> None:
    named = [
        replace(one, participant_ids=ids) if one.interview_id != "P09" else one
        for one in read_interviews(study.work.folder)
    ]
    save_interviews(study.work.folder, named)
    study.hold("P07", CLEAR, ANN, CAT)
    assert study.hold("P08", UNCLEAR, CAT, ANN) is State.WAITS
    study.decide("P07", CLEAR, S1="interviewer", S2=ids[0] if ids else "participant")
    study.run("P07")
    study.publish()
    assert study.state("P08")[0] is State.DONE


def test_a_lost_note_is_made_anew_and_voices_of_another_encoder_count_no_more(study: Study) -> None:
    study.hold("P07", CLEAR, ANN, CAT)
    (study.work.folder.stage("voices") / "P07.json").write_text("{", encoding="utf-8")
    study.publish()
    note = read_voices(study.work.folder, "P07")
    assert note is not None
    assert [voice.number for voice in note.interviewers] == [1]
    study.embedder.identity = EngineIdentity("scripted", "2")
    assert list(Plan(study.work, is_night=False).left) == ["P07", "P08", "P09"]
    assert study.hold("P08", UNCLEAR, DOT, ANN) is State.WAITS
    assert study.run("P07")[0][0] == "attribute"
    study.publish()
    assert study.state("P08")[0] is State.DONE


def test_turned_off_the_voices_are_deleted_that_is_said_and_nothing_rests_on_them(study: Study, configs: Path) -> None:
    study.hold("P07", CLEAR, ANN, CAT)
    study.hold("P08", UNCLEAR, DOT, ANN)
    study.publish()
    assert not has_unwanted_voices(study.work)
    turn_off(study, configs)
    assert has_unwanted_voices(study.work)
    assert list(Plan(study.work, is_night=False).left)[:2] == ["P07", "P08"]
    told = forget_unwanted_voices(study.work)
    assert told == "Forgotten, as the settings ask: the interviewer's voice as remembered from 2 interviews."
    assert list(study.work.folder.stage("voices").iterdir()) == []
    assert forget_unwanted_voices(study.work) == ""
    assert study.run("P07")[0] == ["attribute"]  # with the same result, so that nothing follows
    assert study.run("P08")[1].state is State.WAITS


def test_without_the_encoder_it_is_said_before_any_work(study: Study) -> None:
    del study.work.__dict__["voice_embedder"]
    with pytest.raises(ModelMissingError, match="colloquy models fetch resemblyzer"):
        _ = study.work.voice_rules
    plan = Plan(study.work, is_night=False)
    with pytest.raises(StudyError, match=r"Nothing was begun\. attribution\.remember_interviewer is true"):
        _refuse_voice_model(study.work, plan)
    assert not study.work.folder.stage("transcribe").exists()


def test_voices_are_private_none_is_a_participant_s_and_nothing_of_them_is_anywhere_else(study: Study) -> None:
    ann, cat, dot = (mean_vector([row]) for row in ((0.918273, 0.3, 0.1), (0.2, 0.1, 0.917391), (-0.3, 0.2, -0.7713)))
    study.hold("P07", CLEAR, ann, cat)
    study.hold("P08", UNCLEAR, dot, ann)
    study.publish()
    state = read_state(study.work.folder, "P08")
    assert state is not None
    shown = interview_card(state, (), None) + hearing.heard(study.work, study.work.interview("P08"))

    def holding(vector: Vector) -> set[str]:
        texts = [str(abs(value)).encode() for value in vector]
        files = (path for path in study.root.rglob("*") if path.is_file() and path.suffix != ".npy")
        assert not any(text.decode() in shown for text in texts)
        return {str(path.relative_to(study.root)) for path in files if all(text in path.read_bytes() for text in texts)}

    assert holding(ann) == {"identifiable/hubs/voices/P07.json"}
    assert holding(cat) == holding(dot) == set()
    folder = study.work.folder.stage("voices")
    assert sorted(path.name for path in folder.iterdir()) == ["P07.json", "P08.json"]
    if os.name != "nt":
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
        assert folder.stat().st_mode & 0o777 == 0o700
    assert "vector" not in repr(read_voices(study.work.folder, "P07"))
