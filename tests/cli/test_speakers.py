from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from colloquy.domain.engine import EngineIdentity
from colloquy.domain.interview import Interview, SourceFile, SourceKind, State
from colloquy.domain.night import Night
from colloquy.domain.record import InterviewState
from colloquy.domain.utterance import Attribution
from colloquy.domain.voice_print import VoiceNote
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.interviews import save_interviews
from colloquy.store.ledger import read_state, save_state
from colloquy.store.lock import study_lock
from colloquy.store.nights import save_night
from colloquy.store.remembered_voices import save_voices
from colloquy.store.results import save_result
from colloquy.store.speaker_decisions import read_decision, save_decision
from tests.speakers import CLEAR, THREE, UNCLEAR, Lines, called, decided, said, settled
from tests.voices import ANN, taught

OTHER_VOICE = {"S1": "S2", "S2": "S1"}
SOURCE = "P07" * 8
REASON = "Who is who: it is not clear. Say it with: colloquy speakers hubs P07"


def of_its_file(lines: Lines) -> Attribution:
    return replace(settled(lines), source_sha256=SOURCE)


@pytest.fixture
def folder(data: Path) -> StudyFolder:
    """P07 waits, P08 was not run, P09 is a text."""
    study = DataFolder(data).study("hubs")
    kinds = {"P07": SourceKind.RECORDING, "P08": SourceKind.RECORDING, "P09": SourceKind.DOCUMENT}
    save_interviews(
        study,
        [
            Interview("hubs", name, kind, (name,), (SourceFile(name * 8, ".wav", f"{name} Novak.wav"),))
            for name, kind in kinds.items()
        ],
    )
    save_result(study, "diarise", "P07", said(UNCLEAR)[1])
    save_result(study, "attribute", "P07", of_its_file(UNCLEAR))
    save_state(study, InterviewState("P07", State.WAITS, "check", REASON))
    save_state(study, InterviewState("P08", State.NEW))
    (study.identifiable / "participants.csv").write_text(
        "participant_id,name,role\nP07,Ana Novak,\nP12,Eva Horak,\nI01,Jan Kral,interviewer\n", encoding="utf-8"
    )
    return study


@pytest.mark.usefixtures("folder")
def test_those_that_wait_are_listed(call: Callable[..., Any]) -> None:
    assert call("speakers", "hubs").stdout == f"P07: {REASON}\n"


def test_where_none_waits_that_is_said(folder: StudyFolder, call: Callable[..., Any]) -> None:
    save_state(folder, InterviewState("P07", State.DONE, "check"))
    assert call("speakers", "hubs").stdout == "hubs: no interview waits for a person.\n"


def test_status_says_that_and_why_it_waits(folder: StudyFolder, call: Callable[..., Any]) -> None:
    ended = datetime(2026, 11, 3, 5, 0, tzinfo=UTC)
    save_night(folder, Night(ended - timedelta(hours=6), ended, is_scheduled=True, waiting=("P07",)))
    shown = call("status", "hubs").stdout
    assert f"P07: {REASON}" in shown
    assert "ended 05:00; 1 waiting for a person" in shown


@pytest.mark.parametrize("is_on", [True, False])
def test_it_says_whose_voices_are_remembered_and_how_to_forget_them(
    folder: StudyFolder, call: Callable[..., Any], tmp_path: Path, is_on: bool
) -> None:
    save_voices(folder, VoiceNote("P07", EngineIdentity("scripted", "1"), (taught(ANN),)))
    save_voices(folder, VoiceNote("P08", EngineIdentity("scripted", "1")))
    (tmp_path / "configs" / "studies").mkdir()
    (tmp_path / "configs" / "studies" / "hubs.toml").write_text(
        f"[attribution]\nremember_interviewer = {str(is_on).lower()}\n", encoding="utf-8"
    )
    shown = call("speakers", "hubs").stdout
    assert "The interviewers' voices are remembered from P07.\n" in shown
    off = "attribution.remember_interviewer = false in configs/studies/hubs.toml, then colloquy run hubs"
    assert (off in shown, "the next run forgets them: colloquy run hubs" in shown) == (is_on, not is_on)


@pytest.mark.usefixtures("folder")
def test_voices_are_shown_with_share_guess_and_quotes(call: Callable[..., Any]) -> None:
    result = call("speakers", "hubs", "p07")
    assert result.exit_code == 0, result.output
    shown = result.stdout
    assert shown.startswith("P07: 2 voices\n")
    for part in (
        "S1: 49% of the words",
        "The machine's guess: not clear who, sure to ",
        "asks 40% of the questions",
        "  00:00:02  What did Zwylothrix do there?",
        "To be decided: it is not clear who asks",
        "colloquy speakers hubs P07 S1=interviewer S2=P07",
    ):
        assert part in shown
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("lines", "example"),
    [
        ((("S1", "Mm. I see."), *((OTHER_VOICE[voice], text) for voice, text in CLEAR)), "S1=P07 S2=interviewer"),
        ((("S1", "I have been a nurse for three years."),), "S1=P07"),
        (THREE, "S1=interviewer S2=P07 S3=other"),
    ],
)
def test_the_example_goes_by_the_guess(
    folder: StudyFolder, call: Callable[..., Any], lines: Lines, example: str
) -> None:
    save_result(folder, "diarise", "P07", said(lines)[1])
    save_result(folder, "attribute", "P07", of_its_file(lines))
    assert f"for example: colloquy speakers hubs P07 {example}\n" in call("speakers", "hubs", "P07").stdout


def test_a_decision_is_kept_shown_and_taken_back(folder: StudyFolder, call: Callable[..., Any]) -> None:
    result = call("speakers", "hubs", "P07", "S2=interviewer", "s1=p07")
    assert result.exit_code == 0, result.output
    assert result.stdout == "P07: S1 is P07, S2 is interviewer.\nThe next run applies it: colloquy run hubs\n"
    decision = read_decision(folder, "P07")
    assert decision is not None
    assert (decision.people, decision.turns) == ((("S1", "P07"), ("S2", "interviewer")), said(UNCLEAR)[1].turns)
    state = read_state(folder, "P07")
    assert state is not None
    assert state.state is State.RUNS_NEXT
    shown = call("status", "hubs").stdout
    assert "runs next" in shown
    assert "the next run applies it" in shown
    assert "A person decided: S1=P07 S2=interviewer." in call("speakers", "hubs", "P07").stdout
    assert call("speakers", "hubs", "P07", "--forget").exit_code == 0
    assert read_decision(folder, "P07") is None


def test_a_decision_may_be_changed_before_it_was_applied(folder: StudyFolder, call: Callable[..., Any]) -> None:
    call("speakers", "hubs", "P07", "S1=P07", "S2=interviewer")
    assert call("speakers", "hubs", "P07", "S1=interviewer", "S2=P07").exit_code == 0
    decision = read_decision(folder, "P07")
    assert decision is not None
    assert decision.people == (("S1", "interviewer"), ("S2", "P07"))


def test_of_a_published_one_it_says_what_stays(folder: StudyFolder, call: Callable[..., Any]) -> None:
    save_state(folder, InterviewState("P07", State.DONE, "check"))
    assert "published before stay as they are" in call("speakers", "hubs", "P07", "S1=interviewer", "S2=P07").stdout


@pytest.mark.usefixtures("folder")
def test_a_participant_whom_the_files_name_does_not_tell_of_is_taken_with_a_note(call: Callable[..., Any]) -> None:
    result = call("speakers", "hubs", "P07", "S1=interviewer", "S2=P12")
    assert result.exit_code == 0
    assert "P12: not in the name of this interview's file; taken as you said." in result.stderr


def test_it_is_bound_to_the_file_that_it_was_made_on(folder: StudyFolder, call: Callable[..., Any]) -> None:
    call("speakers", "hubs", "P07", "S1=interviewer", "S2=P07")
    decision = read_decision(folder, "P07")
    assert decision is not None
    assert decision.source_sha256 == SOURCE


@pytest.mark.parametrize(
    ("made_on", "reason"),
    [("0" * 64, "its files are others now than when"), ("", "an earlier version of Colloquy worked on it last")],
)
def test_not_of_a_file_that_took_its_place_since(
    folder: StudyFolder, call: Callable[..., Any], made_on: str, reason: str
) -> None:
    save_result(folder, "attribute", "P07", replace(settled(UNCLEAR), source_sha256=made_on))
    for names in ((), ("S1=interviewer", "S2=P07")):
        result = call("speakers", "hubs", "P07", *names)
        assert result.exit_code == 1
        assert reason in " ".join(result.stderr.split())
    assert read_decision(folder, "P07") is None


@pytest.mark.parametrize(
    ("names", "notes"),
    [
        (
            ("S1=interviewer", "S2=interviewer", "S3=P07"),
            ["S1 and S2 are one person: interviewer. If they are 2 people, write interviewer2 for the other one."],
        ),
        (
            ("S1=interviewer2", "S2=interviewer", "S3=interviewer"),
            ["S2 and S3 are one person: interviewer. If they are 2 people, write interviewer3 for the other one."],
        ),
        (
            ("S1=interviewer", "S2=P07", "S3=P07"),
            ["S2 and S3 are one person: P07. If they are 2 people, give each their own code, or other."],
        ),
        (
            ("S1=P07", "S2=P07", "S3=P07"),
            ["S1, S2 and S3 are one person: P07. If they are 3 people, give each their own code, or other."],
        ),
        (("S1=interviewer", "S2=P07", "S3=other"), []),
        (("S1=other", "S2=P07", "S3=other"), []),
        (("S1=interviewer", "S2=P07", "S3=interviewer2"), []),
    ],
)
def test_that_two_voices_are_one_person_is_said_back(
    folder: StudyFolder, call: Callable[..., Any], names: tuple[str, ...], notes: list[str]
) -> None:
    save_result(folder, "diarise", "P07", said(THREE)[1])
    save_result(folder, "attribute", "P07", of_its_file(THREE))
    result = call("speakers", "hubs", "P07", *names)
    assert result.exit_code == 0, result.output
    told = " ".join(result.stderr.split())
    for note in notes:
        assert note in told
    assert ("one person" in told) is bool(notes)


def test_what_was_decided_is_shown_by_the_voices_as_they_are_now(folder: StudyFolder, call: Callable[..., Any]) -> None:
    turns = said(UNCLEAR)[1].turns
    swapped = called(turns, OTHER_VOICE)
    save_decision(folder, decided(swapped, SOURCE, S1="interviewer", S2="P07"))
    save_result(
        folder,
        "attribute",
        "P07",
        replace(settled(UNCLEAR, decided(swapped, S1="interviewer", S2="P07")), source_sha256=SOURCE),
    )
    shown = call("speakers", "hubs", "P07").stdout
    assert "A person decided, of voices called otherwise; now S1 is P07, S2 is INT." in shown


def test_that_an_earlier_decision_is_not_applied_is_shown(folder: StudyFolder, call: Callable[..., Any]) -> None:
    save_decision(folder, decided(said(UNCLEAR)[1].turns, "0" * 64, S1="P07", S2="interviewer"))
    shown = call("speakers", "hubs", "P07").stdout
    assert "What a person decided before no longer fits, and is not applied." in shown
    assert "A person decided: " not in shown


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("hobs",), "there is no such study here; known: hubs"),
        (("hubs", "P03"), "there is no interview P03; known: P07, P08, P09"),
        (("hubs", "P08"), "its voices are not told apart yet. First: colloquy run hubs"),
        (("hubs", "P09"), "its voices are not told apart yet. First: colloquy run hubs"),
        (("hubs", "P07", "S1=interviewer", "S2=P77"), "Did you mean P07?"),
        (("hubs", "P07", "S1=interviewer", "S2=I01"), "S2: there is no such participant"),
        (("hubs", "P07", "S1=interviewer"), "S2: not named"),
        (("hubs", "P07", "S1=interviewer", "S5=P07"), "There is no such voice; known: S1, S2"),
        (("hubs", "P07", "--forget"), "nobody has decided who is who"),
        (("hubs", "P07", "S1=P07", "--forget"), "not both"),
        (("hubs", "--forget"), "Which interview?"),
    ],
)
def test_what_cannot_be_done_is_said(
    folder: StudyFolder, call: Callable[..., Any], arguments: tuple[str, ...], reason: str
) -> None:
    result = call("speakers", *arguments)
    assert result.exit_code == 1
    assert reason in " ".join(result.stderr.split())
    assert "Novak" not in result.output
    assert read_decision(folder, "P07") is None


def test_not_of_voices_that_were_told_apart_anew_since(folder: StudyFolder, call: Callable[..., Any]) -> None:
    diarisation = said(UNCLEAR)[1]
    anew = type(diarisation)(called(diarisation.turns, {"S1": "S2", "S2": "S1"}), (), diarisation.engine)
    save_result(folder, "diarise", "P07", anew)
    for names in ((), ("S1=interviewer", "S2=P07")):
        result = call("speakers", "hubs", "P07", *names)
        assert result.exit_code == 1
        assert "told apart anew since" in result.stderr
    assert read_decision(folder, "P07") is None


def test_not_while_the_study_is_being_run(folder: StudyFolder, call: Callable[..., Any]) -> None:
    with study_lock(folder):
        assert call("speakers", "hubs", "P07", "S1=interviewer", "S2=P07").exit_code == 1
        assert call("speakers", "hubs", "P07").exit_code == 0
    assert read_decision(folder, "P07") is None
