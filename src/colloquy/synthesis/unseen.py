"""Sentences drawn as training never drew them, in the demo's voices, to measure the demo checkpoint with.

python -m colloquy.synthesis.unseen tests/golden/transcribe
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import numpy as np

from colloquy.synthesis.corpus import say
from colloquy.synthesis.interviews import NOISE_DB, encode
from colloquy.synthesis.phrases import pattern_sentence
from colloquy.synthesis.voices import RATE_HZ, VOICE_NAMES

# Training's shards have the seeds 1000, 1001, …
SEED = 987_659
SENTENCES = 7
PAUSE_S = 0.5
# Shorter patterns have few fillings: training has met them word for word.
FEWEST_WORDS = 8


def make(folder: Path) -> None:
    """One recording a voice, with its sentences beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(SEED)
    noise = np.random.default_rng(SEED)
    pause = np.zeros(round(PAUSE_S * RATE_HZ), np.float32)
    for voice in VOICE_NAMES:
        said = [_long_sentence(rng) for _ in range(SENTENCES)]
        parts = [part for text in said for part in (say(text, voice).samples * 0.9, pause)]
        sound = np.concatenate([pause, *parts])[None, :]
        sound = sound + 10 ** (NOISE_DB / 20) * noise.standard_normal(sound.shape)
        (folder / f"{voice}.mp3").write_bytes(encode(sound.astype(np.float32), RATE_HZ, ".mp3"))
        text = json.dumps({"voice": voice, "sentences": said}, indent=1, ensure_ascii=False)
        (folder / f"{voice}.json").write_text(text + "\n", encoding="utf-8")


def _long_sentence(rng: random.Random) -> str:
    while len((text := pattern_sentence(rng)).split()) < FEWEST_WORDS:
        pass
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description="Make recordings to measure the demo checkpoint with.")
    parser.add_argument("folder", type=Path)
    make(parser.parse_args().folder)


if __name__ == "__main__":
    main()
