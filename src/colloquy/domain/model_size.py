"""How much memory a Whisper model asks for, worked out from its shape.

Measured on the processor with the shapes tiny and small: docs/benchmarks.md. Not yet measured on a GPU.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

# Positions in a window of sound, tokens at most in what is written for it, the width of one attention head.
FRAMES, TOKENS, HEAD_STATES = 1500, 228, 64
# What multiplying and normalising holds beside a window's weights, in windows of the encoder's states.
ENCODER_COPIES = 13
# Copies of the attention that aligning words with the sound holds at once: the library sorts it seven values wide.
ALIGNING_COPIES = 25
# Heads that follow the sound in the published models: 5 to 23.
PUBLISHED_HEADS = 23
# Libraries' own working memory.
FIXED_MB = 100
FIXED_GPU_MB = 500


@dataclass(frozen=True, slots=True)
class WhisperShape:
    """Sizes of a Whisper model: numbers in all, the width of its encoder and decoder, the decoder's layers.

    `head_count`: attention heads that follow the sound; 0 where they are all of the last half of the layers.
    """

    parameter_count: int
    audio_states: int
    text_states: int
    text_layers: int
    head_count: int = 0


# By openai-whisper's model card and its README; published models are fetched by these names, or theirs with `.en`.
PUBLISHED = {
    "tiny": WhisperShape(39_000_000, 384, 384, 4, PUBLISHED_HEADS),
    "base": WhisperShape(74_000_000, 512, 512, 6, PUBLISHED_HEADS),
    "small": WhisperShape(244_000_000, 768, 768, 12, PUBLISHED_HEADS),
    "medium": WhisperShape(769_000_000, 1024, 1024, 24, PUBLISHED_HEADS),
    "turbo": WhisperShape(809_000_000, 1280, 1280, 4, PUBLISHED_HEADS),
    "large-v3": WhisperShape(1_550_000_000, 1280, 1280, 32, PUBLISHED_HEADS),
}


@dataclass(frozen=True, slots=True)
class MemoryNeed:
    """In MB (millions of bytes): to load the weights, to keep them, for each window at once, and at least for words."""

    loading_mb: int
    weights_mb: int
    window_mb: int
    words_mb: int

    def of(self, window_count: int, *, is_loaded: bool = False) -> int:
        """What must be free for so many windows at once."""
        working = max(window_count * self.window_mb, self.words_mb)
        return working if is_loaded else max(self.loading_mb, self.weights_mb + working)

    def most_windows(self, free_mb: int, wanted: int, *, is_loaded: bool = False) -> int:
        """How many of `wanted` windows the free memory holds at once; 0 where it holds not even one."""
        return next((count for count in range(wanted, 0, -1) if self.of(count, is_loaded=is_loaded) <= free_mb), 0)


Need = Callable[[WhisperShape], MemoryNeed]
Precision = Literal["float32", "float16"]


def openai_whisper_need(shape: WhisperShape, precision: Precision) -> MemoryNeed:
    number_bytes = 2 if precision == "float16" else 4
    fixed_mb = FIXED_GPU_MB if precision == "float16" else FIXED_MB
    weights_mb = _mb(shape.parameter_count * number_bytes) + fixed_mb
    encoder = ENCODER_COPIES * FRAMES * shape.audio_states
    window_mb = _mb((_kept(shape) + encoder) * number_bytes)
    all_heads = shape.text_layers * _heads(shape)
    heads = shape.head_count or all_heads // 2
    words_mb = _mb((all_heads + ALIGNING_COPIES * heads) * TOKENS * FRAMES * 4)  # always computed in 32 bits
    return MemoryNeed(weights_mb, weights_mb, window_mb, words_mb)


def faster_whisper_need(shape: WhisperShape, number_bytes: int) -> MemoryNeed:
    """`number_bytes` of its weights; what it computes is 32 bits wide on the processor, 16 on a GPU."""
    computed = 2 if number_bytes == 2 else 4
    fixed_mb = FIXED_GPU_MB if number_bytes == 2 else FIXED_MB
    weights_mb = _mb(round(shape.parameter_count * number_bytes * 1.25)) + fixed_mb
    loading_mb = _mb(round(shape.parameter_count * (number_bytes + 1.6))) + fixed_mb  # beside what the file holds
    encoder = _heads(shape) * FRAMES * FRAMES + 8 * FRAMES * shape.audio_states
    aligning = _kept(shape) + shape.text_layers * _heads(shape) * TOKENS * FRAMES
    return MemoryNeed(loading_mb, weights_mb, _mb(max(encoder, aligning) * computed), 0)


def smaller_that_fits(shape: WhisperShape, need: Need, free_mb: int) -> str:
    """The largest published model below this one that the memory holds with one window; empty where none does."""
    by_size = sorted(PUBLISHED.items(), key=lambda item: -item[1].parameter_count)
    smaller = (
        name
        for name, known in by_size
        if known.parameter_count < 0.9 * shape.parameter_count and need(known).of(1) <= free_mb
    )
    return next(smaller, "")


def _kept(shape: WhisperShape) -> int:
    """Numbers that the decoder keeps of a window and of what it wrote."""
    return shape.text_layers * 2 * (FRAMES + TOKENS) * shape.text_states


def _heads(shape: WhisperShape) -> int:
    return max(1, shape.text_states // HEAD_STATES)


def _mb(byte_count: int) -> int:
    return round(byte_count / 1e6)
