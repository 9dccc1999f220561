"""Synthetic voices with the exact time of every word and phone, from the flite speech synthesiser.

Needs Debian's package `libflite1` (or any flite 2.2 build with its voices as shared libraries). Only the people who
rebuild the demo study or its checkpoint need it: the results are committed.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache

import numpy as np

from colloquy.errors import VoiceUnavailableError

RATE_HZ = 16_000
VOICE_NAMES = ("slt", "rms", "awb", "kal16")


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """One word of the text as it was written, with where the voice says it (seconds from the start)."""

    text: str
    start_s: float
    end_s: float
    phones: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, slots=True)
class Speech:
    """What a voice said: float32 samples in [-1, 1] at 16 kHz, shape (n,), and its words in order."""

    samples: np.ndarray
    words: tuple[SpokenWord, ...]


class _Wave(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_char_p),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    ]


class _Voice(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("features", ctypes.c_void_p)]


_SIGNATURES: dict[str, tuple[object, tuple[object, ...]]] = {
    "flite_init": (ctypes.c_int, ()),
    "flite_synth_text": (ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_void_p)),
    "utt_relation": (ctypes.c_void_p, (ctypes.c_void_p, ctypes.c_char_p)),
    "utt_wave": (ctypes.POINTER(_Wave), (ctypes.c_void_p,)),
    "relation_head": (ctypes.c_void_p, (ctypes.c_void_p,)),
    "item_next": (ctypes.c_void_p, (ctypes.c_void_p,)),
    "item_as": (ctypes.c_void_p, (ctypes.c_void_p, ctypes.c_char_p)),
    "item_parent": (ctypes.c_void_p, (ctypes.c_void_p,)),
    "item_feat_string": (ctypes.c_char_p, (ctypes.c_void_p, ctypes.c_char_p)),
    "item_feat_float": (ctypes.c_float, (ctypes.c_void_p, ctypes.c_char_p)),
    "delete_utterance": (None, (ctypes.c_void_p,)),
    "feat_set": (None, (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)),
    "float_val": (ctypes.c_void_p, (ctypes.c_float,)),
}


@cache
def _flite() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL("libflite.so.1", mode=ctypes.RTLD_GLOBAL)
        for dependency in ("libflite_usenglish.so.1", "libflite_cmulex.so.1"):
            ctypes.CDLL(dependency, mode=ctypes.RTLD_GLOBAL)
    except OSError:
        raise VoiceUnavailableError(
            "flite: its shared libraries were not found. Install them (Debian: apt install libflite1) and try again."
        ) from None
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, list(arguments)
    library.flite_init()
    return library


@cache
def _voice(name: str) -> int:
    if name not in VOICE_NAMES:
        raise VoiceUnavailableError(f"flite: no voice {name!r}; known: {', '.join(VOICE_NAMES)}.")
    _flite()
    voices = ctypes.CDLL(f"libflite_cmu_us_{name}.so.1", mode=ctypes.RTLD_GLOBAL)
    register = getattr(voices, f"register_cmu_us_{name}")
    register.restype, register.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    return int(register(None))


def speak(text: str, voice: str, *, stretch: float = 1.0, pitch_hz: float | None = None) -> Speech:
    """Say `text` with a flite voice; words are split at white space and keep their spelling and punctuation.

    `stretch` > 1 speaks more slowly; `pitch_hz` is the mean of the fundamental frequency.
    Raises VoiceUnavailableError when flite or the voice is not installed.
    """
    flite, voice_pointer = _flite(), _voice(voice)
    features = ctypes.cast(voice_pointer, ctypes.POINTER(_Voice)).contents.features
    flite.feat_set(features, b"duration_stretch", flite.float_val(stretch))
    if pitch_hz is not None:
        flite.feat_set(features, b"int_f0_target_mean", flite.float_val(pitch_hz))
    utterance = flite.flite_synth_text(text.encode(), voice_pointer)
    try:
        wave = flite.utt_wave(utterance).contents
        samples = np.ctypeslib.as_array(wave.samples, (wave.num_samples,)).astype(np.float32) / 32768.0
        if wave.sample_rate != RATE_HZ:
            raise VoiceUnavailableError(f"flite: voice {voice} speaks at {wave.sample_rate} Hz, expected {RATE_HZ}.")
        return Speech(samples, _words(flite, utterance, text.split()))
    finally:
        flite.delete_utterance(utterance)


def _words(flite: ctypes.CDLL, utterance: int, written: list[str]) -> tuple[SpokenWord, ...]:
    phones_of: dict[int, list[tuple[str, float, float]]] = {}
    segment = flite.relation_head(flite.utt_relation(utterance, b"Segment"))
    start_s = 0.0
    while segment:
        end_s = float(flite.item_feat_float(segment, b"end"))
        syllable = flite.item_as(segment, b"SylStructure")
        if syllable and flite.item_parent(syllable):
            word = flite.item_parent(flite.item_parent(syllable))
            token = flite.item_parent(flite.item_as(word, b"Token"))
            phone = flite.item_feat_string(segment, b"name").decode()
            phones_of.setdefault(token, []).append((phone, start_s, end_s))
        start_s = end_s
        segment = flite.item_next(segment)
    if len(phones_of) != len(written):
        raise VoiceUnavailableError(
            f"flite: {len(written)} words were written and {len(phones_of)} spoken; write numbers and signs as words."
        )
    return tuple(
        SpokenWord(text, phones[0][1], phones[-1][2], tuple(phones))
        for text, phones in zip(written, phones_of.values(), strict=True)
    )
