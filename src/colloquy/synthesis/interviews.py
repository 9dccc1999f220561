"""Make the demo study's recordings and their truth from the scripts.

python -m colloquy.synthesis.interviews data/demo
"""

from __future__ import annotations

import argparse
import io
import json
import random
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.stream import AudioStream
from scipy.signal import butter, resample_poly, sosfilt

from colloquy.synthesis.corpus import say
from colloquy.synthesis.script import Script, ScriptTurn, read_script
from colloquy.synthesis.voices import RATE_HZ

SCRIPTS = Path(__file__).parent / "scripts"
LEAD_S = 0.8
NOISE_DB = -62.0
CROSS_TALK_DB = -34.0
CODECS = {".wav": "pcm_s16le", ".mp3": "libmp3lame", ".m4a": "aac", ".flac": "flac"}
PHONE_RECORDINGS = {"P04.wav"}
CHANNEL_RECORDINGS = {"P05.flac"}


@dataclass(slots=True)
class Scene:
    """Tracks under construction: one per speaker, float32 at 16 kHz, and the truth."""

    tracks: dict[str, np.ndarray]
    words: list[dict[str, object]] = field(default_factory=list)
    turns: list[dict[str, object]] = field(default_factory=list)
    identifiers: list[dict[str, object]] = field(default_factory=list)
    end_s: float = LEAD_S


def perform(script: Script) -> Scene:
    """Let the voices read the script."""
    rng = random.Random(script.seed)
    length = RATE_HZ * 200
    scene = Scene({speaker: np.zeros(length, np.float32) for speaker in script.voices})
    stretch = {speaker: rng.uniform(0.95, 1.08) for speaker in script.voices}
    for turn in script.turns:
        gap_s = -turn.overlap_s if turn.overlap_s is not None else rng.uniform(0.3, 0.8)
        _perform_turn(scene, turn, script.voices[turn.speaker], stretch[turn.speaker], scene.end_s + gap_s)
    last = round((scene.end_s + 0.7) * RATE_HZ)
    scene.tracks = {speaker: track[:last] for speaker, track in scene.tracks.items()}
    scene.words.sort(key=lambda word: int(str(word["start_ms"])))
    _number(scene)
    return scene


def _perform_turn(scene: Scene, turn: ScriptTurn, voice: str, stretch: float, start_s: float) -> None:
    at_s, began_ms = start_s, None
    for spoken, piece in enumerate(turn.pieces):
        speech = say(" ".join(piece.words), voice, stretch=stretch)
        offset_s = at_s - speech.words[0].start_s
        first = round(offset_s * RATE_HZ)
        skip = max(0, -first)
        scene.tracks[turn.speaker][first + skip : first + len(speech.samples)] += speech.samples[skip:]
        for number, word in enumerate(speech.words):
            start_ms, end_ms = round(1000 * (offset_s + word.start_s)), round(1000 * (offset_s + word.end_s))
            began_ms = start_ms if began_ms is None else began_ms
            marks = [i for i, (_, a, b) in enumerate(piece.identifiers) if a <= number <= b]
            mark = f"{len(scene.turns)}/{spoken}/{marks[0]}" if marks else None
            category = piece.identifiers[marks[0]][0] if marks else None
            scene.words.append(
                {"text": word.text, "start_ms": start_ms, "end_ms": end_ms, "speaker": turn.speaker}
                | {"mark": mark, "category": category}
            )
        ended_s = offset_s + speech.words[-1].end_s
        at_s = ended_s + piece.pause_after_s
    scene.turns.append({"start_ms": began_ms, "end_ms": round(1000 * ended_s), "speaker": turn.speaker})
    scene.end_s = max(scene.end_s, ended_s)


def _number(scene: Scene) -> None:
    """Turn the marks on words into identifiers with their first and last word, counted from 0."""
    found: dict[str, dict[str, object]] = {}
    for number, word in enumerate(scene.words):
        mark, category = word.pop("mark"), word.pop("category")
        if mark is not None:
            entry = found.setdefault(str(mark), {"category": category, "words": []})
            entry["words"].append(number)  # type: ignore[attr-defined]  # a list by construction
    scene.identifiers = list(found.values())


def mix(scene: Scene, script: Script) -> tuple[np.ndarray, int]:
    """The recording: float32 (channels, n) and its rate in Hz."""
    random_state = np.random.default_rng(script.seed)
    tracks = [track * 0.9 for track in scene.tracks.values()]
    if script.recording in CHANNEL_RECORDINGS:
        leak = 10 ** (CROSS_TALK_DB / 20)
        sound = np.stack([tracks[0] + leak * tracks[1], tracks[1] + leak * tracks[0]])
    else:
        sound = np.sum(tracks, axis=0, keepdims=True)
    sound = sound + 10 ** (NOISE_DB / 20) * random_state.standard_normal(sound.shape)
    if script.recording in PHONE_RECORDINGS:
        band = butter(4, (300, 3400), "bandpass", fs=RATE_HZ, output="sos")
        return np.clip(resample_poly(sosfilt(band, sound), 1, 2, axis=-1), -1, 1).astype(np.float32), RATE_HZ // 2
    return np.clip(sound, -1, 1).astype(np.float32), RATE_HZ


def encode(sound: np.ndarray, rate_hz: int, suffix: str) -> bytes:
    """Sound in the format of a file ending; telephone rates in wav are G.711 mu-law, as exchanges record them."""
    codec = "pcm_mulaw" if rate_hz == 8_000 and suffix == ".wav" else CODECS[suffix]
    target = io.BytesIO()
    with av.open(target, "w", format={".m4a": "ipod"}.get(suffix, suffix[1:])) as container:
        layout = "mono" if sound.shape[0] == 1 else "stereo"
        stream = cast(AudioStream, container.add_stream(codec, rate=rate_hz, layout=layout))
        if codec in ("libmp3lame", "aac"):
            stream.bit_rate = 64_000
        resampler = av.AudioResampler(format=stream.format.name, layout=layout, rate=rate_hz)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), format="fltp", layout=layout)
        frame.sample_rate, frame.time_base = rate_hz, Fraction(1, rate_hz)
        frame.pts = 0  # else the encoder's own delay is not written down and every word comes 64 ms late
        fifo = av.AudioFifo()
        for converted in resampler.resample(frame):
            fifo.write(converted)
        size = stream.codec_context.frame_size or 4096
        while block := fifo.read(size, partial=True):
            container.mux(stream.encode(block))
        container.mux(stream.encode(None))
    return target.getvalue()


def make(demo: Path) -> None:
    """Write `inbox/` and `truth/` under `demo`."""
    for path in sorted(SCRIPTS.glob("*.txt")):
        script = read_script(path)
        scene = perform(script)
        sound, rate_hz = mix(scene, script)
        inbox, truth = demo / "inbox", demo / "truth"
        inbox.mkdir(parents=True, exist_ok=True)
        truth.mkdir(parents=True, exist_ok=True)
        suffix = Path(script.recording).suffix
        (inbox / script.recording).write_bytes(encode(sound, rate_hz, suffix))
        known = {
            "recording": script.recording,
            "duration_ms": round(1000 * sound.shape[1] / rate_hz),
            "speakers": sorted(script.voices),
            "words": scene.words,
            "turns": scene.turns,
            "identifiers": scene.identifiers,
        }
        (truth / f"{path.stem}.json").write_text(json.dumps(known, indent=None, ensure_ascii=False) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the demo study's recordings and their truth.")
    parser.add_argument("demo", type=Path)
    make(parser.parse_args().demo)


if __name__ == "__main__":
    main()
