"""Voices told apart by signal processing alone."""

from __future__ import annotations

import numpy as np
import pytest

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.diarisation import SpeakerCount, Turn
from colloquy.engines.av_decoder import decode
from colloquy.engines.embedded import EmbeddedDiariser
from colloquy.inspect.diarisation_error import diarisation_error
from tests.diarisers import ANY, MATERIAL, TWO, demo, mixed


@pytest.mark.parametrize("recording", ["P01.wav", "P04.wav", "P05.flac", "P06+P07 group.mp3"])
@pytest.mark.parametrize("is_known", [True, False])
def test_voices_of_the_demo_are_told_apart_and_counted(recording: str, is_known: bool) -> None:
    """P04 is a telephone call (8 kHz), P05 two channels mixed, P06 three voices in a small mp3."""
    audio, truth, speech = demo(recording)
    voices = len({turn.speaker for turn in truth})
    count = SpeakerCount(voices, voices) if is_known else ANY
    found = EmbeddedDiariser().diarise(mixed(audio), speech, count)
    assert len(found.speakers) == voices
    rate = diarisation_error(truth, found.turns).total.rate
    assert rate is not None
    assert rate <= 0.05


def test_one_voice_is_not_split() -> None:
    audio, truth, _ = demo("P02 interview.mp3")
    own = tuple(Region(turn.start_ms, turn.end_ms) for turn in truth if turn.speaker == "P02")
    assert EmbeddedDiariser().diarise(audio, own, ANY).speakers == ("S1",)


def test_the_bounds_hold_against_the_estimate() -> None:
    audio, _, speech = demo("P01.wav")
    assert len(EmbeddedDiariser().diarise(audio, speech, SpeakerCount(1, 1)).speakers) == 1
    assert len(EmbeddedDiariser().diarise(audio, speech, SpeakerCount(3, 6)).speakers) >= 3


def test_another_rate_gives_the_same_voices() -> None:
    from scipy.signal import resample_poly

    audio, truth, speech = demo("P01.wav")
    slow = AudioSamples(resample_poly(audio.samples, 1, 2, axis=1).astype(np.float32), 8_000)
    found = EmbeddedDiariser().diarise(slow, speech, TWO)
    assert (diarisation_error(truth, found.turns).total.rate or 0) <= 0.05


def test_no_speech_and_a_crumb_of_speech_give_no_more_than_there_is() -> None:
    audio = AudioSamples(np.zeros((1, 16_000), np.float32))
    assert EmbeddedDiariser().diarise(audio, (), TWO).turns == ()
    found = EmbeddedDiariser().diarise(audio, (Region(100, 350),), TWO)
    assert found.turns == (Turn(100, 350, "S1"),)


def test_a_long_recording_is_clustered_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    from colloquy.engines import embedded_clusters

    monkeypatch.setattr(embedded_clusters, "_PART_PIECES", 20)
    monkeypatch.setattr(embedded_clusters, "_PART_CLUSTERS", 6)
    audio, truth, speech = demo("P01.wav")
    found = EmbeddedDiariser().diarise(audio, speech, TWO)
    assert (diarisation_error(truth, found.turns).total.rate or 0) <= 0.05


def test_a_voice_goes_on_over_its_own_short_pause_and_not_over_a_long_one() -> None:
    audio, truth, _ = demo("P02 interview.mp3")
    own = next(turn for turn in truth if turn.end_ms - turn.start_ms > 4_500)
    first = Region(own.start_ms, own.start_ms + 1_500)
    for pause_ms, turns in ((600, 1), (1_200, 2)):
        second = Region(first.end_ms + pause_ms, first.end_ms + pause_ms + 1_500)
        found = EmbeddedDiariser().diarise(audio, (first, second), SpeakerCount(1, 1))
        assert len(found.turns) == turns
        assert found.turns[-1].end_ms == second.end_ms // 10 * 10


def test_three_real_voices_are_told_apart() -> None:
    path = MATERIAL / "falcon_three_speakers.wav"
    if not path.is_file():
        pytest.skip("the test material beside the checkout is absent")
    truth = (Turn(1_700, 3_900, "1"), Turn(6_200, 11_100, "2"), Turn(12_800, 18_000, "3"))
    speech = tuple(Region(turn.start_ms, turn.end_ms) for turn in truth)
    found = EmbeddedDiariser().diarise(decode(path).audio, speech, ANY)
    assert (diarisation_error(truth, found.turns).total.rate or 0) <= 0.05


@pytest.mark.parametrize("recording", ["P01.wav", "P04.wav"])
def test_one_voice_that_is_told_to_be_two_is_heard_as_one(recording: str) -> None:
    audio, turns, _ = demo(recording)
    longest = max(
        {turn.speaker for turn in turns},
        key=lambda name: sum(t.end_ms - t.start_ms for t in turns if t.speaker == name),
    )
    own = tuple(Region(turn.start_ms, turn.end_ms) for turn in turns if turn.speaker == longest)
    assert EmbeddedDiariser().diarise(audio, own, TWO).heard_count == 1


def test_two_voices_are_heard_as_two_whatever_number_is_asked_for() -> None:
    audio, _, speech = demo("P01.wav")
    heard = {count: EmbeddedDiariser().diarise(audio, speech, count).heard_count for count in (TWO, ANY)}
    assert heard == {TWO: 2, ANY: 2}


def test_three_voices_are_heard_where_two_were_promised() -> None:
    """The turns keep to the promise: what was heard beyond it is a question to a person, not another result."""
    audio, _, speech = demo("P06+P07 group.mp3")
    found = EmbeddedDiariser().diarise(mixed(audio), speech, TWO)
    assert (len(found.speakers), found.heard_count) == (2, 3)


@pytest.mark.parametrize("recording", ["P01.wav", "P02 interview.mp3", "P03 Anna Novak.m4a", "P04.wav", "P05.flac"])
def test_no_more_than_the_promised_two_are_heard_where_there_are_two(recording: str) -> None:
    audio, _, speech = demo(recording)
    assert EmbeddedDiariser().diarise(mixed(audio), speech, TWO).heard_count == 2


def test_three_synthetic_voices_are_heard_in_every_sound_and_two_are_not_three() -> None:
    from tests.benchmarks.conversations import composed_conversations

    composed = list(composed_conversations(4, seed=11))
    if not composed:
        pytest.skip("flite is not on this machine")
    heard = [EmbeddedDiariser().diarise(one.audio, one.speech, TWO).heard_count for one in composed]
    assert heard == [one.voice_count for one in composed] == [2, 3, 2, 3]


def test_a_real_call_and_real_meetings_of_two_are_not_heard_as_three() -> None:
    from tests.benchmarks.conversations import real_conversations

    of_two = [one for one in real_conversations() if one.voice_count == 2]
    if not of_two:
        pytest.skip("neither the test material beside the checkout nor pyannote.audio's sample is here")
    heard = {one.name: EmbeddedDiariser().diarise(one.audio, one.speech, TWO).heard_count or 0 for one in of_two}
    assert max(heard.values()) <= 2
    if "telephone" in heard:
        call = next(one for one in of_two if one.name == "telephone")
        assert len(EmbeddedDiariser().diarise(call.audio, call.speech, ANY).speakers) == 2


def test_a_voice_of_a_single_frame_is_no_fault() -> None:
    sound = np.zeros((1, 48_000), np.float32)
    sound[0, 24_000:] = np.random.default_rng(0).normal(0, 0.1, 24_000)
    audio = AudioSamples(sound, 16_000)
    for end_ms in (1_510, 1_520, 1_530):
        found = EmbeddedDiariser().diarise(audio, (Region(0, end_ms), Region(2_900, 3_000)), TWO)
        assert found.turns[-1].end_ms == 3_000
