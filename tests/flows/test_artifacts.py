"""What the Prefect UI says of an interview and of the study."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from colloquy.domain.interview import State
from colloquy.domain.language import LanguageShare
from colloquy.domain.record import InterviewState, StageRecord
from colloquy.domain.suspect_passage import Coverage, SuspectPassage, Suspicion
from colloquy.store import reading
from colloquy.store.folders import DataFolder
from colloquy.store.reading import noted_reading
from flows import artifacts
from flows.artifacts import NEXT, Quality, interview_card, study_table
from flows.work import StudyWork

DONE = InterviewState("P01", State.DONE, "check", "", 90_000, 2, 210, 4, 38, 38, "passed")
FAILED = InterviewState("P02", State.FAILED, "transcribe", "The file is empty.")


def test_a_card_says_what_is_done_where_and_how_good_the_sound_is() -> None:
    record = StageRecord("transcribe", "P01", "", "", 12.34, "openai-whisper 20250625")
    card = interview_card(DONE, (record,), Quality("cpu", 41.6, 0.83, is_truncated=False))
    assert card.startswith("# P01: passed\n")
    assert "Nothing to do." in card
    for line in (
        "| Minutes | 1.5 |",
        "| Transcribed on | cpu |",
        "| Signal to noise | 42 dB |",
        "| Checks passed | 38 of 38 |",
    ):
        assert line in card
    assert "| transcribe | 12.3 | openai-whisper 20250625 |" in card
    assert "breaks off" not in card
    assert "breaks off" in interview_card(DONE, (), Quality("cpu", 41.6, 0.83, is_truncated=True))


@pytest.mark.parametrize("state", State)
def test_a_card_says_what_every_state_asks_for(state: State) -> None:
    assert NEXT[state] in interview_card(InterviewState("P01", state), (), None)


def test_a_card_says_how_much_was_read_and_where_to_listen() -> None:
    passages = tuple(SuspectPassage(at * 60_000, at * 60_000 + 900, (Suspicion.LOOP,)) for at in range(1, 8))
    quality = Quality("cpu", 41.6, 0.83, False, (), Coverage(0.91, 0.995, 0.9), passages)
    card = interview_card(DONE, (), quality)
    assert "| Read | 99.5% of the speech, 91.0% of the recording |" in card
    assert "7 passages that may be invented, at 00:01:00, 00:02:00, 00:03:00, 00:04:00, 00:05:00 and 2 more" in card
    assert "1 passage that may be invented, at 00:01:00 |" in interview_card(
        DONE, (), replace(quality, passages=passages[:1])
    )
    assert "invented" not in interview_card(DONE, (), replace(quality, passages=()))


def test_a_card_says_which_languages_were_found_and_nothing_where_one_was_set() -> None:
    shares = (LanguageShare("en", 0.88, 0.97), LanguageShare("cy", 0.12, 0.95))
    card = interview_card(DONE, (), Quality("cpu", 41.6, 0.83, is_truncated=False, languages=shares))
    assert "| Languages found | English (en) 88%, Welsh (cy) 12% |" in card
    assert "Languages" not in interview_card(DONE, (), Quality("cpu", 41.6, 0.83, is_truncated=False))


def test_a_card_says_what_is_unusual_about_the_sound() -> None:
    quality = Quality("cpu", 41.6, 0.83, False, sound_notes=("Recorded very quietly.", "One channel is silent."))
    assert "| Sound | Recorded very quietly. One channel is silent. |" in interview_card(DONE, (), quality)
    assert "| Sound |" not in interview_card(DONE, (), replace(quality, sound_notes=()))


def test_a_card_says_what_was_done_otherwise_than_asked() -> None:
    quality = Quality("cpu", 41.6, 0.83, False, ("The GPU failed: the rest was done on the processor.",))
    card = interview_card(DONE, (), quality)
    assert "| Otherwise than asked | The GPU failed: the rest was done on the processor. |" in card
    assert "Otherwise" not in interview_card(DONE, (), replace(quality, fallbacks=()))


def test_a_card_says_with_which_numbers_it_was_transcribed() -> None:
    quality = Quality("cuda", 41.6, 0.83, is_truncated=False, precision="float16")
    assert "| Transcribed on | cuda, float16 |" in interview_card(DONE, (), quality)


def test_a_card_of_a_failure_gives_the_reason_and_no_empty_figures() -> None:
    card = interview_card(FAILED, (), None)
    assert "> The file is empty." in card
    assert "mended" in card
    assert "Minutes" not in card


@pytest.mark.parametrize("state", list(State))
def test_every_state_tells_its_reader_what_to_do(state: State) -> None:
    assert interview_card(InterviewState("P01", state), (), None).splitlines()[2].endswith((".", "below."))


def test_the_table_has_a_row_an_interview_and_a_column_a_stage() -> None:
    running = InterviewState("P03", State.RUNNING, "diarise")
    rows = study_table(
        (DONE, FAILED, running), {"P01": ("prepare", "transcribe"), "P02": ("prepare",), "P03": ("prepare",)}
    )
    assert [row["state"] for row in rows] == ["passed", "failed", "running"]
    assert (rows[0]["prepare"], rows[0]["transcribe"], rows[0]["diarise"]) == ("done", "done", "")
    assert (rows[1]["transcribe"], rows[1]["why"]) == ("failed", "The file is empty.")
    assert (rows[2]["diarise"], rows[2]["transcribe"]) == ("running", "")


def test_a_bar_beside_a_long_transcription_shows_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[float] = []
    changed: list[tuple[float, str]] = []

    def create(progress: float, *, key: str, description: str) -> str:
        assert key == "hubs-p07-reading"
        made.append(progress)
        return description

    def update(_: str, *, progress: float, description: str) -> None:
        changed.append((progress, description))

    monkeypatch.setattr(artifacts, "SHOW_EVERY_S", 0.05)
    monkeypatch.setattr(artifacts, "create_progress_artifact", create)
    monkeypatch.setattr(artifacts, "update_progress_artifact", update)
    monkeypatch.setattr(reading, "NOTE_EVERY_S", 0.0)
    work = StudyWork(DataFolder(tmp_path), "hubs")
    with artifacts.reading_shown(work, "P07"):
        pass
    assert (made, changed) == ([], [])  # it was over before anybody looked
    with artifacts.reading_shown(work, "P07"), noted_reading(work.folder, "P07") as begin:
        heard = begin(40_000)
        for _ in range(2):
            heard(10_000)
            time.sleep(0.3)
        begin(8_000)(2_000)
        time.sleep(0.3)
    assert made == [25.0]
    assert (25.0, "P07: second reading: 2 of 8 s") in changed
    assert (50.0, "P07: 20 of 40 s") in changed
    assert changed[-1] == (100.0, "P07: read")
