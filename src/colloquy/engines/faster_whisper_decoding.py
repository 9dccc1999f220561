"""Tokens out of sound with faster-whisper's model: the library's quality tests, temperature by temperature."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from colloquy.engines.faster_whisper_sound import stored
from colloquy.engines.faster_whisper_weights import Weights
from colloquy.engines.openai_whisper import (
    COMPRESSION_RATIO_LIMIT,
    LOG_PROBABILITY_LIMIT,
    NO_SPEECH_LIMIT,
    TEMPERATURES,
)

if TYPE_CHECKING:
    from faster_whisper.tokenizer import Tokenizer


@dataclass(frozen=True, slots=True)
class Decoded:
    tokens: list[int]
    average_log_probability: float
    no_speech_probability: float
    compression_ratio: float

    @property
    def is_silent(self) -> bool:
        is_unsure = self.average_log_probability < LOG_PROBABILITY_LIMIT
        return is_unsure and self.no_speech_probability > NO_SPEECH_LIMIT

    @property
    def has_failed(self) -> bool:
        is_unsure = self.average_log_probability < LOG_PROBABILITY_LIMIT
        return not self.is_silent and (self.compression_ratio > COMPRESSION_RATIO_LIMIT or is_unsure)


def decode(weights: Weights, tokenizer: Tokenizer, heard: np.ndarray, prompt: list[int]) -> list[Decoded]:
    """The best result of each window; those that fail the library's tests are read again at higher temperatures."""
    start = [*([tokenizer.sot_prev, *prompt] if prompt else []), *tokenizer.sot_sequence, tokenizer.no_timestamps]
    results = _generate(weights, tokenizer, heard, start, TEMPERATURES[0])
    for temperature in TEMPERATURES[1:]:
        failed = [number for number, result in enumerate(results) if result.has_failed]
        if not failed:
            break
        weights.prepare_to_draw()
        for number, result in zip(
            failed, _generate(weights, tokenizer, heard[failed], start, temperature), strict=True
        ):
            results[number] = result
    return results


def _generate(
    weights: Weights, tokenizer: Tokenizer, heard: np.ndarray, start: list[int], temperature: float
) -> list[Decoded]:
    """`start` is what the decoder is given before the words."""
    from faster_whisper.transcribe import get_suppressed_tokens

    found: Sequence[Any] = weights.whisper.model.generate(
        stored(heard),
        [start] * len(heard),
        beam_size=1,
        length_penalty=0,  # else the score is a mean already
        suppress_tokens=list(get_suppressed_tokens(tokenizer, [-1])),
        # at temperature 0 the likeliest; above, any token by its probability
        sampling_topk=1 if temperature == 0 else 0,
        sampling_temperature=temperature or 1.0,
        return_scores=True,
        return_no_speech_prob=True,
    )
    return [_decoded(tokenizer, result) for result in found]


def _decoded(tokenizer: Tokenizer, result: Any) -> Decoded:
    tokens = [token for token in result.sequences_ids[0] if token < tokenizer.eot]
    text = tokenizer.decode(tokens).strip().encode()
    average = result.scores[0] / (len(result.sequences_ids[0]) + 1)
    return Decoded(tokens, average, result.no_speech_prob, len(text) / len(zlib.compress(text)))
