"""What becomes of suspicious passages, with an engine that says what its script has for a window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from colloquy.domain.audio import AudioQuality, AudioSamples, PreparedAudio, Region
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.language import DetectedLanguages
from colloquy.domain.suspect_passage import Suspicion
from colloquy.domain.transcript import Transcript, Word
from colloquy.protocols import Heard, unheard
from colloquy.settings import TranscriptionSettings, load_settings, read_subtitle_phrases
from colloquy.stages.transcribe import transcribe

SETTINGS = load_settings().transcription
PHRASES = read_subtitle_phrases()
QUALITY = AudioQuality(40_000, 1, 16_000, "pcm", -3, -20, 30, 0, 0.5, 8000, False)
LOOP = "no no no no no no no no no no"
FILLED = (
    "we met in the hub and talked for an hour about the ward and its long nights before anybody went home to eat or "
    "sleep again"
)
Script = Callable[[Region, int], str]


class Scripted:
    """Reads `script(window, reading)`, words evenly over the window; `reading` counts from 1."""

    identity = EngineIdentity("scripted", "1")
    language = "en"

    def __init__(self, script: Script) -> None:
        self.script = script
        self.readings: list[tuple[Region, ...]] = []
        self.asked: list[dict[str, Any]] = []

    def transcribe(
        self, audio: AudioSamples, windows: tuple[Region, ...], heard: Heard = unheard, **asked: Any
    ) -> Transcript:
        self.readings.append(windows)
        self.asked.append(asked)
        words: list[Word] = []
        for window in windows:
            heard(window.duration_ms)
            texts = self.script(window, len(self.readings)).split()
            step = window.duration_ms // max(len(texts), 1)
            starts = [window.start_ms + at * step for at in range(len(texts))]
            words += [Word(text, start, start + step, 0.9) for text, start in zip(texts, starts, strict=True)]
        return Transcript(tuple(words), "en", audio.duration_ms, self.identity)


def prepared(*loud: tuple[int, int], speech: tuple[tuple[int, int], ...] | None = None) -> PreparedAudio:
    """Forty seconds; noise as loud as speech in `loud`, and quiet room noise elsewhere."""
    rng = np.random.default_rng(1)
    gain = np.full(40 * 16_000, 0.0003, np.float32)
    for start_ms, end_ms in loud:
        gain[start_ms * 16 : end_ms * 16] = 0.1
    audio = AudioSamples((rng.standard_normal(len(gain)).astype(np.float32) * gain)[None, :])
    return PreparedAudio(audio, QUALITY, tuple(Region(*one) for one in (speech or loud)))


def texts(transcript: Transcript) -> str:
    return " ".join(word.text for word in transcript.words)


def test_a_sound_reading_is_read_once_and_has_no_passages() -> None:
    engine = Scripted(lambda window, reading: "we talked about the long nights on the ward")
    transcript = transcribe(prepared((1000, 9000)), engine, SETTINGS, PHRASES)
    assert (len(engine.readings), transcript.passages) == (1, ())


def test_a_loop_gives_way_to_a_better_second_reading_and_the_passage_is_told() -> None:
    better = "we talked about the long nights"
    engine = Scripted(lambda window, reading: LOOP if reading == 1 else better)
    transcript = transcribe(prepared((1000, 9000)), engine, SETTINGS, PHRASES)
    assert texts(transcript) == " ".join([better] * len(engine.readings[1]))
    (passage,) = transcript.passages
    assert (passage.is_mended, passage.suspicions) == (True, (Suspicion.LOOP,))
    assert transcript.passages_to_check == ()


def test_the_second_reading_is_cut_anew_and_holds_the_whole_window() -> None:
    engine = Scripted(lambda window, reading: LOOP)
    transcribe(prepared((1000, 9000)), engine, SETTINGS, PHRASES)
    (window,), pieces = engine.readings
    assert len(pieces) > 1
    assert (pieces[0].start_ms, pieces[-1].end_ms) == (window.start_ms, window.end_ms)
    assert sum(piece.duration_ms for piece in pieces) == window.duration_ms


def test_what_stays_suspect_is_kept_and_flagged() -> None:
    engine = Scripted(lambda window, reading: LOOP)
    transcript = transcribe(prepared((1000, 9000)), engine, SETTINGS, PHRASES)
    assert texts(transcript) == LOOP
    (passage,) = transcript.passages_to_check
    assert passage.suspicions == (Suspicion.LOOP,)
    assert (passage.start_ms, passage.end_ms) == (transcript.words[0].start_ms, transcript.words[-1].end_ms)


def test_speech_is_not_given_up_for_a_reading_that_says_nothing() -> None:
    engine = Scripted(lambda window, reading: LOOP if reading == 1 else "")
    transcript = transcribe(prepared((1000, 9000)), engine, SETTINGS, PHRASES)
    assert texts(transcript) == LOOP
    assert len(transcript.passages_to_check) == 1


def silent_part(window: Region, reading: int) -> str:
    """Twenty-six seconds of which the middle is silent: the first reading fills it, one of it alone does not."""
    if reading == 1:
        return FILLED
    return "" if window.start_ms > 8000 and window.end_ms < 23_000 else "we met"


def test_words_in_silence_go_where_the_silence_read_by_itself_says_nothing() -> None:
    engine = Scripted(silent_part)
    transcript = transcribe(prepared((1000, 8000), (22_500, 27_000)), engine, SETTINGS, PHRASES)
    assert Suspicion.IN_SILENCE in transcript.passages[0].suspicions
    assert transcript.passages_to_check == ()
    assert not any(9500 < word.start_ms < 21_000 for word in transcript.words)
    assert texts(transcript) == "we met we met"


def test_a_second_reading_that_loses_what_was_well_read_is_not_taken() -> None:
    def loses(window: Region, reading: int) -> str:
        return silent_part(window, reading) if reading == 1 or window.start_ms < 8000 else ""

    engine = Scripted(loses)
    transcript = transcribe(prepared((1000, 8000), (22_500, 27_000)), engine, SETTINGS, PHRASES)
    assert texts(transcript) == FILLED
    assert transcript.passages_to_check != ()


def test_only_suspicious_windows_are_read_again() -> None:
    engine = Scripted(lambda window, reading: LOOP if window.start_ms > 25_000 else "we met in the hub")
    transcribe(prepared((1000, 9000), (30_000, 38_000)), engine, SETTINGS, PHRASES)
    assert len(engine.readings[0]) == 2
    assert min(piece.start_ms for piece in engine.readings[1]) > 25_000


@pytest.mark.parametrize(("start_ms", "end_ms"), [(40_000, 40_200), (45_000, 46_000), (39_900, 41_000)])
def test_a_word_after_the_end_is_clipped_kept_and_flagged(start_ms: int, end_ms: int) -> None:
    class Late(Scripted):
        def transcribe(
            self, audio: AudioSamples, windows: tuple[Region, ...], heard: Heard = unheard, **asked: Any
        ) -> Transcript:
            words = (Word("we", 1000, 1300, 0.9), Word("met", start_ms, end_ms, 0.9))
            return Transcript(words, "en", audio.duration_ms, self.identity)

    transcript = transcribe(prepared((500, 39_900)), Late(lambda *_: ""), SETTINGS, PHRASES)
    assert texts(transcript) == "we met"
    last = transcript.words[-1]
    assert last.start_ms < last.end_ms == 40_000
    (passage,) = transcript.passages_to_check
    assert (Suspicion.AFTER_END in passage.suspicions, passage.end_ms) == (True, 40_000)


def test_what_voice_activity_passed_over_is_read_and_its_words_kept_and_flagged() -> None:
    material = prepared((1000, 5000), (33_000, 35_000), speech=((1000, 5000),))
    engine = Scripted(lambda window, reading: "mm" if window.start_ms > 30_000 else "we met in the hub")
    transcript = transcribe(material, engine, SETTINGS, PHRASES)
    assert [word.text for word in transcript.words][-1] == "mm"
    (passage,) = transcript.passages_to_check
    assert passage.suspicions == (Suspicion.OUTSIDE_SPEECH,)


def test_without_voice_activity_the_whole_recording_is_read_and_what_is_heard_is_speech() -> None:
    material = prepared((1000, 5000), (33_000, 35_000), speech=((1000, 5000),))
    material.audio.samples[:, 10 * 16_000 : 20 * 16_000] = 0
    read: dict[str, Transcript] = {}
    for vad in ("on", "off"):
        engine = Scripted(lambda window, reading: "")
        read[vad] = transcribe(material, engine, SETTINGS.model_copy(update={"vad": vad}), PHRASES)
    on, off = read["on"].coverage, read["off"].coverage
    assert on is not None and off is not None  # noqa: PT018
    assert on.speech_read_ratio == off.speech_read_ratio == 1.0
    assert off.read_ratio == pytest.approx(30.5 / 40, abs=0.01)  # all but digital silence and its margins
    assert on.read_ratio == pytest.approx(7 / 40, abs=0.03)


def test_coverage_says_how_much_was_read_and_how_much_has_words() -> None:
    engine = Scripted(lambda window, reading: "we met in the hub" if window.start_ms < 10_000 else "")
    coverage = transcribe(prepared((1000, 9000), (31_000, 39_000)), engine, SETTINGS, PHRASES).coverage
    assert coverage is not None
    assert (coverage.speech_read_ratio, coverage.speech_worded_ratio) == (1.0, 0.5)
    assert coverage.read_ratio == pytest.approx(17 / 40, abs=0.01)


def test_no_passage_shows_speech() -> None:
    engine = Scripted(lambda window, reading: LOOP.replace("no", "zebediah"))
    transcript = transcribe(prepared((1000, 9000)), engine, SETTINGS, PHRASES)
    assert transcript.passages
    assert "zebediah" not in repr(transcript)


class Watched:
    """What is to be read and what was, reading by reading."""

    def __init__(self) -> None:
        self.lengths_ms: list[int] = []
        self.read_ms: list[int] = []

    def begin(self, length_ms: int) -> Heard:
        self.lengths_ms.append(length_ms)
        self.read_ms.append(0)

        def heard(read_ms: int) -> None:
            self.read_ms[-1] += read_ms

        return heard


def test_who_wants_to_know_is_told_how_far_each_reading_is() -> None:
    material = prepared((1000, 9000), (31_000, 39_000))
    once, twice = Watched(), Watched()
    transcribe(material, Scripted(lambda *_: "we met"), SETTINGS, PHRASES, once.begin)
    assert once.read_ms == once.lengths_ms
    assert len(once.lengths_ms) == 1
    assert 16_000 < once.lengths_ms[0] < 40_000
    transcribe(
        material,
        Scripted(lambda window, _: LOOP if window.start_ms < 20_000 else "we met"),
        SETTINGS,
        PHRASES,
        twice.begin,
    )
    assert twice.read_ms == twice.lengths_ms
    assert len(twice.lengths_ms) == 2
    assert twice.lengths_ms[0] == once.lengths_ms[0]
    assert 7_000 < twice.lengths_ms[1] < 12_000  # one of the two windows


TOLD = SETTINGS.model_copy(update={"vocabulary": ("PWP", "IAPT", "PHQ-9", "GAD-7")})


def test_a_leaked_vocabulary_gives_way_to_what_is_heard_without_it() -> None:
    engine = Scripted(lambda window, reading: "we met PWP, IAPT, PHQ-9" if reading == 1 else "we met in the hub")
    transcript = transcribe(prepared((1000, 9000)), engine, TOLD, PHRASES)
    assert "PWP" not in texts(transcript)
    (passage,) = transcript.passages
    assert (passage.is_mended, passage.suspicions) == (True, (Suspicion.VOCABULARY,))
    assert [asked.get("is_prompted", True) for asked in engine.asked] == [True, False]


def test_terms_that_are_heard_without_the_list_too_were_said() -> None:
    engine = Scripted(lambda window, reading: "PWP, IAPT, PHQ-9" if reading == 1 else "PWP, IAPT, PHQ 9")
    transcript = transcribe(prepared((1000, 9000)), engine, TOLD, PHRASES)
    assert texts(transcript).startswith("PWP, IAPT, PHQ 9")
    assert transcript.passages_to_check == ()


def test_a_list_that_nothing_better_replaces_is_kept_and_flagged() -> None:
    engine = Scripted(lambda window, reading: "PWP, IAPT, PHQ-9" if reading == 1 else "")
    transcript = transcribe(prepared((1000, 9000)), engine, TOLD, PHRASES)
    assert texts(transcript) == "PWP, IAPT, PHQ-9"
    (passage,) = transcript.passages_to_check
    assert passage.suspicions == (Suspicion.VOCABULARY,)
    assert "PHQ" not in repr(transcript)


def test_a_window_too_short_to_be_cut_is_read_without_the_vocabulary_as_it_is() -> None:
    engine = Scripted(lambda window, reading: "PWP, IAPT, PHQ-9" if reading == 1 else "mm")
    transcript = transcribe(prepared((1000, 1800)), engine, TOLD, PHRASES)
    assert engine.readings[0] == engine.readings[1]
    assert texts(transcript) == "mm"


def test_a_window_that_the_vocabulary_silenced_is_read_without_it_and_that_is_said() -> None:
    engine = Scripted(lambda window, reading: "" if reading == 1 else "PWP, IAPT, PHQ-9 and so on")
    transcript = transcribe(prepared((1000, 9000)), engine, TOLD, PHRASES)
    assert texts(transcript) == "PWP, IAPT, PHQ-9 and so on"
    assert [asked.get("is_prompted", True) for asked in engine.asked] == [True, False]
    assert transcript.passages == ()  # what is read without the list comes from the sound
    assert transcript.fallbacks == (
        "The vocabulary silenced the model in 1 of its windows: they were read without it.",
    )


@pytest.mark.parametrize(
    ("first", "settings"), [("we met in the hub", TOLD), ("", SETTINGS)], ids=["enough words", "no vocabulary"]
)
def test_other_windows_are_not(first: str, settings: TranscriptionSettings) -> None:
    engine = Scripted(lambda window, reading: first)
    transcript = transcribe(prepared((1000, 9000)), engine, settings, PHRASES)
    assert (len(engine.readings), transcript.fallbacks) == (1, ())


def test_a_window_in_which_nothing_is_heard_without_the_vocabulary_either_stays_as_it_was() -> None:
    engine = Scripted(lambda window, reading: "")
    transcript = transcribe(prepared((1000, 9000)), engine, TOLD, PHRASES)
    assert (len(engine.readings), transcript.words, transcript.fallbacks) == (2, (), ())


def test_without_a_vocabulary_its_terms_are_words_like_any() -> None:
    engine = Scripted(lambda window, reading: "PWP, IAPT, PHQ-9")
    assert transcribe(prepared((1000, 9000)), engine, SETTINGS, PHRASES).passages == ()
    assert len(engine.readings) == 1


class Bilingual(Scripted):
    """Hears Welsh after twenty seconds."""

    language = "auto"

    def detect_languages(self, audio: AudioSamples, windows: tuple[Region, ...]) -> DetectedLanguages:
        likely = ["cy" if window.start_ms > 20_000 else "en" for window in windows]
        return DetectedLanguages(tuple({one: 0.98, {"en": "cy", "cy": "en"}[one]: 0.02} for one in likely))


def test_a_second_language_is_read_as_such_both_times_and_told_with_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("colloquy.stages.find_languages.LEAST_SPEECH_MS", 10_000)
    engine = Bilingual(lambda window, reading: LOOP if window.start_ms > 20_000 else "we met in the hub")
    transcript = transcribe(prepared((1000, 16_000), (25_000, 36_000)), engine, SETTINGS, PHRASES)
    assert engine.asked[0]["languages"] == ("en", "cy")
    assert set(engine.asked[1]["languages"]) == {"cy"}
    assert transcript.language == "en"
    assert [(one.language, one.share) for one in transcript.languages] == [("en", 0.5769), ("cy", 0.4231)]


def test_a_language_that_is_set_is_not_asked_for() -> None:
    engine = Scripted(lambda window, reading: "we met")
    transcript = transcribe(prepared((1000, 9000)), engine, SETTINGS, PHRASES)
    assert (transcript.language, transcript.languages) == ("en", ())
    assert engine.asked == [{"languages": ()}]
