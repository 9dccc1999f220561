"""One voice a channel."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.diarisation import SpeakerCount, Turn
from colloquy.errors import DiarisationError
from colloquy.inspect.diarisation_error import diarisation_error, spoken_turns
from tests.diarisers import TWO, demo, diariser


def test_each_channel_is_a_voice_in_spite_of_cross_talk(models: Path) -> None:
    audio, truth, speech = demo("P05.flac")
    found = diariser("channels", models).diarise(audio, speech, TWO)
    assert (diarisation_error(truth, found.turns).total.rate or 0) <= 0.05


def test_overlap_is_found_where_both_speak(models: Path) -> None:
    audio, truth, speech = demo("P05.flac")
    found = diariser("channels", models).diarise(audio, speech, TWO)
    both = [
        (max(a.start_ms, b.start_ms), min(a.end_ms, b.end_ms))
        for a, b in pairwise(truth)
        if b.start_ms < a.end_ms - 200
    ]
    assert both
    assert len(found.overlaps) == len(both)
    for (start_ms, end_ms), overlap in zip(both, found.overlaps, strict=True):
        assert overlap.start_ms < end_ms
        assert overlap.end_ms > start_ms


def test_loud_cross_talk_is_no_voice(models: Path) -> None:
    audio, truth, speech = demo("P05.flac")
    leak = np.array([[1.0, 0.25], [0.25, 1.0]], np.float32)
    found = diariser("channels", models).diarise(AudioSamples(leak @ audio.samples), speech, TWO)
    assert (diarisation_error(truth, found.turns).total.rate or 0) <= 0.05


def test_one_channel_is_refused_with_advice(models: Path) -> None:
    audio, _, speech = demo("P01.wav")
    with pytest.raises(DiarisationError, match=r"one channel.*embedded"):
        diariser("channels", models).diarise(audio, speech, TWO)


def test_the_same_sound_in_both_channels_is_refused(models: Path) -> None:
    audio, _, speech = demo("P01.wav")
    doubled = AudioSamples(np.repeat(audio.samples, 2, axis=0))
    with pytest.raises(DiarisationError, match="same sound"):
        diariser("channels", models).diarise(doubled, speech, TWO)


def test_more_voices_than_channels_are_refused(models: Path) -> None:
    audio, _, speech = demo("P05.flac")
    with pytest.raises(DiarisationError, match=r"2 channels.*at least 3"):
        diariser("channels", models).diarise(audio, speech, SpeakerCount(3, 3))


@pytest.mark.parametrize("end_s", [3, 20, 60])
def test_the_shorter_of_two_files_changes_nothing_in_the_other(models: Path, end_s: int) -> None:
    """Silence that was put in behind a file's end is no measure of its microphone's noise or of cross-talk."""
    generator = np.random.default_rng(1)
    heard = generator.normal(0, 10 ** (-60 / 20), (2, 60 * 16_000)).astype(np.float32)
    truth = []
    for start_s in range(0, 60, 2):
        own = (start_s // 2) % 2
        start_ms, end_ms = 1_000 * start_s + 200, 1_000 * start_s + 1_700
        if own == 0 and end_ms > 1_000 * end_s:
            continue
        truth.append(Turn(start_ms, end_ms, str(own)))
        said = generator.normal(0, 0.1, (end_ms - start_ms) * 16).astype(np.float32)
        heard[own, start_ms * 16 : end_ms * 16] += said
        heard[1 - own, start_ms * 16 : end_ms * 16] += 0.1 * said
    heard[0, end_s * 16_000 :] = 0
    # Voice activity bridges short pauses; what is left of the hiss there is nobody's.
    speech = (Region(200, max(turn.end_ms for turn in truth)),)
    found = diariser("channels", models).diarise(AudioSamples(heard), speech, TWO)
    assert (diarisation_error(tuple(truth), spoken_turns(found), 50).total.rate or 0) <= 0.01
    assert not found.overlaps
