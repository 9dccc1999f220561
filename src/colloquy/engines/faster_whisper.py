"""faster-whisper: Whisper's weights as CTranslate2 folders, decoded in batches of our windows. Needs its extra.

The library's own pipelines are passed by: both choose what to read by a voice activity detector of their own or by
predicted times, and the batched one is known to lose passages and to override options (SYSTRAN/faster-whisper #1179,
#1351, #1427). Here each window that was given is encoded, decoded and aligned; nothing else decides what is read.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.model import find_card
from colloquy.domain.transcript import Transcript, Word
from colloquy.engines.ctranslate2_folder import check_ctranslate2_folder, digest_folder
from colloquy.engines.devices import Device
from colloquy.engines.faster_whisper_weights import (
    Weights,
    choose_device_of_both,
    forget_weights,
    load_weights,
    open_tokenizer,
)
from colloquy.engines.gpu_ladder import Ladder, is_gpu_fault
from colloquy.engines.openai_whisper import (
    COMPRESSION_RATIO_LIMIT,
    DEMO_STEM,
    LOG_PROBABILITY_LIMIT,
    NO_SPEECH_LIMIT,
    TEMPERATURES,
)
from colloquy.errors import DeviceUnavailableError, TranscriptionError
from colloquy.protocols import Heard, unheard
from colloquy.settings import TranscriptionSettings

if TYPE_CHECKING:
    from faster_whisper import WhisperModel
    from faster_whisper.tokenizer import Tokenizer

MS_PER_FRAME = 10

# Random numbers are drawn in the order of the windows, so that two recordings must not take turns.
_decoding = threading.Lock()


def make(settings: TranscriptionSettings, model: Path, language: str) -> FasterWhisper:
    """Raises ModelDamagedError, TranscriptionError for a language that the model has no word for."""
    return FasterWhisper(settings, model, language)


class FasterWhisper:
    def __init__(self, settings: TranscriptionSettings, model: Path, language: str) -> None:
        check_ctranslate2_folder(model)
        tokenizer = open_tokenizer(model)
        if tokenizer.token_to_id(f"<|{language}|>") is None:
            raise TranscriptionError(
                f'study.language is "{language}", and the model knows no such language. Expected an ISO 639-1 code '
                'such as "en" or "de".'
            )
        self._settings = settings
        self._folder = model
        self._language = language
        digest = digest_folder(model)
        self._identity = EngineIdentity("faster-whisper", version("faster-whisper"), _name(model, digest), digest)

    @property
    def identity(self) -> EngineIdentity:
        """Without the device, which is looked for when the work begins; the transcript names it."""
        return self._identity

    def transcribe(self, audio: AudioSamples, windows: tuple[Region, ...], heard: Heard = unheard) -> Transcript:
        """See Transcriber. Windows are at most 30 s long; the sound is the mean of the channels."""
        settings = self._settings
        ladder = Ladder(
            choose_device_of_both(settings.device),
            settings.batch_size,
            settings.on_gpu_failure == "cpu",
            unit="windows",
        )
        words: list[Word] = []
        first = 0
        with _decoding:
            weights = self._begin(ladder.device)
            while first < len(windows):
                batch = windows[first : first + ladder.size]
                try:
                    words += _read(weights, audio, batch, self._language)
                except (RuntimeError, ValueError) as error:  # what ctranslate2 raises for every fault at work
                    if not isinstance(error, RuntimeError) or ladder.device != "cuda" or not is_gpu_fault(error):
                        raise self._explained(error, ladder.device) from None
                    ladder.step_down(error)
                else:
                    first += len(batch)
                    heard(sum(window.duration_ms for window in batch))
                    continue
                forget_weights(ladder.device)
                weights = self._begin(ladder.device)
        identity = replace(self._identity, device=ladder.device)
        return Transcript(tuple(words), self._language, audio.duration_ms, identity, tuple(ladder.said))

    def _begin(self, device: Device) -> Weights:
        weights = load_weights(self._folder, device)
        _refuse_other_language(weights.whisper, self._language)
        weights.begin_recording()
        return weights

    def _explained(self, error: Exception, device: Device) -> TranscriptionError | DeviceUnavailableError:
        """Never another device by itself. The library's messages name its own parts, never speech."""
        if device == "cpu":
            return TranscriptionError(
                f"transcription.engine faster-whisper broke off ({error}). Run colloquy models verify, and try again "
                "with a smaller transcription.batch_size."
            )
        return DeviceUnavailableError(
            f"transcription.engine faster-whisper cannot compute on the GPU ({error}). Install the CUDA libraries that "
            'CTranslate2 asks for, or set transcription.device = "cpu", or transcription.engine = "openai-whisper".'
        )


@dataclass(frozen=True, slots=True)
class _Decoded:
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


def _name(folder: Path, digest: str) -> str:
    """A published name; a folder's own name may name anybody."""
    is_known = folder.name == DEMO_STEM or find_card(folder.name) is not None
    return folder.name if is_known else f"custom-{digest[:12]}"


def _refuse_other_language(whisper: WhisperModel, language: str) -> None:
    if not whisper.model.is_multilingual and language != "en":
        raise TranscriptionError(
            f'study.language is "{language}" and this model knows English alone. '
            "Choose a model without `.en` in its name."
        )


def _read(weights: Weights, audio: AudioSamples, windows: tuple[Region, ...], language: str) -> list[Word]:
    from faster_whisper.tokenizer import Tokenizer

    whisper = weights.whisper
    tokenizer = Tokenizer(whisper.hf_tokenizer, whisper.model.is_multilingual, "transcribe", language)
    # (windows, 1500, states), on the processor: taken apart below, and put back on the GPU by the library
    heard = np.array(whisper.model.encode(_storage(_mels(whisper.model.n_mels, audio, windows)), to_cpu=True))
    results = _decode(weights, tokenizer, heard)
    spoken = [number for number, result in enumerate(results) if result.tokens and not result.is_silent]
    if not spoken:
        return []
    alignments = weights.whisper.find_alignment(
        tokenizer,
        [results[number].tokens for number in spoken],
        _storage(heard[spoken]),
        [max(2, windows[number].duration_ms // MS_PER_FRAME) for number in spoken],
    )
    return [
        word
        for number, alignment in zip(spoken, alignments, strict=True)
        for word in _words(windows[number], alignment)
    ]


def _mels(count: int, audio: AudioSamples, windows: tuple[Region, ...]) -> np.ndarray:
    """(windows, mels, 3000), by whisper's own function, so that both engines hear the same.

    The library's extractor pads what it has measured; whisper was trained on sound padded before.
    """
    import torch
    from whisper.audio import N_SAMPLES, log_mel_spectrogram, pad_or_trim

    mono = [audio.cut(window.start_ms, window.end_ms).mono() for window in windows]
    return np.stack(
        [log_mel_spectrogram(pad_or_trim(torch.from_numpy(samples), N_SAMPLES), count).numpy() for samples in mono]
    )


def _storage(values: np.ndarray) -> Any:
    import ctranslate2

    return ctranslate2.StorageView.from_array(np.ascontiguousarray(values))


def _decode(weights: Weights, tokenizer: Tokenizer, heard: np.ndarray) -> list[_Decoded]:
    """The best result of each window; those that fail the library's tests are read again at higher temperatures."""
    results = _generate(weights, tokenizer, heard, TEMPERATURES[0])
    for temperature in TEMPERATURES[1:]:
        failed = [number for number, result in enumerate(results) if result.has_failed]
        if not failed:
            break
        weights.prepare_to_draw()
        for number, result in zip(failed, _generate(weights, tokenizer, heard[failed], temperature), strict=True):
            results[number] = result
    return results


def _generate(weights: Weights, tokenizer: Tokenizer, heard: np.ndarray, temperature: float) -> list[_Decoded]:
    from faster_whisper.transcribe import get_suppressed_tokens

    prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
    found: Sequence[Any] = weights.whisper.model.generate(
        _storage(heard),
        [prompt] * len(heard),
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


def _decoded(tokenizer: Tokenizer, result: Any) -> _Decoded:
    tokens = [token for token in result.sequences_ids[0] if token < tokenizer.eot]
    text = tokenizer.decode(tokens).strip().encode()
    average = result.scores[0] / (len(result.sequences_ids[0]) + 1)
    return _Decoded(tokens, average, result.no_speech_prob, len(text) / len(zlib.compress(text)))


def _words(window: Region, alignment: list[dict[str, Any]]) -> list[Word]:
    """Words with times by CTranslate2's cross-attention alignment."""
    from faster_whisper.transcribe import merge_punctuations

    merge_punctuations(alignment, "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、")
    return [
        Word(
            found["word"].strip(),
            min(window.start_ms + round(1000 * float(found["start"])), window.end_ms),
            min(window.start_ms + round(1000 * float(found["end"])), window.end_ms),
            round(min(max(float(found["probability"]), 0.0), 1.0), 4),
        )
        for found in alignment
        if found["word"].strip()
    ]
