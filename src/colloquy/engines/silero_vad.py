"""Voice activity with silero-vad, whose weights come inside its package."""

from __future__ import annotations

import hashlib
from functools import cached_property
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import numpy as np

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.engine import EngineIdentity
from colloquy.settings import PrepareSettings

RATE_HZ = 16_000
FRAME_SAMPLES = 512
# Below silero's own 250 ms, so that "mm" and "yeah" are not lost.
SHORTEST_SPEECH_MS = 100
PAD_MS = 40
WEIGHTS = "silero_vad.jit"


class SileroVoiceActivityDetector:
    """`VoiceActivityDetector` over silero-vad's model and rules; deterministic, on the CPU."""

    def __init__(self, settings: PrepareSettings) -> None:
        self._settings = settings

    @cached_property
    def identity(self) -> EngineIdentity:
        weights = files("silero_vad.data").joinpath(WEIGHTS).read_bytes()
        return EngineIdentity("silero-vad", version("silero-vad"), WEIGHTS, hashlib.sha256(weights).hexdigest())

    def find_speech(self, audio: AudioSamples) -> tuple[Region, ...]:
        """Speech regions in order, in whole ms, not overlapping, inside the recording; empty where nobody speaks."""
        sound = audio if audio.rate_hz == RATE_HZ else _at_16_khz(audio)
        stamps = self._silero.utils_vad.get_speech_timestamps_from_probs(
            self._probabilities(sound),
            threshold=self._settings.speech_threshold,
            sampling_rate=RATE_HZ,
            min_speech_duration_ms=SHORTEST_SPEECH_MS,
            min_silence_duration_ms=self._settings.minimum_pause_ms,
            speech_pad_ms=PAD_MS,
            audio_length_samples=sound.sample_count,
        )
        regions = (Region(_to_ms(stamp["start"]), min(_to_ms(stamp["end"]), audio.duration_ms)) for stamp in stamps)
        return tuple(region for region in regions if region.duration_ms > 0)

    def _probabilities(self, audio: AudioSamples) -> list[float]:
        """Of speech, as `silero_vad.get_speech_timestamps` finds them, which would take the sound as a whole."""
        import torch

        model = self._model
        model.reset_states()
        found: list[float] = []
        with torch.no_grad():
            for piece in audio.pieces(FRAME_SAMPLES):
                mono = AudioSamples(piece).mono()
                frames = np.pad(mono, (0, -len(mono) % FRAME_SAMPLES)).reshape(-1, FRAME_SAMPLES)
                found += [model(frame, RATE_HZ).item() for frame in torch.from_numpy(frames)]
        return found

    @cached_property
    def _silero(self) -> Any:
        import torch

        # silero_vad sets torch's threads to 1 for the whole process when it is first imported.
        threads = torch.get_num_threads()
        import silero_vad

        torch.set_num_threads(threads)
        return silero_vad

    @cached_property
    def _model(self) -> Any:
        return self._silero.load_silero_vad()


def _at_16_khz(audio: AudioSamples) -> AudioSamples:
    import torch
    import torchaudio

    resampled = torchaudio.functional.resample(torch.from_numpy(audio.mono()), audio.rate_hz, RATE_HZ)
    return AudioSamples(resampled.numpy()[None, :], RATE_HZ)


def _to_ms(sample: int) -> int:
    return round(1000 * sample / RATE_HZ)


def make(settings: PrepareSettings) -> SileroVoiceActivityDetector:
    return SileroVoiceActivityDetector(settings)
