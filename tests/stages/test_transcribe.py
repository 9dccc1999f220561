from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colloquy.domain.audio import AudioQuality, AudioSamples, PreparedAudio, Region
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.transcript import Transcript, Word
from colloquy.errors import TranscriptionError
from colloquy.protocols import Heard, unheard
from colloquy.settings import load_settings, read_subtitle_phrases
from colloquy.stages.plan_windows import plan_windows
from colloquy.stages.transcribe import transcribe

SETTINGS = load_settings().transcription
PHRASES = read_subtitle_phrases()
QUALITY = AudioQuality(60_000, 1, 16_000, "pcm", -3, -20, 30, 0, 0.5, 8000, False)


def sound(seconds: float, quiet_at_s: float | None = None) -> AudioSamples:
    samples = np.full((1, round(seconds * 16_000)), 0.1, np.float32)
    if quiet_at_s is not None:
        samples[:, round(quiet_at_s * 16_000) : round((quiet_at_s + 0.1) * 16_000)] = 0
    return AudioSamples(samples)


class Scripted:
    identity = EngineIdentity("scripted", "1")
    language = "en"

    def __init__(self, *words: Word) -> None:
        self.words = words
        self.windows: tuple[Region, ...] = ()

    def transcribe(
        self, audio: AudioSamples, windows: tuple[Region, ...], heard: Heard = unheard, **asked: Any
    ) -> Transcript:
        self.windows = windows
        return Transcript(self.words, "en", audio.duration_ms, self.identity)


def test_regions_share_a_window_while_they_fit() -> None:
    speech = (Region(1000, 5000), Region(6000, 9000), Region(20_000, 25_000))
    assert plan_windows(sound(60), speech, 12_000) == (Region(750, 9250), Region(19_750, 25_250))


def test_speech_without_a_pause_is_cut_at_its_quietest_moment() -> None:
    windows = plan_windows(sound(30, quiet_at_s=11.0), (Region(0, 20_000),), 14_000)
    assert len(windows) == 2
    assert windows[0].end_ms == windows[1].start_ms == pytest.approx(11_000, abs=60)


@given(
    st.lists(st.tuples(st.integers(1, 40_000), st.integers(0, 5_000)), min_size=1, max_size=20),
    st.integers(2_000, 30_000),
)
def test_windows_hold_all_speech_in_order_and_are_never_too_long(parts: list[tuple[int, int]], longest_ms: int) -> None:
    regions, at = [], 0
    for length, gap in parts:
        regions.append(Region(at + gap, at + gap + length))
        at += gap + length
    audio = AudioSamples(np.zeros((1, at * 16), np.float32))
    windows = plan_windows(audio, tuple(regions), longest_ms)
    assert all(0 < window.duration_ms <= longest_ms for window in windows)
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(windows))
    for region in regions:
        held = sum(
            max(0, min(region.end_ms, window.end_ms) - max(region.start_ms, window.start_ms)) for window in windows
        )
        assert held == region.duration_ms


def test_the_longest_window_is_a_setting() -> None:
    prepared = PreparedAudio(sound(60), QUALITY, (Region(0, 20_000), Region(21_000, 40_000)))
    longest = []
    for seconds in (28.0, 10.0):
        engine = Scripted()
        transcribe(prepared, engine, SETTINGS.model_copy(update={"longest_window_s": seconds}), PHRASES)
        longest.append(max(window.duration_ms for window in engine.windows))
    assert longest[1] <= 10_000 < longest[0] <= 28_000


def test_times_are_in_order_inside_the_recording_and_never_empty() -> None:
    words = (Word("we", 100, 100, 0.9), Word("ask", 90, 300, 0.9), Word("people", 59_990, 61_000, 0.9))
    prepared = PreparedAudio(sound(60), QUALITY, (Region(0, 60_000),))
    given_words = transcribe(prepared, Scripted(*words), SETTINGS, PHRASES).words
    assert [word.text for word in given_words] == ["we", "ask", "people"]
    starts = [word.start_ms for word in given_words]
    assert starts == sorted(starts)
    assert all(word.start_ms < word.end_ms <= 60_000 for word in given_words)


def test_a_word_before_the_recording_is_the_engines_fault() -> None:
    prepared = PreparedAudio(sound(60), QUALITY, (Region(0, 60_000),))
    with pytest.raises(TranscriptionError, match="at -100 ms, before the recording") as caught:
        transcribe(prepared, Scripted(Word("secret", -100, 100, 0.9)), SETTINGS, PHRASES)
    assert "secret" not in str(caught.value)


def test_the_engines_name_comes_through() -> None:
    prepared = replace(PreparedAudio(sound(60), QUALITY, (Region(0, 60_000),)))
    assert transcribe(prepared, Scripted(), SETTINGS, PHRASES).engine == Scripted.identity
