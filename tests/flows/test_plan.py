"""What a run takes on, in which order, and what it leaves: without Prefect, on interviews that are only listed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from colloquy.domain.interview import Interview, SourceFile, SourceKind, State
from colloquy.domain.record import InterviewState
from colloquy.settings import configs_folder
from colloquy.store.folders import DataFolder
from colloquy.store.inbox_found import Survey
from colloquy.store.interviews import save_interviews
from colloquy.store.ledger import save_state
from colloquy.store.nights import read_nights
from flows import night
from flows import work as flows_work
from flows.night import NightRecord, Plan
from flows.work import StudyWork

EVENING = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
MINUTES = {"P01": 60, "P02": 20, "P03": 90, "P04": 0}


def open_work(folder: Path, monkeypatch: pytest.MonkeyPatch, night_settings: str) -> StudyWork:
    """Three recordings of known length and a text; nothing measured, four seconds of work assumed for each of sound."""
    configs = Path(shutil.copytree(configs_folder(), folder / "configs"))
    monkeypatch.setenv("COLLOQUY_CONFIGS", str(configs))
    (configs / "studies" / "hubs.toml").write_text(f"[night]\n{night_settings}\n", encoding="utf-8")
    work = StudyWork(DataFolder(folder / "data"), "hubs")
    interviews = []
    for name, minutes in MINUTES.items():
        kind = SourceKind.RECORDING if minutes else SourceKind.DOCUMENT
        file = SourceFile(name, ".wav" if minutes else ".txt", name)
        interviews.append(Interview("hubs", name, kind, (name,), (file,)))
    save_interviews(work.folder, interviews)

    def known_length(_: StudyWork, interview: Interview) -> int:
        return MINUTES[interview.interview_id] * 60_000

    monkeypatch.setattr(night, "length_ms", known_length)
    return work


def all_of(plan: Plan) -> list[str]:
    return list(iter(plan.next, None))


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def test_a_run_by_hand_takes_everything_in_the_order_of_taking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_work(tmp_path, monkeypatch, 'window = "22:00-06:30"')
    plan = Plan(work, is_night=False, now=at(EVENING + timedelta(hours=12)))
    assert all_of(plan) == ["P01", "P02", "P03", "P04"]
    assert (plan.count, plan.left, plan.begun) == (4, (), ["P01", "P02", "P03", "P04"])


def test_the_shortest_may_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_work(tmp_path, monkeypatch, 'order = "shortest"')
    assert all_of(Plan(work, is_night=True, now=at(EVENING))) == ["P04", "P02", "P01", "P03"]


def test_what_shares_the_engines_of_this_machine_is_done_after_what_is_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour of sound takes four: P01 until 2:30, P02 until about 4, and P03 would be at work until 10."""
    work = open_work(tmp_path, monkeypatch, 'window = "22:00-06:30"')
    moment = EVENING
    plan = Plan(work, is_night=True, now=lambda: moment)
    assert [plan.next(is_here=True) for _ in range(4)] == ["P01", "P02", "P04", None]
    for ended in ("P01", "P02", "P04"):
        plan.ended(ended)
    assert plan.next(is_here=True) == "P03"  # it all took no time at all: six hours are left from now

    plan = Plan(work, is_night=True, now=lambda: moment)
    assert plan.next(is_here=True) == "P01"
    moment = EVENING + timedelta(hours=3)
    assert plan.next(is_here=True) == "P02"  # begins at 2:30
    plan.give_back("P02")
    moment = EVENING + timedelta(hours=7)
    assert plan.next(is_here=True) == "P04"  # an hour is left: P02 would take longer than that


def test_nothing_is_begun_that_would_not_end_in_the_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_work(tmp_path, monkeypatch, 'window = "22:00-06:30"')
    moment = EVENING
    plan = Plan(work, is_night=True, now=lambda: moment)
    assert plan.next() == "P01"
    moment = EVENING + timedelta(hours=5)  # three hours are left; P03 would take six
    assert all_of(plan) == ["P02", "P04"]
    assert plan.left == ("P03",)
    assert "1 interview is left: about 6 h of work" in plan.estimate().sentence


def test_outside_the_window_nothing_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_work(tmp_path, monkeypatch, 'window = "22:00-06:30"')
    plan = Plan(work, is_night=True, now=at(EVENING + timedelta(hours=12)))
    assert plan.next() is None
    assert len(plan.left) == 4


def test_what_failed_is_tried_again_and_what_is_done_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_work(tmp_path, monkeypatch, "")
    for name, state in (("P01", State.DONE), ("P02", State.FAILED), ("P03", State.RUNNING), ("P04", State.WAITS)):
        save_state(work.folder, InterviewState(name, state))
    monkeypatch.setattr(night, "is_current", lambda *_: True)
    assert all_of(Plan(work, is_night=False)) == ["P03", "P02"]


def test_what_fails_every_night_does_not_keep_the_others_from_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = open_work(tmp_path, monkeypatch, 'window = "22:00-06:30"')
    monkeypatch.setattr(night, "length_ms", lambda *_: None)  # each may only begin as the first of a night
    save_state(work.folder, InterviewState("P01", State.FAILED))
    assert all_of(Plan(work, is_night=True, now=at(EVENING))) == ["P02"]


def test_a_damaged_result_costs_its_own_interview_a_repetition_and_no_other_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = open_work(tmp_path, monkeypatch, "")
    monkeypatch.undo()
    monkeypatch.setenv("COLLOQUY_CONFIGS", str(tmp_path / "configs"))
    damaged = work.folder.stage("prepare") / "P02.json"
    damaged.parent.mkdir(parents=True, exist_ok=True)
    damaged.write_text("{", encoding="utf-8")
    assert all_of(Plan(work, is_night=False)) == ["P01", "P02", "P03", "P04"]


def test_what_could_not_be_begun_is_given_out_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = Plan(open_work(tmp_path, monkeypatch, ""), is_night=False)
    assert plan.next() == "P01"
    plan.give_back("P01")
    assert all_of(plan) == ["P01", "P02", "P03", "P04"]
    assert plan.begun == ["P01", "P02", "P03", "P04"]


def test_what_is_done_is_taken_on_again_once_something_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = open_work(tmp_path, monkeypatch, "")
    save_state(work.folder, InterviewState("P01", State.DONE))
    monkeypatch.setattr(night, "is_current", lambda *_: False)
    assert all_of(Plan(work, is_night=False))[0] == "P01"


def test_the_record_says_what_became_of_each_and_what_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_work(tmp_path, monkeypatch, 'window = "22:00-06:30"')
    record = NightRecord(work, is_scheduled=True)
    (begun,) = read_nights(work.folder).nights
    assert begun.ended is None
    plan = Plan(work, is_night=True, now=at(EVENING + timedelta(hours=5)))
    assert all_of(plan) == ["P02", "P04"]
    save_state(work.folder, InterviewState("P02", State.FAILED, "prepare", "The file is empty."))
    save_state(work.folder, InterviewState("P04", State.DONE, "check"))
    told = record.close(plan)
    (night_,) = read_nights(work.folder).nights
    assert (night_.done, night_.failed, night_.left) == (("P04",), ("P02",), ("P01", "P03"))
    assert night_.ended is not None
    assert night_.is_scheduled
    assert "The file is empty." in told.plain
    assert "P01, P03" in told.markdown
    assert replace(night_, ended=None).began == begun.began


def test_what_failed_before_is_to_be_mended_and_no_work_that_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = open_work(tmp_path, monkeypatch, 'window = "22:00-06:30"')
    save_state(work.folder, InterviewState("P01", State.FAILED, "prepare", "The file is empty."))
    record = NightRecord(work, is_scheduled=True)
    plan = Plan(work, is_night=True, now=at(EVENING + timedelta(hours=12)))  # by day: nothing is begun
    assert all_of(plan) == []
    told = record.close(plan)
    (night_,) = read_nights(work.folder).nights
    assert (night_.failed, night_.left) == (("P01",), ("P02", "P03", "P04"))
    assert "P01: The file is empty." in told.plain
    assert "3 interviews are left" in told.plain


def test_what_would_have_its_turn_after_this_night_is_not_begun_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = open_work(tmp_path, monkeypatch, 'window = "22:00-06:30"\nassumed_speed_ratio = 24.0')
    plan = Plan(work, is_night=True, now=at(EVENING))
    assert plan.next(is_here=True) == "P01"  # the first of a night, whatever its length: a whole day
    assert plan.next(is_here=True) is None


def test_what_was_stopped_in_the_middle_is_left_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_work(tmp_path, monkeypatch, "")
    record = NightRecord(work, is_scheduled=False)
    plan = Plan(work, is_night=False, now=at(EVENING))
    assert [plan.next(), plan.next()] == ["P01", "P02"]
    save_state(work.folder, InterviewState("P01", State.DONE, "check"))
    save_state(work.folder, InterviewState("P02", State.RUNNING, "transcribe"))
    plan.close()
    told = record.close(plan)
    assert read_nights(work.folder).nights[0].left == ("P02", "P03", "P04")
    assert "1 done, 3 left" in told.plain


def test_a_plan_that_is_closed_gives_out_nothing_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = Plan(open_work(tmp_path, monkeypatch, ""), is_night=False, now=at(EVENING))
    assert plan.next() == "P01"
    plan.close()
    assert plan.next() is None
    assert plan.left == ("P02", "P03", "P04")


def test_a_night_waits_for_what_it_sees_for_the_first_time_and_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = open_work(tmp_path, monkeypatch, "[inbox]\nsettle_s = 0.4")
    work.folder.inbox.mkdir(parents=True)
    (work.folder.inbox / "P09.txt").write_text("It was a good year.", encoding="utf-8")
    told: list[tuple[int, float]] = []
    assert work.settled_inbox(lambda *given: told.append(given)).new_count == 1
    assert told == [(1, 0.4)]
    assert [one.interview_id for one in work.admit().interviews][-1] == "P09"


def test_a_file_that_goes_on_changing_does_not_hold_up_the_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = open_work(tmp_path, monkeypatch, "[inbox]\nsettle_s = 0.2")
    work.folder.inbox.mkdir(parents=True)
    arriving = work.folder.inbox / "P09.txt"
    monkeypatch.setattr(flows_work, "LONGER_S", 0.5)
    look = StudyWork.look_at_inbox

    def grow_and_look(self: StudyWork) -> Survey:
        with arriving.open("a", encoding="utf-8") as file:
            file.write("more ")
        return look(self)

    monkeypatch.setattr(StudyWork, "look_at_inbox", grow_and_look)
    found = work.settled_inbox()
    assert (found.new_count, found.settling_count) == (0, 1)
