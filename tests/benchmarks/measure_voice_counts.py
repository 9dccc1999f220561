"""How many voices the embedded engine hears: the estimate, and whether a person would be asked about more.

    python -m tests.benchmarks.measure_voice_counts [--composed 16] [--seed 23] [--encoder PATH]

Every recording as a whole and in windows of 120 s, 40 s and 20 s, those shorter than it. "Asked" is where two voices
(one, where one speaks) were promised and more are heard: a false alarm where there are two, and what is hoped for where
there are three. A voice that says nothing in a window does not count there.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from colloquy.domain.audio import Region
from colloquy.domain.diarisation import SpeakerCount, Turn
from colloquy.engines.embedded_dvectors import MODEL_NAME
from colloquy.store.folders import find_data_folder
from tests.benchmarks.conversations import (
    Conversation,
    composed_conversations,
    demo_conversations,
    embedded_engines,
    real_conversations,
)
from tests.diarisers import ANY

WINDOWS_MS = (120_000, 40_000, 20_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--composed", type=int, default=16)
    parser.add_argument("--seed", type=int, default=23)
    parser.add_argument("--encoder", type=Path, default=find_data_folder().models / f"{MODEL_NAME}.pt")
    wanted = parser.parse_args()
    engines = embedded_engines(wanted.encoder)
    estimates: Counter[tuple[str, str, int, int]] = Counter()
    asked: Counter[tuple[str, str, int, bool]] = Counter()
    material = chain(real_conversations(), demo_conversations(), composed_conversations(wanted.composed, wanted.seed))
    for whole in material:
        for part in (whole, *_windows(whole)):
            voices, promised = part.voice_count, 2 if part.voice_count > 1 else 1
            for name, engine in engines.items():
                found = engine.diarise(part.audio, part.speech, ANY).speakers
                heard = engine.diarise(part.audio, part.speech, SpeakerCount(promised, promised)).heard_count or 0
                estimates[name, part.kind, voices, len(found)] += 1
                asked[name, part.kind, voices, heard > promised] += 1
                print(f"{part.kind:10}{part.name:26}{name:10}{voices} voices, estimated {len(found)}, heard {heard}")
    for (name, kind, voices, found_count), number in sorted(estimates.items()):
        print(f"{name:10}{kind:10}{voices} voices: estimated {found_count} in {number}")
    for (name, kind, voices, is_asked), number in sorted(asked.items()):
        print(f"{name:10}{kind:10}{voices} voices: {'asked' if is_asked else 'not asked'} in {number}")


def _windows(whole: Conversation) -> Iterator[Conversation]:
    for length_ms in WINDOWS_MS:
        if whole.audio.duration_ms <= length_ms * 1.2:
            continue
        for start_ms in range(0, whole.audio.duration_ms - length_ms // 2, length_ms):
            part = Region(start_ms, min(start_ms + length_ms, whole.audio.duration_ms))
            truth = tuple(Turn(*_within(turn, part), turn.speaker) for turn in whole.truth if _is_in(turn, part))
            speech = tuple(Region(*_within(region, part)) for region in whole.speech if _is_in(region, part))
            if speech:
                name = f"{whole.name} {part.start_ms // 1000}-{part.end_ms // 1000} s"
                audio = whole.audio.cut(part.start_ms, part.end_ms)
                yield Conversation(whole.kind, name, audio, truth, speech)


def _is_in(stretch: Turn | Region, part: Region) -> bool:
    return stretch.start_ms < part.end_ms and stretch.end_ms > part.start_ms


def _within(stretch: Turn | Region, part: Region) -> tuple[int, int]:
    start_ms, end_ms = max(stretch.start_ms, part.start_ms), min(stretch.end_ms, part.end_ms)
    return start_ms - part.start_ms, end_ms - part.start_ms


if __name__ == "__main__":
    main()
