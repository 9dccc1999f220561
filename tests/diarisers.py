"""Recordings and diarisers that the tests of diarisers share."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.diarisation import SpeakerCount, Turn
from colloquy.engines.av_decoder import decode
from colloquy.engines.registry import make_diariser
from colloquy.protocols import Diariser
from colloquy.settings import load_settings

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "data" / "demo"
MATERIAL = ROOT.parent / "shared" / "data" / "audio"
TWO = SpeakerCount(2, 2)
ANY = SpeakerCount(1, 6)


@cache
def demo(recording: str) -> tuple[AudioSamples, tuple[Turn, ...], tuple[Region, ...]]:
    """A demo interview with its true turns and speech; words less than 300 ms apart make one turn."""
    truth = json.loads((DEMO / "truth" / f"{recording[:3]}.json").read_text())
    turns: list[Turn] = []
    for speaker in truth["speakers"]:
        own: list[Turn] = []
        for word in (word for word in truth["words"] if word["speaker"] == speaker):
            if own and word["start_ms"] - own[-1].end_ms <= 300:
                own[-1] = replace(own[-1], end_ms=word["end_ms"])
            else:
                own.append(Turn(word["start_ms"], word["end_ms"], speaker))
        turns += own
    turns.sort(key=lambda turn: turn.start_ms)
    speech: list[Region] = []
    for turn in turns:
        if speech and turn.start_ms - speech[-1].end_ms <= 250:
            speech[-1] = Region(speech[-1].start_ms, max(speech[-1].end_ms, turn.end_ms))
        else:
            speech.append(Region(turn.start_ms, turn.end_ms))
    return decode(DEMO / "inbox" / recording).audio, tuple(turns), tuple(speech)


def mixed(audio: AudioSamples) -> AudioSamples:
    return AudioSamples(audio.mono()[None], audio.rate_hz)


def diariser(engine: str, models: Path) -> Diariser:
    settings = load_settings().diarisation
    return make_diariser(settings.model_copy(update={"engine": engine, "device": "cpu", "model": ""}), models)


@cache
def excerpt() -> tuple[AudioSamples, tuple[Region, ...]]:
    """Six seconds in which the interviewer stops and the participant begins."""
    audio, _, speech = demo("P05.flac")
    first_ms, last_ms = 3_000, 9_000
    inside = (Region(max(r.start_ms, first_ms), min(r.end_ms, last_ms)) for r in speech)
    return audio.cut(first_ms, last_ms), tuple(
        Region(r.start_ms - first_ms, r.end_ms - first_ms) for r in inside if r.duration_ms > 0
    )
