"""Interviews of several files, from the inbox through the stages that see the files."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import resample_poly

from colloquy.domain.diarisation import Diarisation
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.interview import SourceKind, State
from colloquy.domain.record import InterviewState
from colloquy.domain.redaction import RedactedInterview
from colloquy.domain.transcript import Transcript
from colloquy.domain.utterance import AttributedWord, Attribution, Role, Utterance
from colloquy.engines.av_decoder import decode
from colloquy.errors import AudioUnreadableError, DocumentUnreadableError
from colloquy.settings import configs_folder
from colloquy.store import ledger
from colloquy.store.folders import DataFolder
from colloquy.store.results import load_prepared, load_result, save_result
from colloquy.store.set_aside import put_aside
from flows import tasks
from flows.guard import Caught, guarded
from flows.night import Plan
from flows.publishing import publish_study
from flows.steps import STEPS, VERSIONS, do_step
from flows.work import StudyWork
from tests.source_files import vtt

DEMO = configs_folder().parent / "data" / "demo" / "inbox" / "P04.wav"
RATE_HZ = 16_000


@pytest.fixture
def work(tmp_path: Path) -> StudyWork:
    work = StudyWork(DataFolder(tmp_path), "hubs")
    work.folder.inbox.mkdir(parents=True)
    work.settings = work.settings.model_copy(update={"inbox": work.settings.inbox.model_copy(update={"settle_s": 0.0})})
    return work


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    mono: np.ndarray = decode(DEMO).audio.mono()[: 20 * RATE_HZ]
    return mono


def drop(work: StudyWork, name: str, samples: np.ndarray, rate_hz: int = RATE_HZ) -> Path:
    path = work.folder.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate_hz, 0, "NONE", ""))
        file.writeframes(np.round(samples * 32767).astype(np.int16).tobytes())
    return path


def test_pieces_are_prepared_as_one_recording_and_a_later_one_does_it_again(
    work: StudyWork, speech: np.ndarray
) -> None:
    drop(work, "P07 part 1.wav", speech[: 8 * RATE_HZ])
    work.admit()
    do_step(work, "prepare", work.interview("P07"))
    drop(work, "P07 part 2.wav", speech[8 * RATE_HZ :])
    work.admit()
    _, was_done = do_step(work, "prepare", work.interview("P07"))
    assert was_done
    assert not do_step(work, "prepare", work.interview("P07"))[1]
    prepared = load_prepared(work.folder, "P07")
    assert prepared.quality.duration_ms == 20_000
    assert np.allclose(prepared.audio.mono(), speech, atol=1e-4)


def test_the_fingerprint_of_a_single_file_is_made_from_the_files_digest(work: StudyWork, speech: np.ndarray) -> None:
    drop(work, "P07.wav", speech)
    work.admit()
    interview = work.interview("P07")
    do_step(work, "prepare", interview)
    record = ledger.read_record(work.folder, "prepare", "P07")
    assert record is not None
    depends_on = STEPS["prepare"].depends_on(work, interview)
    assert record.fingerprint == ledger.fingerprint(
        "prepare", VERSIONS["prepare"], interview.files[0].sha256, [], *depends_on
    )
    # Without a companion the redaction depends on rules, the two languages, names and detectors alone.
    assert len(STEPS["redact"].depends_on(work, interview)) == 5


def test_one_file_a_speaker_becomes_one_channel_a_voice(work: StudyWork, speech: np.ndarray) -> None:
    first, second = speech.copy(), speech.copy()
    first[10 * RATE_HZ :] = 0
    second[: 10 * RATE_HZ] = 0
    drop(work, "P07/INT.wav", first)
    drop(work, "P07/P07.wav", second[: -RATE_HZ // 2])
    work.admit()
    interview = work.interview("P07")
    do_step(work, "prepare", interview)
    assert load_prepared(work.folder, "P07").audio.samples.shape == (2, 20 * RATE_HZ)
    assert work.diariser_for(interview).identity.name == "channels"


def test_speakers_files_of_other_rates_and_lengths_lie_beside_each_other(work: StudyWork, speech: np.ndarray) -> None:
    half = 10 * RATE_HZ
    earlier = np.concatenate([speech[:half], np.zeros(half - RATE_HZ // 2, np.float32)])
    drop(work, "P07/INT.wav", np.repeat(earlier, 3), 48_000)
    later = np.concatenate([np.zeros(half, np.float32), speech[half:]])
    drop(work, "P07/P07.wav", resample_poly(later, 1, 2), 8_000)
    work.admit()
    interview = work.interview("P07")
    do_step(work, "prepare", interview)
    prepared = load_prepared(work.folder, "P07")
    assert prepared.audio.samples.shape == pytest.approx((2, 2 * half), abs=100)
    assert prepared.quality.source_rate_hz == 8_000
    do_step(work, "diarise", interview)
    turns = load_result(work.folder, "diarise", "P07", Diarisation).turns
    assert {turn.speaker for turn in turns if turn.end_ms < 9_900} == {"S1"}
    assert {turn.speaker for turn in turns if turn.start_ms > 10_100} == {"S2"}


def test_a_piece_that_cannot_be_read_is_told_by_its_place(work: StudyWork, speech: np.ndarray) -> None:
    drop(work, "P07 Anna part 1.wav", speech)
    (work.folder.inbox / "P07 Anna part 2.wav").write_bytes(b"no recording")
    work.admit()
    with pytest.raises(
        AudioUnreadableError, match=r"^File 2 of 2, in the order of files.csv: The file cannot"
    ) as caught:
        do_step(work, "prepare", work.interview("P07"))
    assert "Anna" not in str(caught.value)


def said(text: str) -> Attribution:
    words = tuple(AttributedWord(word, 100 * at, 100 * at + 80, 0.9, "P07") for at, word in enumerate(text.split()))
    return Attribution((Utterance("P07-u0001", "P07", Role.PARTICIPANT, words, 0, words[-1].end_ms),), ())


def save_words(work: StudyWork, text: str) -> None:
    """As the stages before the redaction leave them."""
    save_result(work.folder, "transcribe", "P07", Transcript((), "en", 20_000, EngineIdentity("scripted", "1")))
    save_result(work.folder, "attribute", "P07", said(text))


def redact(work: StudyWork) -> str:
    do_step(work, "redact", work.interview("P07"))
    redacted = load_result(work.folder, "redact", "P07", RedactedInterview)
    return " ".join(utterance.text for utterance in redacted.utterances)


def test_names_of_a_companions_speakers_are_known_and_nothing_but_the_redaction_is_done_again(
    work: StudyWork, speech: np.ndarray
) -> None:
    redaction = work.settings.redaction.model_copy(update={"detectors": ("roster",)})
    work.settings = work.settings.model_copy(update={"redaction": redaction})
    drop(work, "P07.wav", speech)
    work.admit()
    do_step(work, "prepare", work.interview("P07"))
    save_words(work, "I learned to ask people in zorgwold what they need.")
    assert "zorgwold" in redact(work)
    captions = vtt("<v Zorgwold Drumna>Hello.</v>", "<v P07>Hello.</v>")
    (work.folder.inbox / "P07.vtt").write_text(captions, encoding="utf-8")
    work.admit()
    interview = work.interview("P07")
    assert (list(work.interviews), interview.kind) == (["P07"], SourceKind.RECORDING)
    assert work.companion_names(interview) == ("Zorgwold Drumna",)
    assert not do_step(work, "prepare", interview)[1]
    text = redact(work)
    assert "zorgwold" not in text
    assert "Hello" not in text


def test_a_companion_that_cannot_be_read_any_more_stops_the_redaction(work: StudyWork, speech: np.ndarray) -> None:
    drop(work, "P07.wav", speech)
    (work.folder.inbox / "P07.vtt").write_text(vtt("<v Anna Novak>Hello.</v>"), encoding="utf-8")
    work.admit()
    save_words(work, "hello")

    def refuse(*_: object) -> None:
        raise DocumentUnreadableError("captions: damaged.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("colloquy.engines.web_vtt.WebVttReader.read", refuse)
        with pytest.raises(DocumentUnreadableError):
            do_step(work, "redact", work.interview("P07"))


def test_a_good_file_takes_the_place_of_garbage_and_begins_at_its_first_stage(
    work: StudyWork, speech: np.ndarray
) -> None:
    (work.folder.inbox / "P03.wav").write_bytes(b"no recording")
    work.admit()
    failed = guarded(work.data, lambda: do_step(work, "prepare", work.interview("P03")))
    assert isinstance(failed, Caught)
    state = InterviewState("P03", State.FAILED, "prepare", failed.reason, error=failed.error)
    ledger.save_state(work.folder, state)
    assert list(Plan(work, is_night=False).left) == ["P03"]
    drop(work, "P03 good.wav", speech)
    work.admit()
    assert list(work.interviews) == ["P03"]
    assert do_step(work, "prepare", work.interview("P03"))[1]
    assert load_prepared(work.folder, "P03").quality.duration_ms == 20_000


def test_what_is_set_aside_is_no_work_and_keeps_nothing_red(work: StudyWork, speech: np.ndarray) -> None:
    drop(work, "P03.wav", speech[:RATE_HZ])
    drop(work, "P04.wav", speech)
    work.admit()
    for name in ("P03", "P04"):
        ledger.save_state(work.folder, InterviewState(name, State.FAILED, "prepare", "Nobody speaks."))
    put_aside(work.folder, "P03")
    assert Plan(work, is_night=False).left == ("P04",)
    put_aside(work.folder, "P04")
    assert publish_study(work).interview_count == 0
    assert {state.state for state in ledger.read_states(work.folder)} == {State.SET_ASIDE}


def test_why_it_failed_is_kept_and_what_is_set_aside_is_not_given_out(
    work: StudyWork, speech: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLOQUY_DATA", str(work.data.root))
    tasks.begin_run()
    for name in ("P03.wav", "P04.wav"):
        drop(work, name, speech[: RATE_HZ * int(name[2])])
    work.admit()
    tasks._note_failure("hubs", "P03", "prepare", Caught("AudioSilentError", "Nobody speaks."))
    state = ledger.read_state(work.folder, "P03")
    assert state is not None
    assert (state.state, state.reason, state.error) == (State.FAILED, "Nobody speaks.", "AudioSilentError")
    assert tasks.admit_sources.fn("hubs") == ("P03", "P04")
    put_aside(work.folder, "P03")
    assert tasks.admit_sources.fn("hubs") == ("P04",)
