from __future__ import annotations

from functools import partial

import pytest

from colloquy.domain.model_size import (
    PUBLISHED,
    MemoryNeed,
    WhisperShape,
    faster_whisper_need,
    openai_whisper_need,
    smaller_that_fits,
)

in_single = partial(openai_whisper_need, precision="float32")
in_half = partial(openai_whisper_need, precision="float16")
SMALL = WhisperShape(241_734_912, 768, 768, 12)


def test_what_was_measured_is_within_what_is_worked_out() -> None:
    """Memory of its own that a process took for the small shape, in MB: docs/benchmarks.md."""
    need = in_single(SMALL)
    assert 967 <= need.weights_mb <= 1.15 * 1015
    assert 184 <= need.window_mb <= 1.3 * 184
    assert 2640 <= need.words_mb <= 1.1 * 2640
    converted = faster_whisper_need(SMALL, 1)
    assert 623 <= converted.loading_mb <= 1.3 * 623
    assert 299 <= converted.weights_mb <= 1.4 * 299
    assert 320 <= converted.window_mb <= 1.1 * 320


def test_half_precision_needs_half_the_memory_for_the_weights() -> None:
    large = PUBLISHED["large-v3"]
    assert in_single(large).weights_mb > 6000
    assert 3000 < in_half(large).weights_mb < 4000
    assert in_half(large).window_mb == pytest.approx(in_single(large).window_mb / 2, abs=1)


def test_more_windows_at_once_need_more_and_a_loaded_model_is_not_counted_twice() -> None:
    need = MemoryNeed(loading_mb=100, weights_mb=80, window_mb=10, words_mb=25)
    assert [need.of(count) for count in (1, 3, 8)] == [105, 110, 160]
    assert [need.of(count, is_loaded=True) for count in (1, 3, 8)] == [25, 30, 80]
    assert MemoryNeed(500, 80, 10, 25).of(1) == 500


@pytest.mark.parametrize(("free_mb", "count"), [(200, 8), (159, 7), (110, 3), (105, 2), (104, 0), (0, 0)])
def test_as_many_windows_are_read_at_once_as_fit(free_mb: int, count: int) -> None:
    assert MemoryNeed(100, 80, 10, 25).most_windows(free_mb, 8) == count


def test_the_largest_smaller_model_that_fits_is_proposed() -> None:
    large = PUBLISHED["large-v3"]
    assert smaller_that_fits(large, in_single, 100_000) == "turbo"
    assert smaller_that_fits(large, in_single, 2_500) == "small"
    assert smaller_that_fits(large, in_single, 200) == ""
    assert smaller_that_fits(PUBLISHED["small"], in_single, 100_000) == "base"
    assert smaller_that_fits(PUBLISHED["tiny"], in_single, 100_000) == ""
