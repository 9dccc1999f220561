"""Languages of a loaded openai-whisper model: its tokens for one, and which it hears."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colloquy.domain.language import AUTO
from colloquy.engines.whisper_languages import refuse_english_model, refuse_unread_language
from colloquy.engines.whisper_weights import precision_of

if TYPE_CHECKING:
    import torch
    from whisper import Whisper
    from whisper.tokenizer import Tokenizer


def open_tokenizer(model: Whisper, language: str) -> Tokenizer:
    """Raises TranscriptionError where the model does not know the language."""
    from whisper.tokenizer import get_tokenizer

    if not model.is_multilingual:
        refuse_english_model(language)
    elif language not in get_tokenizer(True, num_languages=model.num_languages).all_language_codes:
        refuse_unread_language(language)
    return get_tokenizer(model.is_multilingual, num_languages=model.num_languages, language=language, task="transcribe")


def detect_languages(model: Whisper, mels: torch.Tensor) -> list[dict[str, float]]:
    """The probability of each language for each of `mels`, (windows, mels, 3000), by the library's own detection."""
    from whisper.decoding import detect_language

    if not model.is_multilingual:
        refuse_english_model(AUTO)
    _, probabilities = detect_language(model, mels.half() if precision_of(model) == "float16" else mels)
    return list(probabilities)
