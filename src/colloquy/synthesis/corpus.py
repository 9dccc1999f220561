"""The training corpus of the demo checkpoint: utterances as mel power with the times of phones and tokens."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from whisper.audio import HOP_LENGTH, N_FFT, mel_filters
from whisper.tokenizer import Tokenizer, get_tokenizer

from colloquy.synthesis.phrases import sentence
from colloquy.synthesis.voices import VOICE_NAMES, Speech, speak

PITCH_HZ = {"slt": 172.0, "rms": 100.0, "awb": 125.0, "kal16": 105.0}
# flite spells "Mm" letter by letter; this is what it has to say instead.
SPOKEN_AS = {"mm": "hum"}
_PHONE_NAMES = """
pau aa ae ah ao aw ax ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p r s sh t th uh uw v w y z zh
"""
PHONES = tuple(_PHONE_NAMES.split())
FRAME_S = 0.02


@dataclass(slots=True)
class Utterance:
    """One sentence of one voice.

    mel: float16 (80, n), log10 of the mel power before Whisper's clamping, 10 ms a column.
    phones: uint8 (n / 2,), index into PHONES, 20 ms each.
    tokens: int32 (k,), Whisper's English token ids; spans: int16 (k, 2), their first and last 20 ms frame.
    """

    voice: str
    mel: np.ndarray
    phones: np.ndarray
    tokens: np.ndarray
    spans: np.ndarray


@cache
def tokenizer() -> Tokenizer:
    return get_tokenizer(multilingual=False)


def say(text: str, voice: str, *, stretch: float = 1.0, pitch_ratio: float = 1.0) -> Speech:
    """`speak`, with the project's pronunciations and each voice's own pitch."""
    spoken = " ".join(_pronounce(word) for word in text.split())
    speech = speak(spoken, voice, stretch=stretch, pitch_hz=PITCH_HZ[voice] * pitch_ratio)
    written = text.split()
    words = tuple(type(word)(written[i], word.start_s, word.end_s, word.phones) for i, word in enumerate(speech.words))
    return Speech(speech.samples, words)


def _pronounce(word: str) -> str:
    bare = word.strip(",.?")
    return word.replace(bare, SPOKEN_AS[bare.lower()]) if bare.lower() in SPOKEN_AS else word


def log_mel_power(samples: np.ndarray) -> np.ndarray:
    """log10 of Whisper's mel power, float16 (80, n), for float32 samples of shape (n,) at 16 kHz."""
    window = torch.hann_window(N_FFT)
    stft = torch.stft(torch.from_numpy(samples), N_FFT, HOP_LENGTH, window=window, return_complex=True)
    power = mel_filters("cpu", 80) @ (stft[..., :-1].abs() ** 2)
    log: np.ndarray = power.clamp(min=1e-10).log10().numpy().astype(np.float16)
    return log


def utterance(rng: random.Random) -> Utterance:
    voice = rng.choice(VOICE_NAMES)
    speech = say(sentence(rng), voice, stretch=rng.uniform(0.85, 1.2), pitch_ratio=rng.uniform(0.88, 1.12))
    mel = log_mel_power(speech.samples)
    frames = mel.shape[1] // 2
    phones = np.zeros(frames, np.uint8)
    tokens: list[int] = []
    spans: list[tuple[int, int]] = []
    for word in speech.words:
        for name, start_s, end_s in word.phones:
            phones[round(start_s / FRAME_S) : round(end_s / FRAME_S)] = PHONES.index(name)
        pieces = tokenizer().encode(" " + word.text)
        letters = [len(tokenizer().decode([piece]).strip(" ,.?")) for piece in pieces]
        spans += _spans(word.start_s, word.end_s, letters)
        tokens += pieces
    limit = max(frames - 1, 0)
    return Utterance(
        voice, mel[:, : frames * 2], phones, np.array(tokens, np.int32), np.clip(spans, 0, limit).astype(np.int16)
    )


def _spans(start_s: float, end_s: float, letters: list[int]) -> list[tuple[int, int]]:
    """Share a word's time among its tokens by their letters; punctuation sits at the end."""
    total, done, spans = max(sum(letters), 1), 0, []
    for count in letters:
        first = start_s + (end_s - start_s) * done / total
        done += count
        last = start_s + (end_s - start_s) * done / total
        spans.append((int(first / FRAME_S), max(int(last / FRAME_S), int(first / FRAME_S))))
    return spans


def make_shard(path: Path, count: int, seed: int) -> None:
    """Write `count` utterances drawn from `seed` to `path` (a torch file); about 90 x real time on one core."""
    torch.set_num_threads(1)
    rng = random.Random(seed)
    shard = [utterance(rng) for _ in range(count)]
    temporary = path.with_suffix(".part")
    torch.save([(u.voice, u.mel, u.phones, u.tokens, u.spans) for u in shard], temporary)
    temporary.rename(path)


def load_shard(path: Path) -> list[Utterance]:
    return [Utterance(*row) for row in torch.load(path, weights_only=False)]
