"""What a model of faster-whisper is given to hear, and in which languages it hears it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from colloquy.domain.audio import AudioSamples, Region

if TYPE_CHECKING:
    from faster_whisper import WhisperModel


def mels(count: int, audio: AudioSamples, windows: tuple[Region, ...]) -> np.ndarray:
    """(windows, mels, 3000), by whisper's own function, so that both engines hear the same.

    The library's extractor pads what it has measured; whisper was trained on sound padded before.
    """
    import torch
    from whisper.audio import N_SAMPLES, log_mel_spectrogram, pad_or_trim

    mono = [audio.cut(window.start_ms, window.end_ms).mono() for window in windows]
    return np.stack(
        [log_mel_spectrogram(pad_or_trim(torch.from_numpy(samples), N_SAMPLES), count).numpy() for samples in mono]
    )


def stored(values: np.ndarray) -> Any:
    """As CTranslate2 takes it."""
    import ctranslate2

    return ctranslate2.StorageView.from_array(np.ascontiguousarray(values))


def detect_languages(whisper: WhisperModel, audio: AudioSamples, windows: tuple[Region, ...]) -> list[dict[str, float]]:
    """The probability of each language for each window, by the library's own detection."""
    found = whisper.model.detect_language(stored(mels(whisper.model.n_mels, audio, windows)))
    return [{token[2:-2]: probability for token, probability in of_window} for of_window in found]
