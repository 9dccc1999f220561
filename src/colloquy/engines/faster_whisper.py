"""faster-whisper: Whisper's weights as CTranslate2 folders, decoded in batches of our windows. Needs its extra.

The library's own pipelines are passed by: both choose what to read by a voice activity detector of their own or by
predicted times, and the batched one is known to lose passages and to override options (SYSTRAN/faster-whisper #1179,
#1351, #1427). Here each window that was given is encoded, decoded and aligned; nothing else decides what is read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.language import AUTO, DetectedLanguages
from colloquy.domain.model import find_card
from colloquy.domain.model_size import faster_whisper_need
from colloquy.domain.transcript import Transcript, Word
from colloquy.engines.ctranslate2_folder import check_ctranslate2_folder, digest_folder, read_shape
from colloquy.engines.devices import Device
from colloquy.engines.faster_whisper_decoding import decode
from colloquy.engines.faster_whisper_sound import detect_languages, mels, stored
from colloquy.engines.faster_whisper_weights import (
    COMPUTE_TYPES,
    EVERYWHERE,
    Weights,
    choose_device_of_both,
    forget_weights,
    is_loaded,
    load_weights,
    open_tokenizer,
)
from colloquy.engines.gpu_ladder import Ladder, is_gpu_fault
from colloquy.engines.model_fit import Candidate, fit_ladder
from colloquy.engines.openai_whisper import (
    DEMO_STEM,
)
from colloquy.engines.vocabulary_prompt import encode_vocabulary
from colloquy.engines.whisper_languages import (
    language_of_each,
    read_by_language,
    refuse_english_model,
    refuse_unknown_language,
    refuse_unread_language,
)
from colloquy.errors import DeviceUnavailableError, TranscriptionError
from colloquy.protocols import Heard, unheard
from colloquy.settings import TranscriptionSettings

MS_PER_FRAME = 10
Read = TypeVar("Read")

# Random numbers are drawn in the order of the windows, so that two recordings must not take turns.
_decoding = threading.Lock()


def make(settings: TranscriptionSettings, model: Path, language: str) -> FasterWhisper:
    """Raises ModelDamagedError, SettingsError for a language that Whisper does not know and for a vocabulary that is
    too long, TranscriptionError for a language that this model does not know.
    """
    return FasterWhisper(settings, model, language)


def refuse_too_big(settings: TranscriptionSettings, model: Path, name: str) -> None:
    """`name` is what the model is called in messages. Raises as `windows_at_once`, and ModelDamagedError."""
    check_ctranslate2_folder(model)
    _fit(_ladder(settings), model, name)


class FasterWhisper:
    def __init__(self, settings: TranscriptionSettings, model: Path, language: str) -> None:
        from whisper.tokenizer import LANGUAGES

        refuse_unknown_language(language, LANGUAGES)
        check_ctranslate2_folder(model)
        tokenizer = open_tokenizer(model)
        if language != AUTO and tokenizer.token_to_id(f"<|{language}|>") is None:
            refuse_unread_language(language)
        encode_vocabulary(settings.vocabulary, lambda text: tokenizer.encode(text, add_special_tokens=False).ids)
        self._settings = settings
        self._folder = model
        self._language = language
        digest = digest_folder(model)
        self._identity = EngineIdentity("faster-whisper", version("faster-whisper"), _name(model, digest), digest)

    @property
    def identity(self) -> EngineIdentity:
        """Without the device, which is looked for when the work begins; the transcript names it."""
        return self._identity

    @property
    def language(self) -> str:
        return self._language

    def detect_languages(self, audio: AudioSamples, windows: tuple[Region, ...]) -> DetectedLanguages:
        """See Transcriber."""
        found, ladder, _ = self._in_batches(
            windows, lambda weights, batch: detect_languages(weights.whisper, audio, batch), unheard
        )
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

        def read(weights: Weights, batch: tuple[Region, ...]) -> list[Word]:
            return read_by_language(
                batch, language_of, lambda language, some: _read(weights, audio, some, language, vocabulary)
            )

        words, ladder, precision = self._in_batches(windows, read, heard)
        identity = replace(self._identity, device=ladder.device)
        said = tuple(ladder.said)
        return Transcript(tuple(words), self._language, audio.duration_ms, identity, said, precision=precision)

    def _in_batches(
        self, windows: tuple[Region, ...], read: Callable[[Weights, tuple[Region, ...]], list[Read]], heard: Heard
    ) -> tuple[list[Read], Ladder, str]:
        """What `read` gives for so many windows at once as the device takes, the steps down to that, the precision."""
        ladder = _ladder(self._settings)
        found: list[Read] = []
        first = 0
        with _decoding:
            if windows:
                _fit(ladder, self._folder, self._identity.model)
            weights: Weights | None = None
            while first < len(windows):
                batch = windows[first : first + ladder.size]
                try:
                    weights = weights or self._begin(ladder.device)
                    found += read(weights, batch)
                except (RuntimeError, ValueError) as error:  # what ctranslate2 raises for every fault at work
                    if not isinstance(error, RuntimeError) or ladder.device != "cuda" or not is_gpu_fault(error):
                        raise self._explained(error, ladder.device) from None
                    ladder.step_down(error)
                else:
                    first += len(batch)
                    heard(sum(window.duration_ms for window in batch))
                    continue
                weights = None
                forget_weights(ladder.device)
                if ladder.is_on_cpu:
                    _fit(ladder, self._folder, self._identity.model)
        precision = weights.whisper.model.compute_type if weights else ""
        if precision == EVERYWHERE != COMPUTE_TYPES[ladder.device]:
            ladder.said.append(
                f"This machine does not compute with {COMPUTE_TYPES[ladder.device]}: {EVERYWHERE} it was."
            )
        return found, ladder, precision

    def _begin(self, device: Device) -> Weights:
        weights = load_weights(self._folder, device)
        if not weights.whisper.model.is_multilingual:
            refuse_english_model(self._language)
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


def _ladder(settings: TranscriptionSettings) -> Ladder:
    may_use_cpu = settings.on_gpu_failure == "cpu"
    return Ladder(choose_device_of_both(settings.device), settings.batch_size, may_use_cpu)


def _fit(ladder: Ladder, folder: Path, name: str) -> None:
    shape = read_shape(folder)
    if shape is None:
        return  # what cannot be measured is left to the library

    def candidate(device: Device) -> Candidate:
        number_bytes = 2 if device == "cuda" else 1
        loaded = is_loaded(folder, device)
        return Candidate(name, shape, lambda one: faster_whisper_need(one, number_bytes), loaded, "faster-whisper-")

    fit_ladder(ladder, candidate)


def _name(folder: Path, digest: str) -> str:
    """A published name; a folder's own name may name anybody."""
    is_known = folder.name == DEMO_STEM or find_card(folder.name) is not None
    return folder.name if is_known else f"custom-{digest[:12]}"


def _read(
    weights: Weights, audio: AudioSamples, windows: tuple[Region, ...], language: str, vocabulary: tuple[str, ...]
) -> dict[Region, list[Word]]:
    """Words by window."""
    from faster_whisper.tokenizer import Tokenizer

    whisper = weights.whisper
    tokenizer = Tokenizer(whisper.hf_tokenizer, whisper.model.is_multilingual, "transcribe", language)
    prompt = encode_vocabulary(vocabulary, tokenizer.encode)
    # (windows, 1500, states), on the processor: taken apart below, and put back on the GPU by the library
    heard = np.array(whisper.model.encode(stored(mels(whisper.model.n_mels, audio, windows)), to_cpu=True))
    results = decode(weights, tokenizer, heard, prompt)
    words: dict[Region, list[Word]] = {window: [] for window in windows}
    spoken = [number for number, result in enumerate(results) if result.tokens and not result.is_silent]
    if not spoken:
        return words
    alignments = weights.whisper.find_alignment(
        tokenizer,
        [results[number].tokens for number in spoken],
        stored(heard[spoken]),
        [max(2, windows[number].duration_ms // MS_PER_FRAME) for number in spoken],
    )
    for number, alignment in zip(spoken, alignments, strict=True):
        words[windows[number]] = _words(windows[number], alignment)
    return words


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
