"""What a finished stage depends on: without Prefect, on a study made of one short text."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from colloquy.domain.engine import EngineIdentity
from colloquy.domain.interview import Interview, SourceKind, State
from colloquy.domain.language import LanguageShare
from colloquy.domain.record import InterviewState, StageRecord
from colloquy.domain.redaction import RedactedInterview
from colloquy.domain.transcript import Transcript
from colloquy.domain.utterance import Attribution
from colloquy.errors import RedactionError, SettingsError, TranscriptionError
from colloquy.settings import InboxSettings, configs_folder
from colloquy.store.folders import DataFolder
from colloquy.store.inbox import admit
from colloquy.store.ledger import read_record, read_state, save_record, save_state
from colloquy.store.models import ModelFile
from colloquy.store.results import load_result, save_result
from flows.figures import figures_of
from flows.publishing import outdated_versions, publish_study, published_version
from flows.state import state_after_checks
from flows.steps import STEPS, do_step, is_current
from flows.work import StudyWork

TEXT = (
    "I am Niamh Byrne and I work in Leeds. I learned to ask people in zorgwold what they need.\n\nIt was a good year."
)


@pytest.fixture
def configs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = Path(shutil.copytree(configs_folder(), tmp_path / "configs"))
    monkeypatch.setenv("COLLOQUY_CONFIGS", str(folder))
    return folder


def open_work(tmp_path: Path) -> StudyWork:
    return StudyWork(DataFolder(tmp_path / "data"), "diaries")


def take_in(work: StudyWork) -> None:
    admit(work.folder, work.settings.study.interview_pattern, InboxSettings(settle_s=0, after_taking="move"))


@pytest.fixture
def work(tmp_path: Path, configs: Path) -> StudyWork:
    work = open_work(tmp_path)
    work.folder.inbox.mkdir(parents=True)
    (work.folder.inbox / "P01.txt").write_text(TEXT, encoding="utf-8")
    take_in(work)
    for stage in ("read_document", "redact", "check"):
        do_step(work, stage, work.interview("P01"))
    return work


def test_finished_stages_are_not_done_again(work: StudyWork) -> None:
    assert is_current(work, work.interview("P01"))
    for stage in ("read_document", "redact", "check"):
        _, was_done = do_step(work, stage, work.interview("P01"))
        assert not was_done


@pytest.mark.parametrize(
    ("section", "line", "stale"),
    [
        ("redaction", "lowest_score = 0.4", ["redact"]),
        ("attribution", "longest_pause_ms = 900", ["read_document"]),
        ("study", 'title = "Another title"', []),
        ("diarisation", "most_speakers = 3", []),
    ],
)
def test_a_setting_makes_stale_what_it_matters_to_and_nothing_else(
    work: StudyWork, configs: Path, tmp_path: Path, section: str, line: str, stale: list[str]
) -> None:
    (configs / "studies" / "diaries.toml").write_text(f"[{section}]\n{line}\n", encoding="utf-8")
    changed = open_work(tmp_path)
    interview = changed.interview("P01")
    again = [stage for stage in ("read_document", "redact") if do_step(changed, stage, interview)[1]]
    assert again == stale


def test_a_new_name_in_the_roster_redacts_and_checks_again(work: StudyWork, tmp_path: Path) -> None:
    (work.folder.identifiable / "roster.csv").write_text("category,name\norganisation,Good Year\n", encoding="utf-8")
    changed = open_work(tmp_path)
    assert not is_current(changed, changed.interview("P01"))
    assert do_step(changed, "redact", changed.interview("P01"))[1]
    assert do_step(changed, "check", changed.interview("P01"))[1]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("subtitle_phrases.toml", '"thank you"', '"thank you kindly"'),
        ("colloquy.toml", 'vad = "on"', 'vad = "off"'),
        ("colloquy.toml", "vocabulary = []", 'vocabulary = ["PWP"]'),
        ("colloquy.toml", 'language = "en"', 'language = "auto"'),
    ],
)
def test_what_guards_a_transcript_makes_it_stale(
    work: StudyWork, configs: Path, tmp_path: Path, file: str, old: str, new: str
) -> None:
    def depends_on() -> tuple[object, ...]:
        of_study = open_work(tmp_path)
        of_study.__dict__["model"] = ModelFile(tmp_path / "none.pt", "none", "0" * 64)
        return STEPS["transcribe"].depends_on(of_study, work.interview("P01"))

    before = depends_on()
    assert depends_on() == before
    text = (configs / file).read_text(encoding="utf-8")
    assert old in text
    (configs / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert depends_on() != before


def heard_in(work: StudyWork, language: str, *shares: LanguageShare) -> Interview:
    """P01 as a recording that was transcribed in these languages, with the words that its text has."""
    words = load_result(work.folder, "read_document", "P01", Attribution)
    save_result(work.folder, "attribute", "P01", words)
    transcript = Transcript((), language, 1000, EngineIdentity("scripted", "1"), languages=shares)
    digest = save_result(work.folder, "transcribe", "P01", transcript)
    save_record(work.folder, StageRecord("transcribe", "P01", "", digest, 0.0, ""))
    return replace(work.interview("P01"), kind=SourceKind.RECORDING)


ENGLISH, WELSH = LanguageShare("en", 0.9, 0.97), LanguageShare("cy", 0.1, 0.95)


def test_what_was_found_to_be_in_a_language_without_rules_is_not_redacted_nor_published(
    work: StudyWork, configs: Path, tmp_path: Path
) -> None:
    (configs / "studies" / "diaries.toml").write_text('[study]\nlanguage = "auto"\n', encoding="utf-8")
    changed = open_work(tmp_path)
    assert do_step(changed, "redact", heard_in(changed, "en", LanguageShare("en", 1.0, 0.98)))[1]
    for interview in (heard_in(changed, "en", ENGLISH, WELSH), heard_in(changed, "cy", WELSH)):
        with pytest.raises(RedactionError, match=r"in Welsh \(cy\); the rules .* are for English .*set-aside"):
            do_step(changed, "redact", interview)
    with pytest.raises(RedactionError, match="an unknown language"):
        do_step(changed, "redact", heard_in(changed, "und"))


def test_a_language_that_was_heard_though_nothing_was_written_down_in_it_stops_the_redaction_too(
    work: StudyWork, configs: Path, tmp_path: Path
) -> None:
    (configs / "studies" / "diaries.toml").write_text('[study]\nlanguage = "auto"\n', encoding="utf-8")
    changed = open_work(tmp_path)
    interview = heard_in(changed, "en", LanguageShare("en", 1.0, 0.55))
    transcript = load_result(changed.folder, "transcribe", "P01", Transcript)
    save_result(changed.folder, "transcribe", "P01", replace(transcript, also_heard=("cy",)))
    with pytest.raises(RedactionError, match=r"in Welsh \(cy\)"):
        do_step(changed, "redact", interview)


def test_a_text_in_a_study_whose_language_is_found_from_the_sound_needs_it_said(
    work: StudyWork, configs: Path, tmp_path: Path
) -> None:
    own = configs / "studies" / "diaries.toml"
    own.write_text('[study]\nlanguage = "auto"\n', encoding="utf-8")
    changed = open_work(tmp_path)
    with pytest.raises(RedactionError, match=r'study\.text_language = "en"'):
        do_step(changed, "redact", changed.interview("P01"))
    own.write_text('[study]\nlanguage = "auto"\ntext_language = "en"\n', encoding="utf-8")
    told = open_work(tmp_path)
    assert do_step(told, "redact", told.interview("P01"))[1]
    assert figures_of(told, told.interview("P01")).language == "en"
    attributed = load_result(told.folder, "read_document", "P01", Attribution)
    assert figures_of(told, told.interview("P01")).roles_by == attributed.roles_by.value != ""
    # As an earlier version left it: who said so was not noted, and is not made up.
    save_result(told.folder, "read_document", "P01", replace(attributed, source_sha256=""))
    assert figures_of(told, told.interview("P01")).roles_by == ""
    save_result(told.folder, "read_document", "P01", attributed)
    own.write_text('[study]\ntext_language = "cy"\n', encoding="utf-8")
    welsh = open_work(tmp_path)
    with pytest.raises(RedactionError, match="Welsh"):
        do_step(welsh, "redact", welsh.interview("P01"))


@pytest.mark.parametrize(("language", "error"), [("english", SettingsError), ("auto", TranscriptionError)])
def test_a_language_that_the_model_does_not_know_is_told_before_any_work(
    work: StudyWork, configs: Path, tmp_path: Path, language: str, error: type[Exception], monkeypatch: Any
) -> None:
    model = ModelFile(tmp_path / "none.pt", "small.en", "0" * 64)
    monkeypatch.setattr("flows.work.resolve_model", lambda *_: model)
    monkeypatch.setattr("flows.work.registry.refuse_unfit_model", lambda *_: None)
    assert open_work(tmp_path).model == model
    (configs / "studies" / "diaries.toml").write_text(f'[study]\nlanguage = "{language}"\n', encoding="utf-8")
    with pytest.raises(error, match=f'study.language is "{language}"'):
        _ = open_work(tmp_path).model


def test_a_result_that_vanished_is_made_again(work: StudyWork) -> None:
    (work.folder.stage("redact") / "P01.json").unlink()
    assert not is_current(work, work.interview("P01"))
    assert do_step(work, "redact", work.interview("P01"))[1]
    assert is_current(work, work.interview("P01"))


def test_publishing_is_current_until_a_result_changes(work: StudyWork, configs: Path, tmp_path: Path) -> None:
    from colloquy.domain.interview import State
    from colloquy.domain.record import InterviewState
    from colloquy.store.ledger import save_state

    save_state(work.folder, InterviewState("P01", State.DONE, "check"))
    published = publish_study(work)
    assert published.interview_count == 1
    assert published_version(work) == published.version == "v0001"
    (work.folder.identifiable / "roster.csv").write_text("category,name\norganisation,Good Year\n", encoding="utf-8")
    changed = open_work(tmp_path)
    do_step(changed, "redact", changed.interview("P01"))
    assert published_version(changed) is None
    assert publish_study(changed).version == "v0002"
    record = read_record(changed.folder, "publish", "_study")
    assert record is not None


def test_a_name_that_a_later_interview_brings_to_light_goes_from_the_earlier_one_too(
    tmp_path: Path, configs: Path
) -> None:
    work = open_work(tmp_path)
    work.folder.inbox.mkdir(parents=True)
    earlier = "I learned a lot about listening that year. It was drumnadrochit who said so. I was glad."
    later = "I work for Drumnadrochit Medical Centre in Leeds. I listen, and I ask. My name is Drumnadrochit Innes."
    (work.folder.inbox / "P01.txt").write_text(earlier, encoding="utf-8")
    (work.folder.inbox / "P02.txt").write_text(later, encoding="utf-8")
    take_in(work)
    for name in ("P01", "P02"):
        for stage in ("read_document", "redact", "check"):
            do_step(work, stage, work.interview(name))
        save_state(work.folder, state_after_checks(work, work.interview(name)))
    assert "drumnadrochit" in (work.folder.stage("redact") / "P01.json").read_text(encoding="utf-8")
    assert publish_study(work).interview_count == 2
    assert "drumnadrochit" not in (work.folder.stage("redact") / "P01.json").read_text(encoding="utf-8").casefold()
    assert published_version(work) == "v0001"
    assert all(is_current(work, work.interview(name)) for name in ("P01", "P02"))


def test_an_older_version_that_holds_a_name_learnt_later_is_told(work: StudyWork, tmp_path: Path) -> None:
    save_state(work.folder, state_after_checks(work, work.interview("P01")))
    first = publish_study(work)
    assert (first.version, first.outdated) == ("v0001", ())
    (work.folder.identifiable / "roster.csv").write_text("category,name\nplace,Zorgwold\n", encoding="utf-8")
    later = open_work(tmp_path)
    for stage in ("redact", "check"):
        do_step(later, stage, later.interview("P01"))
    second = publish_study(later)
    assert (second.version, second.outdated) == ("v0002", ("v0001",))
    assert outdated_versions(later, "v0002") == ("v0001",)  # and again, until somebody deletes it
    shutil.rmtree(later.folder.dataset / "v0001")
    assert outdated_versions(later, "v0002") == ()


def test_the_vocabulary_is_not_published_with_the_settings(work: StudyWork, configs: Path, tmp_path: Path) -> None:
    text = '[transcription]\nvocabulary = ["Ravenscroft Trust", "Wexcombe"]\n'
    (configs / "studies" / "diaries.toml").write_text(text, encoding="utf-8")
    changed = open_work(tmp_path)
    save_state(changed.folder, InterviewState("P01", State.DONE, "check"))
    assert publish_study(changed).version == "v0001"
    files = [path for path in changed.folder.shareable.rglob("*") if path.is_file()]
    assert any(path.name == "provenance.json" for path in files)
    assert [
        path.name for path in files if b"Ravenscroft" in path.read_bytes() or b"Wexcombe" in path.read_bytes()
    ] == []


def test_the_report_says_why_while_nothing_has_passed(work: StudyWork, tmp_path: Path) -> None:
    state = state_after_checks(work, work.interview("P01"))
    save_state(work.folder, replace(state, state=State.FAILED, stage="redact", reason="The rules are missing."))
    assert publish_study(work).interview_count == 0
    report = work.folder.reports / "diaries-unpublished.html"
    assert "The rules are missing." in report.read_text(encoding="utf-8")
    save_state(work.folder, state)
    assert publish_study(work).interview_count == 1
    assert not report.exists()


def test_a_second_redaction_that_fails_is_neither_published_nor_taken_for_current(
    work: StudyWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_state(work.folder, state_after_checks(work, work.interview("P01")))

    def fail(*_: object) -> RedactedInterview:
        raise RedactionError("redaction: a detector broke off.")

    with monkeypatch.context() as patch:
        patch.setattr("flows.steps.knows_more", lambda *_: True)
        patch.setattr("flows.steps.redact", fail)
        assert publish_study(work).interview_count == 0
    state = read_state(work.folder, "P01")
    assert state is not None
    assert (state.state, state.stage, state.reason) == (State.FAILED, "redact", "redaction: a detector broke off.")
    assert not is_current(work, work.interview("P01"))


def test_an_interview_that_failed_under_another_setting_is_work_though_all_its_results_are_current(
    work: StudyWork,
) -> None:
    from colloquy.cli.running import _current_version

    save_state(work.folder, InterviewState("P01", State.DONE, "check"))
    assert publish_study(work).version == "v0001"
    assert _current_version(work) == "v0001"
    save_state(work.folder, InterviewState("P01", State.FAILED, "transcribe", "The vocabulary was too long."))
    assert is_current(work, work.interview("P01"))
    assert _current_version(work) is None
