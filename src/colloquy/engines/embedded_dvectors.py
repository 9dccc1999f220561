"""What a voice sounds like as a trained network has learnt it: d-vectors, one for every stretch of 1.6 s.

Source: L. Wan et al., "Generalized end-to-end loss for speaker verification", ICASSP 2018; the weights are those that
Resemblyzer's package carries (Apache-2.0). Only they are taken: the library is not needed. Its spectra are librosa's
with its defaults; a test holds ours to them.
"""

from __future__ import annotations

import hashlib
import pickle
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from colloquy.domain.audio import AudioSamples
from colloquy.domain.engine import VOICE_ENCODER
from colloquy.domain.samples import Samples
from colloquy.engines.embedded_voice import RATE_HZ, at_16_khz, windows
from colloquy.errors import ModelDamagedError

MODEL_NAME = VOICE_ENCODER
WINDOW_FRAMES = 160
BANDS, UNITS, LAYERS = 40, 256, 3
# The network was trained on speech that was made at least as loud as this.
_LEVEL_DBFS = -30.0
_BATCH = 64
_BLOCK, _FRAME_SAMPLES = 8_192, 160
_HANN = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)


def check_voice_encoder(path: Path) -> None:
    """The file holds every weight of the encoder (nothing in it is executed). Raises ModelDamagedError."""
    _network(path)


class VoiceEncoder:
    """The weights at `path`, which must have the digest `sha256` where one is given; on the CPU."""

    def __init__(self, path: Path, sha256: str = "") -> None:
        self._path = path
        self._sha256 = sha256

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the weights. Raises ModelDamagedError where they are others than were published."""
        try:
            with self._path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            raise ModelDamagedError(f"models: {MODEL_NAME} cannot be read. Delete it and fetch it again.") from None
        if self._sha256 not in ("", found):
            raise ModelDamagedError(
                f"models: {MODEL_NAME} is not what was published: its SHA-256 differs. Delete it and run colloquy "
                f"models fetch {MODEL_NAME}."
            )
        return found

    def embed(self, audio: AudioSamples, centres: np.ndarray, is_speech: np.ndarray) -> np.ndarray:
        """Unit vectors, float32 (n, 256), of the windows around `centres` (n rising frames of 10 ms).

        `is_speech`, bool (frames,), says where the loudness is measured. Raises ModelDamagedError.
        """
        import torch

        lstm, linear = self._layers
        sound = at_16_khz(audio)
        gain = _gain(sound, is_speech)
        found = np.zeros((len(centres), UNITS), np.float32)
        for first in range(0, len(centres), _BATCH):
            batch = centres[first : first + _BATCH] - WINDOW_FRAMES // 2
            mel = np.stack([_mel(sound, int(start)) for start in batch]) * np.float32(gain)
            with torch.no_grad():
                _, (hidden, _) = lstm(torch.from_numpy(mel))
                raw = torch.relu(linear(hidden[-1])).numpy()
            found[first : first + _BATCH] = raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-6)
        return found

    @cached_property
    def _layers(self) -> tuple[Any, Any]:
        _ = self.digest
        return _network(self._path)


def _network(path: Path) -> tuple[Any, Any]:
    import torch

    lstm, linear = torch.nn.LSTM(BANDS, UNITS, LAYERS, batch_first=True), torch.nn.Linear(UNITS, UNITS)
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
        for part, name in ((lstm, "lstm."), (linear, "linear.")):
            part.load_state_dict({key.removeprefix(name): weights[key] for key in weights if key.startswith(name)})
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, EOFError, pickle.UnpicklingError):
        raise ModelDamagedError(
            f"models: the file is not the voice encoder that Resemblyzer publishes, an LSTM of {LAYERS} layers with "
            f"{UNITS} units. Delete it and run colloquy models fetch {MODEL_NAME}."
        ) from None
    return lstm.eval(), linear.eval()


def _gain(sound: Samples, is_speech: np.ndarray) -> float:
    """What the power is multiplied by so that the speech is loud enough; never less than one."""
    energy, count = 0.0, 0
    for first in range(0, len(is_speech), _BLOCK):
        chosen = np.repeat(is_speech[first : first + _BLOCK], _FRAME_SAMPLES)
        block = sound[:, first * _FRAME_SAMPLES : first * _FRAME_SAMPLES + len(chosen)][0]
        spoken = block[chosen[: len(block)]].astype(np.float64)
        energy += float(spoken @ spoken)
        count += len(spoken)
    return max(1.0, 10 ** (_LEVEL_DBFS / 10) * count / max(energy, 1e-12)) if count else 1.0


def _mel(sound: Samples, first: int) -> np.ndarray:
    """Mel power of one window from frame `first`, float32 (160, 40)."""
    frames = windows(sound, first, first + WINDOW_FRAMES)
    power = np.abs(np.fft.rfft(frames * _HANN)) ** 2
    mel: np.ndarray = (power @ _bank()).astype(np.float32)
    return mel


@cache
def _bank() -> np.ndarray:
    from torchaudio.functional import melscale_fbanks

    bank: np.ndarray = melscale_fbanks(201, 0.0, 8_000.0, BANDS, RATE_HZ, norm="slaney", mel_scale="slaney").numpy()
    return bank
