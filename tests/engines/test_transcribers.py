"""One contract for every transcriber, run on the shipped demo checkpoint; then what is openai-whisper's own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from colloquy.domain.audio import AudioSamples, Region
from colloquy.engines import registry
from colloquy.engines.av_decoder import decode
from colloquy.errors import ModelMissingError, TranscriptionError, UnknownEngineError
from colloquy.inspect.word_error import WordErrors, count_word_errors
from colloquy.protocols import Transcriber
from colloquy.settings import TranscriptionSettings, load_settings
from colloquy.stages.transcribe import plan_windows

ROOT = Path(__file__).resolve().parents[2]
CHECKPOINT = ROOT / "data" / "demo" / "model" / "demo-en.pt"
UNSEEN = ROOT / "tests" / "golden" / "transcribe"
SETTINGS = load_settings().transcription.model_copy(update={"device": "cpu"})


def make(engine: str = "openai-whisper", model: Path = CHECKPOINT, language: str = "en") -> Transcriber:
    settings: TranscriptionSettings = SETTINGS.model_copy(update={"engine": engine})
    return registry.make_transcriber(settings, model, language)


@pytest.fixture(scope="module", params=sorted(registry.TRANSCRIBERS))
def engine(request: pytest.FixtureRequest) -> Transcriber:
    return make(request.param)


@pytest.fixture(scope="module")
def call(demo_folder: Path) -> AudioSamples:
    return decode(demo_folder / "inbox" / "P04.wav").audio.cut(0, 24_000)


def test_words_are_in_order_inside_their_windows_and_hold_no_spaces(engine: Transcriber, call: AudioSamples) -> None:
    windows = (Region(500, 8_000), Region(9_000, 16_000), Region(16_000, 23_500))
    words = engine.transcribe(call, windows).words
    assert len(words) > 20
    starts = [word.start_ms for word in words]
    assert starts == sorted(starts)
    for word in words:
        assert any(w.start_ms <= word.start_ms <= word.end_ms <= w.end_ms for w in windows)
        assert word.text == word.text.strip() != ""
        assert 0.0 <= word.confidence <= 1.0


def test_no_window_gives_no_word(engine: Transcriber, call: AudioSamples) -> None:
    transcript = engine.transcribe(call, ())
    assert (transcript.words, transcript.duration_ms, transcript.language) == ((), 24_000, "en")


def test_the_transcript_names_engine_model_digest_and_device(engine: Transcriber, call: AudioSamples) -> None:
    identity = engine.transcribe(call, ()).engine
    assert (identity.name, identity.model, identity.device) == (engine.identity.name, "demo-en", "cpu")
    card = json.loads(CHECKPOINT.with_suffix(".json").read_text())
    assert identity.model_digest == card["sha256"]


def test_a_models_own_file_name_is_not_told(tmp_path: Path) -> None:
    path = tmp_path / "Niamh Byrne tuned.pt"
    path.write_bytes(CHECKPOINT.read_bytes())
    identity = make(model=path).identity
    assert "Niamh" not in repr(identity)
    assert identity.model == f"custom-{identity.model_digest[:12]}"


def test_the_same_sound_gives_the_same_words(engine: Transcriber, call: AudioSamples) -> None:
    windows = (Region(500, 8_000),)
    assert engine.transcribe(call, windows) == engine.transcribe(call, windows)


def test_windows_read_together_or_one_by_one_give_the_same_words(call: AudioSamples) -> None:
    windows = (Region(500, 8_000), Region(9_000, 16_000))
    one_by_one = registry.make_transcriber(SETTINGS.model_copy(update={"batch_size": 1}), CHECKPOINT, "en")
    together = [word.text for word in make().transcribe(call, windows).words]
    assert [word.text for word in one_by_one.transcribe(call, windows).words] == together


def test_a_missing_model_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="colloquy models fetch"):
        make(model=tmp_path / "absent.pt")


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", CHECKPOINT.read_bytes()[:5000]])
def test_a_damaged_model_says_so(tmp_path: Path, content: bytes, call: AudioSamples) -> None:
    path = tmp_path / "broken.pt"
    path.write_bytes(content)
    with pytest.raises(ModelMissingError, match="damaged or not a Whisper checkpoint"):
        make(model=path).transcribe(call, (Region(0, 5000),))


def test_an_english_model_refuses_another_language(call: AudioSamples) -> None:
    with pytest.raises(TranscriptionError, match="knows English alone"):
        make(language="de").transcribe(call, (Region(0, 5000),))


def test_an_unknown_engine_is_told_with_the_likely_one() -> None:
    with pytest.raises(UnknownEngineError, match='Did you mean "openai-whisper"'):
        make("openai-wisper")


def test_the_demo_checkpoint_knows_its_voices_in_sentences_it_never_saw() -> None:
    """Word error rate below 10 % on pattern sentences of which none is in the training corpus word for word."""
    total = WordErrors.zero()
    transcriber = make()
    for truth in sorted(UNSEEN.glob("*.json")):
        audio = decode(truth.with_suffix(".mp3")).audio
        everything = (Region(0, audio.duration_ms),)
        words = transcriber.transcribe(audio, plan_windows(audio, everything, 10_000)).words
        said = " ".join(json.loads(truth.read_text(encoding="utf-8"))["sentences"])
        total += count_word_errors(said, " ".join(word.text for word in words))
    assert total.reference_words > 150
    assert total.rate < 0.10


def test_word_times_are_near_the_truth(demo_folder: Path) -> None:
    """Half of the words within 0.15 s; the truth is the synthesiser's own."""
    known = json.loads((demo_folder / "truth" / "P01.json").read_text(encoding="utf-8"))["words"]
    audio = decode(demo_folder / "inbox" / "P01.wav").audio.cut(0, 30_000)
    windows = plan_windows(audio, (Region(1_200, 8_200), Region(8_300, 19_600), Region(19_700, 29_500)), 10_000)
    heard = make().transcribe(audio, windows).words
    said = {(word["text"].lower().strip(".,?"), word["start_ms"]) for word in known}
    off = []
    for word in heard:
        starts = [start for text, start in said if text == word.text.lower().strip(".,?")]
        near = [abs(start - word.start_ms) for start in starts if abs(start - word.start_ms) < 1500]
        off += [min(near)] if near else []
    assert len(off) > 25
    assert np.median(off) < 150
