from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from colloquy.domain.audio import AudioSamples, DecodedAudio
from colloquy.stages.join_recordings import join_recordings

RATE_HZ = 16_000


def sound(
    seconds: float, level: float = 0.5, channels: int = 1, *, codec: str = "flac", rate_hz: int = 44_100
) -> DecodedAudio:
    samples = np.full((channels, round(seconds * RATE_HZ)), level, np.float32)
    return DecodedAudio(AudioSamples(samples, RATE_HZ), rate_hz, channels, codec, False)


def test_a_single_recording_stays_as_it_is() -> None:
    for is_voice_each in (True, False):
        whole = sound(1, channels=2)
        assert join_recordings((whole,), is_voice_each=is_voice_each) is whole


@given(st.lists(st.tuples(st.integers(1, 3000), st.integers(1, 2)), min_size=2, max_size=5))
def test_the_lengths_of_pieces_add_up(pieces: list[tuple[int, int]]) -> None:
    joined = join_recordings(
        tuple(sound(samples / RATE_HZ, channels=channels) for samples, channels in pieces), is_voice_each=False
    )
    assert joined.audio.samples.shape[1] == sum(samples for samples, _ in pieces)
    assert joined.audio.channel_count == (pieces[0][1] if len({channels for _, channels in pieces}) == 1 else 1)
    assert joined.audio.rate_hz == RATE_HZ


def test_pieces_follow_each_other_in_the_order_given() -> None:
    joined = join_recordings((sound(1, 0.1), sound(2, 0.2)), is_voice_each=False).audio.samples[:, :]
    assert np.allclose(joined[0, :RATE_HZ], 0.1)
    assert np.allclose(joined[0, RATE_HZ:], 0.2)


def test_each_voice_has_a_channel_and_the_shorter_ends_in_silence() -> None:
    stereo = DecodedAudio(
        AudioSamples(np.stack([np.full(RATE_HZ, 0.2), np.full(RATE_HZ, 0.4)]).astype(np.float32)),
        48_000,
        2,
        "aac",
        False,
    )
    joined = join_recordings((stereo, sound(2, 0.5)), is_voice_each=True).audio
    assert joined.samples.shape == (2, 2 * RATE_HZ)
    first, second = joined.samples[:, :]
    assert np.allclose(first[:RATE_HZ], 0.3)
    assert not first[RATE_HZ:].any()
    assert np.allclose(second, 0.5)


@given(st.integers(1, 3000), st.integers(1, 3000))
def test_files_of_any_lengths_keep_every_sample_and_end_in_silence(first: int, second: int) -> None:
    joined = join_recordings((sound(first / RATE_HZ, 0.2), sound(second / RATE_HZ, 0.5)), is_voice_each=True)
    assert joined.has_voice_each
    whole = joined.audio.samples[:, :]
    assert whole.shape == (2, max(first, second))
    for channel, length, level in zip(whole, (first, second), (0.2, 0.5), strict=True):
        assert np.allclose(channel[:length], level)
        assert not channel[length:].any()
    # As the stages read it, piece by piece, also behind the end of the shorter.
    pieces = [joined.audio.samples[:, at : at + 700] for at in range(0, max(first, second), 700)]
    assert np.array_equal(np.concatenate(pieces, axis=1), whole)


def test_a_mix_of_three_files_keeps_what_only_the_longest_holds() -> None:
    joined = join_recordings((sound(1, 0.3), sound(2, 0.3), sound(3, 0.3)), is_voice_each=True)
    assert not joined.has_voice_each
    assert joined.audio.samples.shape == (1, 3 * RATE_HZ)
    assert np.allclose(joined.audio.samples[:, 2 * RATE_HZ :], 0.1)


def test_three_voices_are_mixed_so_that_no_channel_holds_two_people() -> None:
    joined = join_recordings((sound(1, 0.3), sound(1, 0.0), sound(1, 0.6)), is_voice_each=True)
    assert joined.audio.samples.shape == (1, RATE_HZ)
    assert np.allclose(joined.audio.samples[:, :], 0.3)
    assert joined.source_channel_count == 3


def test_the_figures_are_those_of_the_poorest() -> None:
    broken = DecodedAudio(sound(1).audio, 8_000, 1, "amrnb", True)
    for is_voice_each in (True, False):
        joined = join_recordings((sound(1), broken, sound(1)), is_voice_each=is_voice_each)
        assert (joined.source_rate_hz, joined.codec, joined.is_truncated) == (8_000, "flac, amrnb", True)
