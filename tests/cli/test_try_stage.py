from __future__ import annotations

import json
import re
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from colloquy.cli.try_stage import _print_turns, rttm_lines
from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.diarisation import Diarisation, Overlap, Turn
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.language import DetectedLanguages
from colloquy.domain.transcript import Transcript, Word
from colloquy.engines import model_fit, registry
from colloquy.protocols import Heard, unheard
from colloquy.store import models as store

ENGINE = EngineIdentity("scripted", "1", "little")
DEMO_RECORDING = Path(__file__).resolve().parents[2] / "data" / "demo" / "inbox" / "P01.wav"
DEMO_MODEL = DEMO_RECORDING.parents[1] / "model" / "demo-en.pt"
SECONDS = 20
RTTM_LINE = re.compile(r"SPEAKER recording 1 \d+\.\d{3} \d+\.\d{3} <NA> <NA> S\d+ <NA> <NA>")


class ScriptedTranscriber:
    identity = ENGINE
    language = "en"

    def transcribe(
        self, audio: AudioSamples, windows: tuple[Region, ...], heard: Heard = unheard, **asked: Any
    ) -> Transcript:
        sys.stdout.write("a library that talks on standard output\n")
        words = (Word("Café,", 100, 400, 0.5), Word("yes.", 500, 900, 0.9))
        return Transcript(words, "en", audio.duration_ms, ENGINE)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The first seconds of a demo interview."""
    path = tmp_path_factory.mktemp("recordings") / "short.wav"
    with wave.open(str(DEMO_RECORDING)) as source, wave.open(str(path), "wb") as target:
        target.setparams(source.getparams())
        target.writeframes(source.readframes(SECONDS * source.getframerate()))
    return str(path)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch, data: Path) -> list[Path]:
    """A transcriber with known words; gives the models it was made with. The store holds no demo and no model."""
    made: list[Path] = []

    def make(settings: object, model: Path, language: str) -> ScriptedTranscriber:
        made.append(model)
        return ScriptedTranscriber()

    monkeypatch.setattr(registry, "make_transcriber", make)
    monkeypatch.setattr(registry, "refuse_too_big", lambda *_: None)
    monkeypatch.setattr(store, "DEMO_CHECKPOINT", Path("demo") / "model" / "here-only.pt")
    return made


@pytest.fixture
def model(data: Path) -> Path:
    path = data / "models" / "little.pt"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"w")
    return path


def test_a_file_that_is_no_model_is_told_before_the_recording_is_read(
    call: Callable[..., Any], recording: str, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "make_voice_activity_detector", lambda _: pytest.fail("the recording was read"))
    result = call("try", "transcribe", recording, "--model", "little")
    assert result.exit_code == 1
    assert "not a Whisper checkpoint" in result.stderr


def test_a_model_that_does_not_fit_is_told_before_the_recording_is_read(
    call: Callable[..., Any], recording: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "make_voice_activity_detector", lambda _: pytest.fail("the recording was read"))
    monkeypatch.setattr(model_fit, "memory_of", lambda _: model_fit.Memory(40, 60))
    result = call("try", "transcribe", recording, "--model", str(DEMO_MODEL))
    assert result.exit_code == 1
    assert "needs about" in result.stderr
    assert "of 0.1 GB are free" in result.stderr


def test_transcribe_as_json_is_nothing_but_the_agreed_json(
    call: Callable[..., Any], recording: str, scripted: list[Path], model: Path
) -> None:
    result = call("try", "transcribe", recording, "--json", "--model", "little")
    assert result.exit_code == 0, result.stderr
    shown = json.loads(result.stdout)
    assert list(shown) == ["engine", "language", "duration_ms", "words"]
    assert shown["engine"] == "scripted 1 little"
    assert shown["words"][0] == {"text": "Café,", "start_ms": 100, "end_ms": 400, "confidence": 0.5}
    assert "talks on standard output" in result.stderr
    assert scripted == [model]


def test_transcribe_for_a_person_is_the_text(
    call: Callable[..., Any], recording: str, scripted: list[Path], model: Path
) -> None:
    assert call("try", "transcribe", recording).stdout == "Café, yes.\n"


def test_a_model_is_taken_by_path(
    call: Callable[..., Any], recording: str, scripted: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "own.pt").write_bytes(b"w")
    assert call("try", "transcribe", recording, "--model", str(tmp_path / "own.pt")).exit_code == 0
    assert scripted == [tmp_path / "own.pt"]


def test_without_a_model_the_demos_is_used_with_a_warning(
    call: Callable[..., Any], recording: str, scripted: list[Path], data: Path
) -> None:
    demo = data / "demo" / "model" / "here-only.pt"
    demo.parent.mkdir(parents=True)
    demo.write_bytes(b"w")
    demo.with_suffix(".json").write_text(json.dumps({"name": "colloquy-demo-en", "is_demo": True, "sha256": "ab"}))
    result = call("try", "transcribe", recording, "--json")
    assert scripted == [demo]
    assert "Only the demo checkpoint is used" in result.stderr
    assert json.loads(result.stdout)["words"]


def test_languages_that_were_found_are_told_beside_the_text(
    call: Callable[..., Any], recording: str, scripted: list[Path], model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def detect(_: object, audio: AudioSamples, windows: tuple[Region, ...]) -> DetectedLanguages:
        return DetectedLanguages(tuple({"cy": 0.9, "en": 0.1} for _ in windows))

    monkeypatch.setattr(ScriptedTranscriber, "language", "auto")
    monkeypatch.setattr(ScriptedTranscriber, "detect_languages", detect, raising=False)
    result = call("try", "transcribe", recording, "--json")
    assert json.loads(result.stdout)["language"] == "cy"
    assert "Found from the sound: Welsh (cy) 100%." in result.stderr


def test_an_unknown_language_is_told_before_any_work(
    call: Callable[..., Any], recording: str, scripted: list[Path], model: Path, tmp_path: Path
) -> None:
    path = tmp_path / "configs" / "colloquy.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('language = "en"', 'language = "welsh"', 1), "utf-8")
    result = call("try", "transcribe", recording)
    assert result.exit_code == 1
    assert 'Did you mean "cy" (Welsh)?' in result.stderr
    assert scripted == []


def test_without_any_model_at_all_the_way_to_one_is_told(
    call: Callable[..., Any], recording: str, scripted: list[Path]
) -> None:
    result = call("try", "transcribe", recording)
    assert result.exit_code == 1
    assert "colloquy models fetch small.en" in result.stderr
    assert result.stdout == ""


def test_diarise_as_rttm_is_rttm_and_nothing_else(call: Callable[..., Any], recording: str) -> None:
    result = call("try", "diarise", recording, "--speakers", "2", "--rttm")
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines
    assert all(RTTM_LINE.fullmatch(line) for line in lines)
    assert "S2" in result.stdout


def test_the_file_id_of_rttm_is_chosen_by_the_caller_and_never_the_files_name(
    call: Callable[..., Any], recording: str
) -> None:
    result = call("try", "diarise", recording, "--rttm", "--uri", "P04")
    assert {line.split()[1] for line in result.stdout.splitlines()} == {"P04"}
    assert call("try", "diarise", recording, "--rttm", "--uri", "two words").exit_code == 2


def test_an_unknown_engine_is_answered_with_the_known_ones(call: Callable[..., Any], recording: str) -> None:
    result = call("try", "diarise", recording, "--engine", "embeded")
    assert result.exit_code == 1
    assert 'Did you mean "embedded"?' in result.stderr


def test_a_file_without_sound_is_one_sentence(call: Callable[..., Any], tmp_path: Path) -> None:
    broken = tmp_path / "Anna Novak.wav"
    broken.write_bytes(b"no sound at all")
    result = call("try", "diarise", str(broken), "--rttm")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Novak" not in result.stderr


def test_how_much_of_a_recording_that_breaks_off_is_there_is_said(
    call: Callable[..., Any], recording: str, tmp_path: Path
) -> None:
    content = bytearray(Path(recording).read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = (600 * 16_000 * 2).to_bytes(4, "little")  # ten minutes of 16 bits at 16 kHz
    (tmp_path / "a.wav").write_bytes(content)
    result = call("try", "diarise", str(tmp_path / "a.wav"), "--rttm")
    assert result.exit_code == 0, result.stderr
    assert f"00:00:{SECONDS:02d} is there, and its own header says 00:10:00" in result.stderr
    assert "header" not in call("try", "diarise", recording, "--rttm").stderr


def test_trying_stores_nothing(call: Callable[..., Any], recording: str, data: Path) -> None:
    call("try", "diarise", recording, "--rttm")
    assert not data.exists()


def test_overlaps_are_lines_of_each_voice_and_no_moment_of_a_voice_counts_twice() -> None:
    diarisation = Diarisation(
        (Turn(0, 2000, "S1"), Turn(2000, 3000, "S2")), (Overlap(1500, 2000, ("S1", "S2")),), ENGINE
    )
    assert rttm_lines(diarisation, "x") == (
        "SPEAKER x 1 0.000 2.000 <NA> <NA> S1 <NA> <NA>",
        "SPEAKER x 1 1.500 1.500 <NA> <NA> S2 <NA> <NA>",
    )


@pytest.mark.parametrize(("count", "told"), [(1, "1 speaker, 1 overlap\n"), (2, "2 speakers, 0 overlaps\n")])
def test_one_speaker_is_not_called_speakers(count: int, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    turns = tuple(Turn(number * 1000, number * 1000 + 900, f"S{number + 1}") for number in range(count))
    overlaps = (Overlap(100, 200, ("S1", "S1")),) if count == 1 else ()
    _print_turns(Diarisation(turns, overlaps, ENGINE))
    assert capsys.readouterr().out.endswith(told)


TEXT = "From the café I rang Anna Novak on 07700 900123.\r\nAnna was out 🙂 and Anna Novak rang back."


def test_redact_as_json_gives_spans_of_the_input_in_code_points(call: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(TEXT.encode())
    result = call("try", "redact", str(path), "--json")
    assert result.exit_code == 0, result.stderr
    shown = json.loads(result.stdout)
    assert list(shown) == ["text", "spans"]
    assert list(shown["spans"][0]) == ["start", "end", "category", "placeholder", "source", "score"]
    found = {(TEXT[span["start"] : span["end"]], span["category"]) for span in shown["spans"]}
    assert ("Anna Novak", "Person") in found
    assert ("07700 900123", "phone number") in found
    rebuilt, at = "", 0
    for span in shown["spans"]:
        rebuilt += TEXT[at : span["start"]] + span["placeholder"]
        at = span["end"]
    assert rebuilt + TEXT[at:] == shown["text"]


def test_redact_reads_standard_input_and_prints_the_redacted_text_alone(call: Callable[..., Any], data: Path) -> None:
    result = call("try", "redact", "-", input=TEXT.encode())
    assert result.exit_code == 0, result.stderr
    assert "Novak" not in result.stdout
    assert "Novak" not in result.stderr
    assert "[Person 1]" in result.stdout
    assert "From the café I rang" in result.stdout
    assert not data.exists()


def test_the_names_of_a_study_are_replaced_where_that_study_is_named(call: Callable[..., Any], data: Path) -> None:
    private = data / "identifiable" / "hubs"
    private.mkdir(parents=True, mode=0o700)
    (private / "roster.csv").write_text("category,name,other_names\norganisation,Blue Kettle,\n")
    text = b"we met at the blue kettle again"
    assert "blue kettle" in call("try", "redact", "-", input=text).stdout
    assert "blue kettle" not in call("try", "redact", "-", "--study", "hubs", input=text).stdout
    assert "no such study" in call("try", "redact", "-", "--study", "nubs", input=text).stderr


def test_a_file_that_is_no_text_is_one_sentence(call: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(b"\x00\x01" * 50)
    result = call("try", "redact", str(tmp_path / "x.txt"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "not text" in result.stderr
