"""A model that this machine cannot load stops a run before its first interview."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from colloquy.domain.interview import Interview, SourceFile, SourceKind
from colloquy.engines import model_fit
from colloquy.engines.model_fit import Memory
from colloquy.errors import StudyError
from colloquy.settings import configs_folder
from colloquy.store.folders import DataFolder
from colloquy.store.interviews import save_interviews
from flows import study as study_flow
from flows.guard import Caught
from flows.lanes import Lane
from flows.night import Plan
from flows.stage_work import refuse_model
from flows.work import StudyWork

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudyWork:
    """A demo study with a recording and a text, neither worked on yet."""
    configs = Path(shutil.copytree(configs_folder(), tmp_path / "configs"))
    monkeypatch.setenv("COLLOQUY_CONFIGS", str(configs))
    settings = '[study]\nis_demo = true\n[transcription]\nmodel = "demo-en"\ndevice = "cpu"\n'
    (configs / "studies" / "hubs.toml").write_text(settings, encoding="utf-8")
    work = StudyWork(DataFolder(tmp_path / "data"), "hubs")
    kinds = {"P01": SourceKind.RECORDING, "P02": SourceKind.DOCUMENT}
    files = {name: SourceFile(name, ".wav" if name == "P01" else ".txt", name) for name in kinds}
    save_interviews(work.folder, [Interview("hubs", name, kinds[name], (name,), (files[name],)) for name in kinds])
    return work


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a lane is asked to do, done here."""
    asked: list[Any] = []

    def call(_lane: Lane, _limit_s: float, do: Any, *given: Any) -> Any:
        asked.append(do)
        return do(*given)

    monkeypatch.setattr(Lane, "call", call)
    return asked


def memory(monkeypatch: pytest.MonkeyPatch, free_mb: int, total_mb: int) -> None:
    monkeypatch.setattr(model_fit, "memory_of", lambda _: Memory(free_mb, total_mb))


def test_a_model_that_fits_holds_up_nothing(
    work: StudyWork, called: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    memory(monkeypatch, 50_000, 60_000)
    study_flow._refuse_model(work, Plan(work, is_night=False))
    assert called == [refuse_model]


@pytest.mark.parametrize("is_night", [True, False])
def test_a_model_too_large_for_the_machine_stops_the_run(
    work: StudyWork, called: list[Any], monkeypatch: pytest.MonkeyPatch, is_night: bool
) -> None:
    memory(monkeypatch, 30, 40)
    with pytest.raises(StudyError, match=r'Nothing was begun\. transcription\.model: "demo-en" needs about'):
        study_flow._refuse_model(work, Plan(work, is_night=is_night))


def test_memory_that_others_hold_stops_a_run_by_hand_and_not_a_night(
    work: StudyWork, called: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    memory(monkeypatch, 30, 40_000)
    with pytest.raises(StudyError, match="End other programs"):
        study_flow._refuse_model(work, Plan(work, is_night=False))
    study_flow._refuse_model(work, Plan(work, is_night=True))
    refused = refuse_model(work.data, "hubs")
    assert isinstance(refused, Caught)
    assert refused.may_pass


def test_a_damaged_model_stops_the_run(
    work: StudyWork, called: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    damaged = tmp_path / "data" / "models" / "ours.pt"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes((ROOT / "data" / "demo" / "model" / "demo-en.pt").read_bytes()[:-10])
    monkeypatch.setenv("COLLOQUY_MODEL", "ours")
    with pytest.raises(StudyError, match="it is cut short"):
        study_flow._refuse_model(work, Plan(work, is_night=False))


def test_texts_alone_need_no_model(work: StudyWork, called: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    memory(monkeypatch, 30, 40)
    save_interviews(work.folder, [work.interview("P02")])
    study_flow._refuse_model(work, Plan(work, is_night=False))
    assert called == []


def test_a_vocabulary_that_the_model_does_not_take_stops_the_run(
    work: StudyWork, called: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    memory(monkeypatch, 50_000, 60_000)
    terms = tuple(f"Wexcombe{number}" for number in range(300))
    told = work.settings.transcription.model_copy(update={"vocabulary": terms})
    settings = work.settings.model_copy(update={"transcription": told})
    monkeypatch.setattr("flows.work.load_settings", lambda _: settings)
    with pytest.raises(StudyError, match=r"Nothing was begun\. .*vocabulary is too long: its 300 terms") as refused:
        study_flow._refuse_model(StudyWork(work.data, "hubs"), Plan(work, is_night=False))
    assert "Wexcombe" not in str(refused.value)
