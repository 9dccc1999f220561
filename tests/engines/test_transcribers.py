"""One contract for every transcriber, run on the shipped demo checkpoint; then what is openai-whisper's own.

An engine that is an extra runs where it is installed, on the same weights in its own format.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from colloquy.domain.audio import AudioSamples, Region
from colloquy.engines import registry
from colloquy.engines.av_decoder import decode
from colloquy.errors import (
    ExtraMissingError,
    ModelDamagedError,
    ModelMissingError,
    ModelRefusedError,
    SettingsError,
    TranscriptionError,
    UnknownEngineError,
)
from colloquy.inspect.word_error import WordErrors, count_word_errors
from colloquy.protocols import Transcriber
from colloquy.settings import TranscriptionSettings, load_settings
from colloquy.stages.transcribe import plan_windows
from colloquy.store.model_files import copy_model, hash_model
from tests.ctranslate2_model import convert
from tests.tiny_whisper import save_tiny_whisper

ROOT = Path(__file__).resolve().parents[2]
CHECKPOINT = ROOT / "data" / "demo" / "model" / "demo-en.pt"
UNSEEN = ROOT / "tests" / "golden" / "transcribe"
SETTINGS = load_settings().transcription.model_copy(update={"device": "cpu"})


VOCABULARY = ("PWP", "IAPT", "PHQ-9", "Exampleton Trust")
WINDOWS = (Region(500, 8_000), Region(9_000, 16_000), Region(16_000, 23_500))


def make(
    engine: str = "openai-whisper", model: Path = CHECKPOINT, language: str = "en", vocabulary: tuple[str, ...] = ()
) -> Transcriber:
    settings: TranscriptionSettings = SETTINGS.model_copy(update={"engine": engine, "vocabulary": vocabulary})
    return registry.make_transcriber(settings, model, language)


@pytest.fixture(scope="module", params=sorted(registry.TRANSCRIBERS))
def chosen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """An engine's name, and the demo's weights as it reads them."""
    name: str = request.param
    if not registry.has_extra(name):
        pytest.skip(f"{name} is not installed: pip install 'colloquy[{name}]'")
    return name, as_read_by(name, CHECKPOINT, tmp_path_factory.mktemp("models"))


def as_read_by(engine: str, checkpoint: Path, folder: Path) -> Path:
    return convert(checkpoint, folder / checkpoint.stem) if engine in registry.READS_FOLDERS else checkpoint


@pytest.fixture(scope="module")
def multilingual(chosen: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Random weights of a tiny shape that knows 99 languages."""
    folder = tmp_path_factory.mktemp("multilingual")
    return chosen[0], as_read_by(chosen[0], save_tiny_whisper(folder / "tiny.pt"), folder)


@pytest.fixture(scope="module")
def engine(chosen: tuple[str, Path]) -> Transcriber:
    return make(*chosen)


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


def test_the_transcript_names_engine_model_digest_and_device(
    engine: Transcriber, chosen: tuple[str, Path], call: AudioSamples
) -> None:
    identity = engine.transcribe(call, ()).engine
    assert (identity.name, identity.model, identity.device) == (chosen[0], "demo-en", "cpu")
    assert identity.version == version(registry.DISTRIBUTIONS[chosen[0]])
    assert identity.model_digest == hash_model(chosen[1])


def test_a_models_own_file_name_is_not_told(chosen: tuple[str, Path], tmp_path: Path) -> None:
    name, model = chosen
    path = tmp_path / f"Niamh Byrne tuned{model.suffix}"
    copy_model(model, path)
    identity = make(name, path).identity
    assert "Niamh" not in repr(identity)
    assert identity.model == f"custom-{identity.model_digest[:12]}"


def test_the_same_sound_gives_the_same_words(engine: Transcriber, call: AudioSamples) -> None:
    windows = (Region(500, 8_000),)
    assert engine.transcribe(call, windows) == engine.transcribe(call, windows)


def test_windows_read_together_or_one_by_one_give_the_same_words(
    engine: Transcriber, chosen: tuple[str, Path], call: AudioSamples
) -> None:
    windows = (Region(500, 8_000), Region(9_000, 16_000))
    settings = SETTINGS.model_copy(update={"engine": chosen[0], "batch_size": 1})
    one_by_one = registry.make_transcriber(settings, chosen[1], "en")
    together = [word.text for word in engine.transcribe(call, windows).words]
    assert [word.text for word in one_by_one.transcribe(call, windows).words] == together


def test_a_missing_model_says_how_to_get_one(chosen: tuple[str, Path], tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="colloquy models fetch"):
        make(chosen[0], tmp_path / "absent.pt")


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", CHECKPOINT.read_bytes()[:5000]])
def test_a_damaged_model_says_so_before_any_work(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.pt"
    path.write_bytes(content)
    with pytest.raises(ModelDamagedError, match="damaged or not a Whisper checkpoint"):
        make(model=path)


@pytest.mark.parametrize("language", ["de", "auto"])
def test_an_english_model_refuses_another_language(chosen: tuple[str, Path], call: AudioSamples, language: str) -> None:
    with pytest.raises(TranscriptionError, match="knows English alone"):
        make(*chosen, language=language).transcribe(call, WINDOWS, languages=("de",) * 3)
    with pytest.raises(TranscriptionError, match="knows English alone"):
        make(*chosen, language=language).detect_languages(call, WINDOWS)


@pytest.mark.parametrize(("language", "hint"), [("english", 'Did you mean "en"'), ("xx", "such as"), ("", "such as")])
def test_an_unknown_language_is_told_before_any_work(chosen: tuple[str, Path], language: str, hint: str) -> None:
    with pytest.raises(SettingsError, match=f'study.language is "{language}"; expected: .*{hint}'):
        make(*chosen, language=language)


def test_a_language_that_this_model_does_not_know_is_told(multilingual: tuple[str, Path], call: AudioSamples) -> None:
    with pytest.raises(TranscriptionError, match='"yue", and this model does not know it'):
        make(*multilingual, language="yue").transcribe(call, WINDOWS)


def test_every_language_of_every_window_has_a_probability(multilingual: tuple[str, Path], call: AudioSamples) -> None:
    engine = make(*multilingual, language="auto")
    detected = engine.detect_languages(call, WINDOWS)
    assert engine.language == "auto"
    assert detected.fallbacks == ()
    assert [len(of_window) for of_window in detected.probabilities] == [99] * 3
    for of_window in detected.probabilities:
        assert sum(of_window.values()) == pytest.approx(1, abs=1e-3)
        assert {"en", "cy"} < set(of_window)
    assert engine.detect_languages(call, ()).probabilities == ()
    # one by one, the windows are heard as together
    alone = engine.detect_languages(call, WINDOWS[1:2]).probabilities[0]
    assert alone == pytest.approx(detected.probabilities[1], abs=0.01)


def test_both_engines_hear_the_languages_that_the_library_hears(
    multilingual: tuple[str, Path], call: AudioSamples, tmp_path: Path
) -> None:
    import torch
    import whisper

    model = whisper.load_model(str(save_tiny_whisper(tmp_path / "tiny.pt")), device="cpu")
    sound = torch.from_numpy(call.cut(500, 8_000).mono())
    _, expected = model.detect_language(whisper.log_mel_spectrogram(whisper.pad_or_trim(sound)))
    (found,) = make(*multilingual, language="auto").detect_languages(call, WINDOWS[:1]).probabilities
    assert found == pytest.approx(expected, abs=0.03)  # one of them computes with 8 bits
    assert max(expected.values()) > 0.5


def test_each_window_is_read_in_its_language(multilingual: tuple[str, Path], call: AudioSamples) -> None:
    engine = make(*multilingual, language="auto")
    mixed = engine.transcribe(call, WINDOWS, languages=("en", "cy", "en")).words
    in_english = engine.transcribe(call, WINDOWS, languages=("en",) * 3).words
    in_welsh = engine.transcribe(call, WINDOWS, languages=("cy",) * 3).words
    assert mixed == (in_english[0], in_welsh[1], in_english[2])
    assert in_english[1] != in_welsh[1]
    assert make(*multilingual, language="cy").transcribe(call, WINDOWS).words == in_welsh


def test_auto_reads_nothing_in_a_language_that_nobody_gave(multilingual: tuple[str, Path], call: AudioSamples) -> None:
    with pytest.raises(TranscriptionError, match="must be found first"):
        make(*multilingual, language="auto").transcribe(call, WINDOWS)


def test_the_vocabulary_reaches_the_model_unless_it_is_kept_from_it(
    engine: Transcriber, chosen: tuple[str, Path], call: AudioSamples
) -> None:
    told = make(*chosen, vocabulary=VOCABULARY)
    assert told.transcribe(call, WINDOWS).words != engine.transcribe(call, WINDOWS).words
    assert told.transcribe(call, WINDOWS, is_prompted=False).words == engine.transcribe(call, WINDOWS).words


def test_too_long_a_vocabulary_is_told_before_any_work_without_its_terms(chosen: tuple[str, Path]) -> None:
    with pytest.raises(SettingsError, match=r"its 200 terms are \d+ tokens, and the model takes 223") as caught:
        make(*chosen, vocabulary=tuple(f"Zebediah{number}" for number in range(200)))
    assert "Zebediah" not in str(caught.value)


def test_another_engines_model_is_refused_with_the_way_out(chosen: tuple[str, Path], tmp_path: Path) -> None:
    name, model = chosen
    other = tmp_path if model.is_file() else CHECKPOINT
    with pytest.raises(ModelRefusedError, match=r"colloquy models fetch .* or set transcription\.engine"):
        make(name, other)


def test_an_unknown_engine_is_told_with_the_likely_one() -> None:
    with pytest.raises(UnknownEngineError, match='Did you mean "openai-whisper"'):
        make("openai-wisper")


def test_an_extra_that_is_missing_is_told_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.EXTRAS, "faster-whisper", ("no_such_module",))
    with pytest.raises(ExtraMissingError, match=r"pip install 'colloquy\[faster-whisper\]'"):
        make("faster-whisper", CHECKPOINT.parent)


def test_the_demo_checkpoint_knows_its_voices_in_sentences_it_never_saw(engine: Transcriber) -> None:
    """Word error rate below 10 % on pattern sentences of which none is in the training corpus word for word."""
    total = WordErrors.zero()
    for truth in sorted(UNSEEN.glob("*.json")):
        audio = decode(truth.with_suffix(".mp3")).audio
        everything = (Region(0, audio.duration_ms),)
        words = engine.transcribe(audio, plan_windows(audio, everything, 10_000)).words
        said = " ".join(json.loads(truth.read_text(encoding="utf-8"))["sentences"])
        total += count_word_errors(said, " ".join(word.text for word in words))
    assert total.reference_words > 150
    assert total.rate < 0.10


def test_word_times_are_near_the_truth(engine: Transcriber, demo_folder: Path) -> None:
    """Half of the words within 0.15 s; the truth is the synthesiser's own."""
    known = json.loads((demo_folder / "truth" / "P01.json").read_text(encoding="utf-8"))["words"]
    audio = decode(demo_folder / "inbox" / "P01.wav").audio.cut(0, 30_000)
    windows = plan_windows(audio, (Region(1_200, 8_200), Region(8_300, 19_600), Region(19_700, 29_500)), 10_000)
    heard = engine.transcribe(audio, windows).words
    said = {(word["text"].lower().strip(".,?"), word["start_ms"]) for word in known}
    off = []
    for word in heard:
        starts = [start for text, start in said if text == word.text.lower().strip(".,?")]
        near = [abs(start - word.start_ms) for start in starts if abs(start - word.start_ms) < 1500]
        off += [min(near)] if near else []
    assert len(off) > 25
    assert np.median(off) < 150
