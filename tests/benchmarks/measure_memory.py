"""By how much each stage's process grows for a long recording: peak memory above that of the same for 20 s of sound.

    python -m tests.benchmarks.measure_memory [--minutes 180] [--suffix .wav] [--channels 1] [--engine embedded]
        [--reads base]

Each stage runs in a process of its own, its models loaded by the short recording before. A scripted transcriber takes
the sound of every window; with --reads a model reads a hundred tokens of each: the demo's, or one of a published shape
with random values. Linux only.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.benchmarks.transcription import SHAPES
from tests.long_recordings import CODECS, SCRIPTED, grown


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=180)
    parser.add_argument("--suffix", choices=(".wav", *CODECS), default=".wav")
    parser.add_argument("--channels", type=int, choices=(1, 2), default=1)
    parser.add_argument("--engine", choices=("embedded", "pyannote"), default="embedded")
    parser.add_argument("--reads", choices=(SCRIPTED, "demo", *SHAPES), default=SCRIPTED)
    given = parser.parse_args()
    print(f"{given.minutes:.0f} minutes, {given.suffix}, channels: {given.channels}")
    print("| Stage | Growth, MB |\n| --- | --- |")
    with tempfile.TemporaryDirectory() as root:
        found = grown(Path(root), given.suffix, given.minutes, given.channels, reads=given.reads, engine=given.engine)
        for stage, megabytes in found:
            print(f"| {stage} | {megabytes:.0f} |", flush=True)


if __name__ == "__main__":
    main()
