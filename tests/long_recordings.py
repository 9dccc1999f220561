"""Long recordings made of the demo's, and how much memory a stage takes for one, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.transcript import Transcript, Word
from colloquy.engines.av_decoder import decode
from colloquy.protocols import Heard, unheard
from colloquy.store.folders import DataFolder
from colloquy.store.models import ModelFile, resolve_model
from flows.steps import do_step
from flows.work import StudyWork
from tests.benchmarks.transcription import fix_tokens, make_checkpoint
from tests.tiny_pyannote import save_pipeline

ROOT = Path(__file__).resolve().parents[1]
INBOX = ROOT / "data" / "demo" / "inbox"
STATUS = Path("/proc/self/status")
RATE_HZ = 16_000
STAGES = ("admit", "prepare", "transcribe", "diarise")
CODECS = {".flac": "flac", ".m4a": "aac"}
SHORT, LONG = "P01", "P02"
DEMO_MODEL = ROOT / "data" / "demo" / "model" / "demo-en.pt"
SCRIPTED = "scripted"
TOKENS = 100  # of a window of 30 s, as in the benchmark of speed


def looped(minutes: float, channels: int) -> Iterator[np.ndarray]:
    """The demo's sound over and over, int16 (channels, n) at 16 kHz: one voice a channel, or all in one."""
    audio = decode(INBOX / ("P05.flac" if channels == 2 else "P01.wav")).audio
    sound = np.round(audio.cut(0, audio.duration_ms).samples * 32_767).astype(np.int16)
    left = round(minutes * 60 * RATE_HZ)
    while left > 0:
        yield sound[:, :left]
        left -= sound.shape[1]


def write_looped(path: Path, minutes: float, channels: int = 1) -> Path:
    """WAV, FLAC or AAC, by the path's ending."""
    if path.suffix == ".wav":
        with wave.open(str(path), "wb") as file:
            file.setparams((channels, 2, RATE_HZ, 0, "NONE", ""))
            for sound in looped(minutes, channels):
                file.writeframes(np.ascontiguousarray(sound.T).tobytes())
        return path
    layout = "stereo" if channels == 2 else "mono"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(CODECS[path.suffix], rate=RATE_HZ, layout=layout)
        for sound in looped(minutes, channels):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound.T).reshape(1, -1), "s16", layout)
            frame.sample_rate = RATE_HZ
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def grown(
    root: Path, suffix: str, minutes: float, channels: int, *, reads: str = SCRIPTED, engine: str = "embedded"
) -> Iterator[tuple[str, float]]:
    """Stage by stage, by how many MB a process that did the same for 20 s of sound grows for a long recording.

    `reads`: "demo", the demo's model, or a published shape with random values; each writes as many tokens a window as
    people speak. "scripted": no model at all.
    """
    inbox = DataFolder(root).study("hubs").inbox
    inbox.mkdir(parents=True)
    write_looped(inbox / f"{SHORT}{suffix}", 1 / 3, channels)
    _child(root, "admit", reads, engine)
    write_looped(inbox / f"{LONG}{suffix}", minutes, channels)
    for stage in STAGES:
        yield stage, _child(root, stage, reads, engine)


def _child(root: Path, stage: str, reads: str, engine: str) -> float:
    command = [sys.executable, "-m", "tests.long_recordings", str(root), stage, reads, engine]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return float(done.stdout.splitlines()[-1])


def peak_mb() -> float:
    """Of this process since it began: what is its own and what it has mapped."""
    found = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(found.split()[1]) * 1024 / 1e6


class Scripted:
    """A transcriber that hears a word in each window, and takes the window's sound for it."""

    identity = EngineIdentity("openai-whisper", "1", "scripted")
    language = "en"

    def transcribe(
        self, audio: AudioSamples, windows: tuple[Region, ...], heard: Heard = unheard, **_asked: object
    ) -> Transcript:
        words = []
        for window in windows:
            loudest = float(np.abs(audio.cut(window.start_ms, window.end_ms).mono()).max())
            words.append(Word("so", window.start_ms + 100, window.start_ms + 300, min(loudest, 1.0)))
            heard(window.duration_ms)
        return Transcript(tuple(words), "en", audio.duration_ms, self.identity)


def study(root: Path, *, reads: str = SCRIPTED, engine: str = "embedded") -> StudyWork:
    if engine == "pyannote" and not DataFolder(root).models.exists():
        save_pipeline(DataFolder(root).models)
    work = StudyWork(DataFolder(root), "hubs")
    changes = {
        "inbox": work.settings.inbox.model_copy(update={"settle_s": 0.0}),
        "diarisation": work.settings.diarisation.model_copy(update={"engine": engine}),
    }
    work.settings = work.settings.model_copy(update=changes)
    if reads == SCRIPTED:
        work.__dict__["model"] = ModelFile(root, "scripted", "0" * 64)
        work.__dict__["transcriber"] = Scripted()
        return work
    checkpoint = DEMO_MODEL if reads == "demo" else root / f"{reads}.pt"
    if not checkpoint.exists():
        make_checkpoint(reads, checkpoint)
    fix_tokens(TOKENS)
    work.__dict__["model"] = resolve_model(str(checkpoint), root / "models")
    return work


def _grow(root: Path, stage: str, reads: str, engine: str) -> float:
    work = study(root, reads=reads, engine=engine)
    if stage == "admit":
        before = peak_mb()
        work.admit()
        return peak_mb() - before
    do_step(work, stage, work.interview(SHORT), anew=True)
    before = peak_mb()
    do_step(work, stage, work.interview(LONG))
    return peak_mb() - before


if __name__ == "__main__":
    megabytes = _grow(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4])
    sys.stdout.write(f"\n{megabytes}\n")
