"""Training windows: utterances of one to three voices with pauses, overlap, noise and telephone bands, up to 30 s."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from whisper.audio import mel_filters

from colloquy.synthesis.corpus import Utterance

PADDING_FRAMES = 25


@dataclass(slots=True)
class Batch:
    """mel (b, 80, 2 t) as Whisper's encoder takes it; phones and said (b, t), -1 where nothing is asked.

    said holds the row of the token that is said in each frame.
    inputs and targets (b, k) are rows of the small vocabulary, targets -100 where nothing is asked;
    spans (b, k, 2) are the frames of each target, -1 where none.
    """

    mel: torch.Tensor
    phones: torch.Tensor
    said: torch.Tensor
    inputs: torch.Tensor
    targets: torch.Tensor
    spans: torch.Tensor


@dataclass(slots=True)
class Window:
    power: np.ndarray
    phones: np.ndarray
    tokens: list[int]
    spans: list[tuple[int, int]]


def compose(corpus: list[Utterance], rng: random.Random, frames: int) -> Window:
    """Fill up to `frames` frames of 20 ms with utterances; at least one, none in one window of fifty."""
    power = np.zeros((80, 2 * frames), np.float32)
    phones = np.zeros(frames, np.uint8)
    tokens: list[int] = []
    spans: list[tuple[int, int]] = []
    if rng.random() < 0.02:
        return Window(power, phones, tokens, spans)
    voices = rng.sample(("slt", "rms", "awb", "kal16"), rng.choice((1, 2, 2, 3)))
    at = rng.randint(0, 30)
    while True:
        said = _pick(corpus, rng, voices, frames - at if tokens else frames)
        length = len(said.phones)
        if at + length > frames:
            if tokens or length > frames:
                break
            at = 0
        gain = 10 ** rng.uniform(-0.5, 0.3)
        power[:, 2 * at : 2 * (at + length)] += gain * 10 ** said.mel.astype(np.float32)
        here = phones[at : at + length]
        phones[at : at + length] = np.where(said.phones > 0, said.phones, here)
        tokens += said.tokens.tolist()
        spans += [(int(a) + at, int(b) + at) for a, b in said.spans]
        at += length + (-rng.randint(12, 35) if rng.random() < 0.12 else rng.randint(0, 60))
    return Window(power, phones, tokens, spans)


@cache
def _telephone_bands() -> tuple[np.ndarray, np.ndarray]:
    """What a line from 300 to 3,400 Hz, and what sampling at 8 kHz lets through, by mel bin: (80,), from 0 to 1."""
    filters = mel_filters("cpu", 80).numpy()
    hz = filters @ np.linspace(0, 8000, filters.shape[1]) / filters.sum(axis=1)
    band = 1 / (1 + (300 / np.maximum(hz, 1)) ** 8) / (1 + (hz / 3400) ** 8)
    return band.astype(np.float32), (1 / (1 + (hz / 4000) ** 60)).astype(np.float32)


def _pick(corpus: list[Utterance], rng: random.Random, voices: list[str], frames: int) -> Utterance:
    """One of these voices and no longer than this, where a few tries find one."""
    for _ in range(40):
        said = rng.choice(corpus)
        if said.voice in voices and len(said.phones) <= frames:
            return said
    return said


def colour(power: np.ndarray, rng: random.Random, random_state: np.random.Generator) -> np.ndarray:
    """Channel, noise and Whisper's own log and clamp: (80, n) power in, (80, n) float32 out."""
    tilt = np.linspace(rng.uniform(-0.4, 0.3), rng.uniform(-0.4, 0.3), 80, dtype=np.float32)[:, None]
    power = power * 10**tilt
    if rng.random() < 0.2:
        line, sampled = _telephone_bands()
        power = power * line[:, None]
        power = (power + 10**-3.7 * power.mean(axis=0, keepdims=True)) * sampled[:, None]
    if rng.random() < 0.6:
        level = 10 ** (rng.uniform(-7.0, -3.0) + np.linspace(0, rng.uniform(-1.5, 0.5), 80, dtype=np.float32)[:, None])
        power = power + level * random_state.gamma(2.0, 0.5, power.shape).astype(np.float32)
    log = np.log10(np.maximum(power, 1e-10))
    log = np.maximum(log, log.max() - 8.0)
    seen: np.ndarray = ((log + 4.0) / 4.0).astype(np.float32)
    return seen


def batch(
    corpus: list[Utterance],
    rng: random.Random,
    rows_of: dict[int, int],
    special: tuple[int, int, int, int],
    lengths: tuple[int, int],
    frames_in_batch: int,
    full: bool,
) -> Batch:
    """A batch of windows of similar length (frames of 20 ms); `full` pads each to 30 s as decoding does.

    `special` holds the rows of start, no-timestamps, end and no-speech.
    """
    random_state = np.random.default_rng(rng.getrandbits(32))
    longest = rng.randint(*lengths)
    size = max(2, min(48, frames_in_batch // (1500 if full else longest)))
    windows = [compose(corpus, rng, rng.randint(int(longest * 0.8), longest)) for _ in range(size)]
    width = 1500 if full else max(len(w.phones) for w in windows) + (rng.randint(0, 40))
    width = min(width, 1500)
    start, no_timestamps, end, no_speech = special
    depth = max(len(w.tokens) for w in windows) + 2
    mel = torch.zeros(size, 80, 2 * width)
    phones = torch.full((size, width), -1, dtype=torch.long)
    said = torch.full((size, width), -1, dtype=torch.long)
    inputs = torch.full((size, depth), end, dtype=torch.long)
    targets = torch.full((size, depth), -100, dtype=torch.long)
    spans = torch.full((size, depth, 2), -1, dtype=torch.long)
    for i, window in enumerate(windows):
        frames, count = len(window.phones), len(window.tokens)
        seen = colour(window.power, rng, random_state)
        mel[i] = float(max(seen.max() - 2.0, -1.5))
        mel[i, :, : 2 * frames] = torch.from_numpy(seen)
        phones[i, : min(frames + PADDING_FRAMES, width)] = 0
        phones[i, :frames] = torch.from_numpy(window.phones.astype(np.int64))
        rows = [rows_of[t] for t in window.tokens]
        inputs[i, : count + 2] = torch.tensor([start, no_timestamps, *rows])
        targets[i, : count + 2] = torch.tensor([no_timestamps if rows else no_speech, *rows, end])
        if rows:
            spans[i, 1 : count + 1] = torch.tensor(window.spans)
        for row, (first, last) in zip(rows, window.spans, strict=True):
            said[i, first : last + 1] = row
    return Batch(mel, phones, said, inputs, targets, spans)
