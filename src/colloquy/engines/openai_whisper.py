"""openai-whisper: its own checkpoints, decoder and word times, in batches of windows."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.language import AUTO, DetectedLanguages
from colloquy.domain.model import recognise
from colloquy.domain.model_size import Precision, openai_whisper_need
from colloquy.domain.transcript import Transcript, Word
from colloquy.engines.devices import Device, choose_device
from colloquy.engines.gpu_ladder import Ladder, free_memory
from colloquy.engines.model_fit import Candidate, fit_ladder
from colloquy.engines.openai_whisper_languages import detect_languages, open_tokenizer
from colloquy.engines.openai_whisper_times import timed_words
from colloquy.engines.vocabulary_prompt import encode_vocabulary
from colloquy.engines.whisper_checkpoint import read_language_count, read_shape
from colloquy.engines.whisper_languages import (
    language_of_each,
    read_by_language,
    refuse_english_model,
    refuse_unknown_language,
    refuse_unread_language,
)
from colloquy.engines.whisper_weights import NO_HALF, load_model, precision_of
from colloquy.errors import ModelMissingError
from colloquy.protocols import Heard, unheard
from colloquy.settings import TranscriptionSettings

if TYPE_CHECKING:
    import torch
    from whisper import Whisper
    from whisper.decoding import DecodingOptions, DecodingResult

# The library's own quality tests and the temperatures it tries in turn (whisper.transcribe's defaults).
TEMPERATURES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
COMPRESSION_RATIO_LIMIT = 2.4
LOG_PROBABILITY_LIMIT = -1.0
NO_SPEECH_LIMIT = 0.6
DEMO_STEM = "demo-en"
SEED = 0

Read = TypeVar("Read")
_loaded: dict[tuple[str, str], Whisper] = {}
_loading = threading.Lock()
# A Whisper model gives wrong words when two threads share it: one window at a time.
_decoding = threading.Lock()


def make(settings: TranscriptionSettings, model: Path, language: str) -> OpenAiWhisper:
    """Raises ModelMissingError when there is no file at `model`, ModelDamagedError when it is no whole checkpoint, and
    SettingsError for a language that Whisper does not know and for a vocabulary that is too long.
    """
    return OpenAiWhisper(settings, model, language)


def refuse_too_big(settings: TranscriptionSettings, model: Path, name: str) -> None:
    """`name` is what the model is called in messages. Raises as `windows_at_once`, and ModelDamagedError."""
    fit_ladder(_ladder(settings), lambda device: _candidate(model, name, device))


class OpenAiWhisper:
    def __init__(self, settings: TranscriptionSettings, model: Path, language: str) -> None:
        if not model.is_file():
            raise ModelMissingError(
                "transcription: the model's file is not there. Run `colloquy models list` to see which models this "
                "machine has and `colloquy models fetch NAME` to get one."
            )
        from whisper.tokenizer import LANGUAGES, get_encoding

        refuse_unknown_language(language, LANGUAGES)
        for name in ("gpt2", "multilingual") if settings.vocabulary else ():  # which is the model's shows once loaded
            encode_vocabulary(settings.vocabulary, get_encoding(name).encode)
        self._settings = settings
        self._path = model
        self._language = language
        count = read_language_count(model)
        if count == 1:
            refuse_english_model(language)
        elif language not in (AUTO, *list(LANGUAGES)[:count]):
            refuse_unread_language(language)
        digest = _digest(model)
        self._identity = EngineIdentity("openai-whisper", version("openai-whisper"), _name(model, digest), digest)

    @property
    def identity(self) -> EngineIdentity:
        """Without the device, which is looked for when the work begins; the transcript names it."""
        return self._identity

    @property
    def language(self) -> str:
        return self._language

    def detect_languages(self, audio: AudioSamples, windows: tuple[Region, ...]) -> DetectedLanguages:
        """See Transcriber."""

        def detect(batch: tuple[Region, ...], device: Device) -> list[dict[str, float]]:
            model = _load(self._path, self._identity.model, device)
            return detect_languages(model, _mels(model, audio, batch))

        found, ladder, _ = self._in_batches(windows, detect, unheard)
        return DetectedLanguages(tuple(found), tuple(ladder.said))

    def transcribe(
        self,
        audio: AudioSamples,
        windows: tuple[Region, ...],
        heard: Heard = unheard,
        *,
        languages: tuple[str, ...] = (),
        is_prompted: bool = True,
    ) -> Transcript:
        """See Transcriber. Windows are at most 30 s long; the sound is the mean of the channels."""
        language_of = language_of_each(windows, languages, self._language)
        vocabulary = self._settings.vocabulary if is_prompted else ()

        def read(batch: tuple[Region, ...], device: Device) -> list[Word]:
            return read_by_language(
                batch, language_of, lambda language, some: self._read(audio, some, device, language, vocabulary)
            )

        words, ladder, precision = self._in_batches(windows, read, heard)
        identity = replace(self._identity, device=ladder.device)
        said = tuple(ladder.said)
        return Transcript(tuple(words), self._language, audio.duration_ms, identity, said, precision=precision)

    def _in_batches(
        self, windows: tuple[Region, ...], read: Callable[[tuple[Region, ...], Device], list[Read]], heard: Heard
    ) -> tuple[list[Read], Ladder, str]:
        """What `read` gives for so many windows at once as the device takes, the steps down to that, the precision."""
        ladder = _ladder(self._settings)
        precision = ""
        found: list[Read] = []
        first = 0
        with _decoding:
            if windows:
                self._fit(ladder)
            while first < len(windows):
                batch = windows[first : first + ladder.size]
                try:
                    of_batch = read(batch, ladder.device)
                    precision = self._precision(ladder)
                except RuntimeError as error:
                    ladder.step_down(error)
                else:
                    found += of_batch
                    first += len(batch)
                    heard(sum(window.duration_ms for window in batch))
                    continue
                _unload(ladder.device)  # outside of `except`, which would keep what the failed try had allocated
                if ladder.is_on_cpu:
                    self._fit(ladder)
            free_memory(ladder.device)
        return found, ladder, precision

    def _fit(self, ladder: Ladder) -> None:
        fit_ladder(ladder, lambda device: _candidate(self._path, self._identity.model, device))

    def _precision(self, ladder: Ladder) -> str:
        model = _load(self._path, self._identity.model, ladder.device)
        precision = precision_of(model)
        if model.device.type == "cuda" and precision == "float32" and NO_HALF not in ladder.said:
            ladder.said.append(NO_HALF)
        return precision

    def _read(
        self,
        audio: AudioSamples,
        windows: tuple[Region, ...],
        device: Device,
        language: str,
        vocabulary: tuple[str, ...],
    ) -> dict[Region, list[Word]]:
        """Words by window."""
        model = _load(self._path, self._identity.model, device)
        tokenizer = open_tokenizer(model, language)
        prompt = encode_vocabulary(vocabulary, tokenizer.encode, model.dims.n_text_ctx // 2 - 1)
        results = self._decode(model, _mels(model, audio, windows), language, prompt)
        return {
            window: [] if result is None else timed_words(model, tokenizer, window, result)
            for window, result in zip(windows, results, strict=True)
        }

    def _decode(
        self, model: Whisper, mels: torch.Tensor, language: str, prompt: list[int]
    ) -> list[DecodingResult | None]:
        """The best result of each window; None where the library's tests say that nobody speaks."""
        import torch
        from whisper.decoding import DecodingOptions

        # Above temperature 0 words are drawn at random; the same recording must give the same words every time.
        torch.manual_seed(SEED)
        results: list[DecodingResult | None] = [None] * len(mels)
        pending = list(range(len(mels)))
        heard = mels  # encoded by the first decoding; further ones, and the word times, take what it gave
        for temperature in TEMPERATURES:
            options = DecodingOptions(
                language=language,
                prompt=prompt or None,
                temperature=temperature,
                without_timestamps=True,
                fp16=precision_of(model) == "float16",
            )
            decoded = _decode_batch(model, heard, options)
            for index, result in zip(pending, decoded, strict=True):
                results[index] = result
            failed = [number for number, result in enumerate(decoded) if _has_failed(result)]
            if not failed:
                break
            heard = torch.stack([decoded[number].audio_features for number in failed])
            pending = [pending[number] for number in failed]
        return [None if result is None or _is_silent(result) else result for result in results]


def _ladder(settings: TranscriptionSettings) -> Ladder:
    return Ladder(choose_device(settings.device), settings.batch_size, settings.on_gpu_failure == "cpu")


def _candidate(path: Path, name: str, device: Device) -> Candidate:
    precision: Precision = "float16" if device == "cuda" else "float32"
    is_loaded = (str(path), device) in _loaded
    return Candidate(name, read_shape(path), lambda shape: openai_whisper_need(shape, precision), is_loaded)


def _digest(path: Path) -> str:
    """Of what is about to be loaded; worked out again only where the file has changed since."""
    seen = path.stat()
    return _digest_of(path, seen.st_size, seen.st_mtime_ns)


@lru_cache(maxsize=8)
def _digest_of(path: Path, _size: int, _changed_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _name(path: Path, digest: str) -> str:
    """The published name of known weights, whatever the file is called; a file's own name may name anybody."""
    known = recognise(digest)
    if known is not None:
        return known.name
    return path.stem if path.stem == DEMO_STEM else f"custom-{digest[:12]}"


def _load(path: Path, name: str, device: Device) -> Whisper:
    """The model, loaded once per process. Raises RuntimeError where it cannot be moved to the GPU."""
    with _loading:
        key = (str(path), device)
        if key not in _loaded:
            _loaded[key] = load_model(path, name, device)
        return _loaded[key]


def _unload(device: str) -> None:
    """After a step down: what the failed try held is given back, and models that are used no longer are forgotten."""
    with _loading:
        for key in [key for key in _loaded if key[1] != device]:
            del _loaded[key]
    free_memory("cuda")


def _mels(model: Whisper, audio: AudioSamples, windows: tuple[Region, ...]) -> torch.Tensor:
    """(windows, mels, 3000)"""
    import torch
    from whisper.audio import N_SAMPLES, log_mel_spectrogram, pad_or_trim

    mono = [audio.cut(window.start_ms, window.end_ms).mono() for window in windows]
    return torch.stack(
        [log_mel_spectrogram(pad_or_trim(torch.from_numpy(samples), N_SAMPLES), model.dims.n_mels) for samples in mono]
    ).to(model.device)


def _decode_batch(model: Whisper, mels: torch.Tensor, options: DecodingOptions) -> list[DecodingResult]:
    from whisper.decoding import decode

    results = decode(model, mels, options)
    return results if isinstance(results, list) else [results]


def _has_failed(result: DecodingResult | None) -> bool:
    if result is None or _is_silent(result):
        return False
    return bool(result.compression_ratio > COMPRESSION_RATIO_LIMIT or result.avg_logprob < LOG_PROBABILITY_LIMIT)


def _is_silent(result: DecodingResult) -> bool:
    return bool(result.no_speech_prob > NO_SPEECH_LIMIT and result.avg_logprob < LOG_PROBABILITY_LIMIT)
