"""Recordings with known turns to measure diarisers on: the demo, composed conversations, and real talk.

Composed conversations need flite (see `colloquy.synthesis.voices`); real talk lies beside the checkout and in
pyannote.audio's package. What is absent is left out.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.diarisation import Turn
from colloquy.engines.av_decoder import decode
from colloquy.engines.embedded import EmbeddedDiariser
from colloquy.engines.embedded_dvectors import MODEL_NAME, VoiceEncoder
from colloquy.engines.registry import make_voice_activity_detector
from colloquy.errors import VoiceUnavailableError
from colloquy.settings import load_settings
from tests.diarisers import MATERIAL, demo, mixed

DEMO_RECORDINGS = ("P01.wav", "P02 interview.mp3", "P03 Anna Novak.m4a", "P04.wav", "P05.flac", "P06+P07 group.mp3")
CONDITIONS = ("clean", "noisy", "telephone", "reverberant")
RATE_HZ = 16_000


@dataclass(frozen=True, slots=True)
class Conversation:
    """`truth` may overlap; `speech` is what the voice activity detector finds."""

    kind: str
    name: str
    audio: AudioSamples = field(repr=False)
    truth: tuple[Turn, ...] = field(repr=False)
    speech: tuple[Region, ...] = field(repr=False)

    @property
    def voice_count(self) -> int:
        return len({turn.speaker for turn in self.truth})


def conversation(kind: str, name: str, audio: AudioSamples, truth: tuple[Turn, ...]) -> Conversation:
    sound = mixed(audio)
    speech = make_voice_activity_detector(load_settings().prepare).find_speech(sound)
    return Conversation(kind, name, sound, truth, speech)


def demo_conversations() -> Iterator[Conversation]:
    for recording in DEMO_RECORDINGS:
        audio, truth, _ = demo(recording)
        yield conversation("demo", recording[:3], audio, truth)


def real_conversations() -> Iterator[Conversation]:
    """Telephone and meeting excerpts, three voices in turn, and one voice alone."""
    import pyannote.audio

    sample = Path(pyannote.audio.__file__).parent / "sample"
    found = [("telephone", sample / "sample.wav", sample / "sample.rttm")]
    found += [(f"meeting {i}", MATERIAL / f"ami_{i}.wav", MATERIAL / f"ami_{s}.rttm") for i, s in AMI.items()]
    for name, sound, rttm in found:
        if sound.is_file():
            yield conversation("real", name, decode(sound).audio, read_rttm(rttm, sound.stem.removeprefix("ami_")))
    three = MATERIAL / "falcon_three_speakers.wav"
    if three.is_file():
        truth = (Turn(1_700, 3_900, "1"), Turn(6_200, 11_100, "2"), Turn(12_800, 18_000, "3"))
        yield conversation("real", "three in turn", decode(three).audio, truth)
    for name in ("read_en_US.wav", "jfk.flac"):
        if (MATERIAL / name).is_file():
            audio = decode(MATERIAL / name).audio
            alone = conversation("real", f"alone {name[:4]}", audio, ())
            truth = tuple(Turn(region.start_ms, region.end_ms, "1") for region in alone.speech)
            yield Conversation("real", alone.name, alone.audio, truth, alone.speech)


AMI = {"dev00": "development", "trn03": "train"}


def read_rttm(path: Path, recording: str) -> tuple[Turn, ...]:
    rows = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    turns = []
    for row in rows:
        if row[1] == recording:
            start_ms = round(1000 * float(row[3]))
            turns.append(Turn(start_ms, start_ms + round(1000 * float(row[4])), row[7]))
    return tuple(turns)


def composed_conversations(count: int, seed: int = 7) -> Iterator[Conversation]:
    """Two and three synthetic voices in turn, with short answers, in each of `CONDITIONS`."""
    from colloquy.synthesis.corpus import say
    from colloquy.synthesis.phrases import sentence
    from colloquy.synthesis.voices import VOICE_NAMES

    try:
        say("so", VOICE_NAMES[0])
    except VoiceUnavailableError:
        return
    rng = random.Random(seed)
    for number in range(count):
        voices = rng.sample(VOICE_NAMES, 2 + number % 2)
        condition = CONDITIONS[number // 2 % len(CONDITIONS)]
        parts, turns, at = [np.zeros(RATE_HZ // 2, np.float32)], [], RATE_HZ // 2
        speaker = rng.choice(voices)
        while at < 75 * RATE_HZ:
            speaker = rng.choice([voice for voice in voices if voice != speaker])
            for _ in range(rng.randint(1, 4)):
                said = say(sentence(rng), speaker)
                first, last = (round(RATE_HZ * s) for s in (said.words[0].start_s, said.words[-1].end_s))
                spoken = said.samples[first:last] * 0.9
                turns.append(Turn(at * 1000 // RATE_HZ, (at + len(spoken)) * 1000 // RATE_HZ, speaker))
                gap = np.zeros(round(RATE_HZ * rng.uniform(0.15, 0.7)), np.float32)
                parts += [spoken, gap]
                at += len(spoken) + len(gap)
        sound = under_condition(np.concatenate(parts), condition, seed + number)
        yield conversation("composed", f"{condition} {len(voices)}", AudioSamples(sound[None], RATE_HZ), tuple(turns))


def under_condition(sound: np.ndarray, condition: str, seed: int) -> np.ndarray:
    from scipy.signal import butter, fftconvolve, sosfilt

    noise = np.random.default_rng(seed)
    if condition == "noisy":
        sound = sound + 10 ** (-40 / 20) * noise.standard_normal(len(sound))
    if condition == "telephone":
        sound = sosfilt(butter(4, (300, 3400), "bandpass", fs=RATE_HZ, output="sos"), sound)
        sound = np.round(sound * 127) / 127
    if condition == "reverberant":
        t = np.arange(RATE_HZ // 2) / RATE_HZ
        tail = noise.standard_normal(len(t)) * 10 ** (-3 * t / 0.4) * 0.02
        tail[0] = 1.0
        sound = fftconvolve(sound, tail)[: len(sound)]
    return np.clip(sound + 1e-4 * noise.standard_normal(len(sound)), -1, 1).astype(np.float32)


def embedded_engines(encoder: Path) -> dict[str, EmbeddedDiariser]:
    """The embedded engine by computed vectors, and by those of the encoder where it is there."""
    engines = {"computed": EmbeddedDiariser()}
    if encoder.is_file():
        engines["learned"] = EmbeddedDiariser(VoiceEncoder(encoder))
    else:
        print(f"{MODEL_NAME} is not in the model store: only the computed vectors are measured")
    return engines
