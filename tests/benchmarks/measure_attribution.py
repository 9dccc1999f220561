"""How many words go to the wrong person, on every reference that has words and turns.

    python -m tests.benchmarks.measure_attribution [--engines]

The words are the reference's own, so that only their attribution counts. First with the reference's own turns, then
with every edge moved at random (normally distributed, the mean of five draws), each with the words in the turn that
covers most of them ("plain") and by the stage's rules. With --engines also with the turns that Colloquy's diarisers
find in the demo's recordings. The demo's words have their true times. The calls (Rev, earnings) and the Teams
transcript lie in ../shared/data: the calls have no times, which are made up from the words' lengths; the captions'
words are spread over their lines. Not a test: docs/benchmarks.md has what came out.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import mean

import numpy as np

from colloquy.domain.diarisation import Diarisation, Overlap, SpeakerCount, Turn
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.transcript import Word
from colloquy.domain.utterance import AttributedWord
from colloquy.engines.registry import make_diariser, make_voice_activity_detector
from colloquy.inspect.speaker_error import WordSpeakerError, word_speaker_error
from colloquy.settings import load_settings
from colloquy.stages.attribute_words import attribute_words
from colloquy.stages.prepare import prepare

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "data" / "demo"
SHARED = ROOT.parent / "shared" / "data"
ENGINE = EngineIdentity("reference", "1")
LONGEST_GAP_MS = 300
DRAWS = 5
SETTINGS = load_settings()
PLAIN = SETTINGS.attribution.model_copy(update={"back_channel_ms": 0, "edge_ms": 0})


@dataclass(frozen=True, slots=True)
class Reference:
    name: str
    words: tuple[AttributedWord, ...]
    recording: Path | None = None

    @property
    def voices(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word.speaker for word in self.words))


def references() -> Iterator[Reference]:
    for path in sorted((DEMO / "truth").glob("P0[1-6].json")):
        truth = json.loads(path.read_text())
        words = (AttributedWord(w["text"], w["start_ms"], w["end_ms"], None, w["speaker"]) for w in truth["words"])
        yield Reference(f"demo {path.stem}", tuple(words), DEMO / "inbox" / truth["recording"])
    for path in sorted((SHARED / "anonymisation").glob("*.nlp")):
        yield Reference(f"call {path.stem}", tuple(_call(path)))
    captions = SHARED / "transcripts" / "teams_es.vtt"
    if captions.is_file():
        yield Reference("Teams, Spanish", tuple(_captions(captions)))


def _call(path: Path) -> Iterator[AttributedWord]:
    """Words at 60 ms a letter and at least 120 ms, 40 ms apart, 300 ms after a sentence."""
    at_ms = 0
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        text, speaker, _, _, mark, *_ = line.split("|")
        end_ms = at_ms + max(60 * len(text), 120)
        yield AttributedWord(text + mark, at_ms, end_ms, None, speaker)
        at_ms = end_ms + (300 if mark in (".", "?", "!") else 40)


def _captions(path: Path) -> Iterator[AttributedWord]:
    """Words spread over their caption by their letters."""
    cue = re.compile(r"(\d+):(\d+):(\d+)\.(\d+) --> (\d+):(\d+):(\d+)\.(\d+)\s+<v ([^>]*)>(.*?)</v>", re.DOTALL)
    for found in cue.finditer(path.read_text(encoding="utf-8")):
        clock = [int(part) for part in found.groups()[:8]]
        start_ms, end_ms = (3_600_000 * h + 60_000 * m + 1_000 * s + ms for h, m, s, ms in (clock[:4], clock[4:]))
        words = found[10].split()
        edges = np.cumsum([0, *(len(word) + 1 for word in words)]) / max(sum(len(word) + 1 for word in words), 1)
        for word, pair in zip(words, pairwise(edges), strict=True):
            first_ms, last_ms = (start_ms + round(float(share) * (end_ms - start_ms)) for share in pair)
            yield AttributedWord(word, first_ms, last_ms, None, found[9])


def true_diarisation(reference: Reference) -> Diarisation:
    """Exclusive turns, the floor with whoever has it first; and the overlaps."""
    stretches: list[Turn] = []
    last: dict[str, int] = {}
    for word in reference.words:
        start_ms, end_ms = word.start_ms or 0, word.end_ms or 0
        place = last.get(word.speaker)
        if place is not None and start_ms - stretches[place].end_ms <= LONGEST_GAP_MS:
            stretches[place] = Turn(stretches[place].start_ms, max(end_ms, stretches[place].end_ms), word.speaker)
        else:
            last[word.speaker] = len(stretches)
            stretches.append(Turn(start_ms, end_ms, word.speaker))
    stretches.sort(key=lambda turn: turn.start_ms)
    overlaps = [
        Overlap(max(a.start_ms, b.start_ms), min(a.end_ms, b.end_ms), (a.speaker, b.speaker))
        for at, a in enumerate(stretches)
        for b in stretches[at + 1 : at + 4]
        if a.speaker != b.speaker and b.start_ms < min(a.end_ms, b.end_ms)
    ]
    return Diarisation(_exclusive(stretches), tuple(sorted(overlaps, key=lambda one: one.start_ms)), ENGINE)


def _exclusive(turns: list[Turn]) -> tuple[Turn, ...]:
    found: list[Turn] = []
    for turn in turns:
        start_ms = max(turn.start_ms, found[-1].end_ms if found else 0)
        if turn.end_ms > start_ms:
            found.append(Turn(start_ms, turn.end_ms, turn.speaker))
    return tuple(found)


def moved(diarisation: Diarisation, by_ms: float, seed: int) -> Diarisation:
    """Every change of voices moved at random, as by a diariser that hears them late or early."""
    draw = np.random.default_rng(seed).normal(0, by_ms, len(diarisation.turns) + 1)
    turns = [
        Turn(max(turn.start_ms + round(draw[at]), 0), turn.end_ms + round(draw[at + 1]), turn.speaker)
        for at, turn in enumerate(diarisation.turns)
    ]
    return Diarisation(_exclusive(sorted(turns, key=lambda turn: turn.start_ms)), diarisation.overlaps, ENGINE)


def error(reference: Reference, diarisation: Diarisation, *, is_plain: bool) -> WordSpeakerError:
    words = tuple(Word(word.text, word.start_ms or 0, word.end_ms or 0, 1.0) for word in reference.words)
    found = attribute_words(words, diarisation, PLAIN if is_plain else SETTINGS.attribution)
    return word_speaker_error(reference.words, found)


def heard(reference: Reference, path: Path) -> Diarisation:
    """By the engine that the flows would take: one voice a channel where there are channels for all."""
    from colloquy.engines.av_decoder import decode

    prepared = prepare(decode(path), make_voice_activity_detector(SETTINGS.prepare), SETTINGS.prepare)
    count = SpeakerCount(len(reference.voices), len(reference.voices))
    engine = "channels" if 1 < prepared.audio.channel_count >= count.minimum else "embedded"
    settings = SETTINGS.diarisation.model_copy(update={"engine": engine, "device": "cpu", "model": ""})
    return make_diariser(settings, ROOT / "data" / "models").diarise(prepared.audio, prepared.speech, count)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--engines", action="store_true")
    has_engines = options.parse_args().engines
    print(f"{'reference':16} voices  words | plain and by the rules, % wrong: edges true, off by 100, 200, 300 ms")
    for reference in references():
        truth = true_diarisation(reference)
        row = []
        for by_ms in (0, 100, 200, 300):
            draws = [moved(truth, by_ms, seed) for seed in range(DRAWS)] if by_ms else [truth]
            rates = (mean(error(reference, one, is_plain=plain).rate or 0 for one in draws) for plain in (True, False))
            row.append(" → ".join(f"{100 * rate:.2f}" for rate in rates))
        if has_engines and reference.recording:
            diarisation = heard(reference, reference.recording)
            rates = (error(reference, diarisation, is_plain=plain).rate or 0 for plain in (True, False))
            row.append(f"{diarisation.engine.name}: " + " → ".join(f"{100 * rate:.2f}" for rate in rates))
        print(
            f"{reference.name:16} {len(reference.voices):6} {len(reference.words):6} | " + " | ".join(row), flush=True
        )


if __name__ == "__main__":
    main()
