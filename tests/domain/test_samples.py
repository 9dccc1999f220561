from __future__ import annotations

import numpy as np
import pytest

from colloquy.domain.audio import AudioSamples
from colloquy.domain.samples import (
    PIECE_SAMPLES,
    Samples,
    SamplesBeside,
    SamplesInSequence,
    held,
    mixed,
    one_channel,
    pieces,
)

RANDOM = np.random.default_rng(0)
STEREO = RANDOM.uniform(-1, 1, (2, 1000)).astype(np.float32)
OTHER = RANDOM.uniform(-1, 1, (2, 300)).astype(np.float32)
MONO, SHORT = STEREO[:1], OTHER[:1]
BOUNDS = ((0, 1), (10, 20), (250, 320), (995, 1005), (299, 301), (700, 700), (0, 5000))


@pytest.mark.parametrize(
    ("samples", "whole"),
    [
        (mixed(STEREO), STEREO.mean(axis=0, dtype=np.float32)[None]),
        (one_channel(STEREO, 1), STEREO[1:]),
        (SamplesInSequence((STEREO, OTHER)), np.concatenate([STEREO, OTHER], axis=1)),
        (SamplesBeside((MONO, SHORT)), np.concatenate([MONO, np.pad(SHORT, ((0, 0), (0, 700)))])),
    ],
    ids=["mixed", "one-channel", "in-sequence", "beside"],
)
def test_a_piece_is_what_the_whole_holds_there(samples: Samples, whole: np.ndarray) -> None:
    assert samples.shape == whole.shape
    for first, last in BOUNDS:
        np.testing.assert_array_equal(samples[:, first:last], whole[:, first:last])


def test_one_channel_is_mixed_by_leaving_it_alone() -> None:
    assert mixed(MONO) is MONO


def test_pieces_are_all_of_it_in_order_and_whole_frames_but_for_the_last() -> None:
    sound = np.arange(2 * PIECE_SAMPLES + 700, dtype=np.float32)[None]
    found = list(pieces(sound, 512))
    assert [piece.shape[1] % 512 for piece in found[:-1]] == [0, 0]
    assert max(piece.shape[1] for piece in found) <= PIECE_SAMPLES
    np.testing.assert_array_equal(np.concatenate(found, axis=1), sound)


def test_sound_without_a_block_is_empty() -> None:
    assert held(iter(())).shape == (1, 0)
    assert list(pieces(held(iter(())))) == []


def test_a_cut_of_derived_samples_lies_in_memory() -> None:
    cut = AudioSamples(mixed(STEREO)).cut(10, 20)
    assert isinstance(cut.samples, np.ndarray)
    assert cut.samples.shape == (1, 160)
