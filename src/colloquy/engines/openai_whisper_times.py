"""Word times of a loaded openai-whisper model, from what its encoder has given already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from colloquy.domain.audio import Region
from colloquy.domain.transcript import Word

if TYPE_CHECKING:
    import torch
    from whisper import Whisper
    from whisper.decoding import DecodingResult
    from whisper.tokenizer import Tokenizer

SAMPLES_PER_FRAME = 160


def timed_words(model: Whisper, tokenizer: Tokenizer, window: Region, result: DecodingResult) -> list[Word]:
    """Words with times by the library's cross-attention alignment."""
    from whisper.timing import find_alignment, merge_punctuations

    tokens = [token for token in result.tokens if token < tokenizer.eot]
    if not tokens:
        return []
    frames = window.duration_ms * 16 // SAMPLES_PER_FRAME
    alignment = find_alignment(cast("Whisper", _Heard(model)), tokenizer, tokens, result.audio_features, frames)
    merge_punctuations(alignment, "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、")
    return [
        Word(
            timing.word.strip(),
            window.start_ms + round(1000 * timing.start),
            min(window.start_ms + round(1000 * timing.end), window.end_ms),
            round(min(max(float(timing.probability), 0.0), 1.0), 4),
        )
        for timing in alignment
        if timing.word.strip()
    ]


class _Heard:
    """Stands for a model whose encoder has done its work already: what is passed as sound is what it gave."""

    def __init__(self, model: Whisper) -> None:
        self._model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def __call__(self, features: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self._model.decoder(tokens, features)
        return logits
