"""Replacement over whole interviews with the real detectors and no roster."""

from __future__ import annotations

import re
import time
from itertools import pairwise
from pathlib import Path

import pytest

import colloquy
from colloquy.domain.redaction import RedactedInterview
from colloquy.domain.utterance import Utterance
from colloquy.stages.redact import redact
from tests.redaction import NO_NAMES, SETTINGS, real_detectors, texts, utterance

SCRIPTS = Path(colloquy.__file__).parent / "synthesis" / "scripts"


def script(path: Path) -> tuple[tuple[Utterance, ...], list[str]]:
    """A demo script's turns, and the words of its identifiers."""
    turns, identifiers = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            speaker, text = line.split(": ", 1)
            identifiers += re.findall(r"\{\w+:([^}]*)\}", text)
            spoken = re.sub(r"\[[^\]]*\] ?", "", re.sub(r"\{\w+:([^}]*)\}", r"\1", text))
            turns.append(utterance(spoken, number=len(turns) + 1, speaker=speaker))
    return tuple(turns), identifiers


@pytest.mark.parametrize("path", sorted(SCRIPTS.glob("*.txt")), ids=lambda path: path.stem)
def test_no_identifier_of_a_demo_script_survives_without_a_roster(path: Path) -> None:
    turns, identifiers = script(path)
    interview = redact(turns, real_detectors(), NO_NAMES, SETTINGS)
    left = " ".join(texts(interview)).casefold()
    assert identifiers
    assert not [one for one in identifiers if one.casefold() in left]
    surnames = [word for one in identifiers for word in one.split() if word[0].isupper() and len(word) > 4]
    assert not [word for word in surnames if re.search(rf"\b{word}\b", " ".join(texts(interview)))]
    assert len(interview.redactions) <= len(identifiers) + 1  # P04 says its number once more, unmarked


def test_a_number_said_and_read_back_is_found_with_the_real_detectors() -> None:
    turns = ("It is nine four three,", "nine four three", "four seven six", "mm", "five nine one nine.")
    interview = redact(
        tuple(utterance(text, number=n, speaker="AI"[n % 2]) for n, text in enumerate(turns)),
        real_detectors(),
        NO_NAMES,
        SETTINGS,
    )
    assert not re.search(r"\b(nine|four|three|seven|six|five)\b", " ".join(texts(interview)))
    assert texts(interview)[3] == "mm"


def test_long_interviews_take_time_in_proportion_and_their_spans_stay_apart() -> None:
    turns = tuple(turn for path in sorted(SCRIPTS.glob("*.txt")) for turn in script(path)[0])

    def seconds(times: int) -> tuple[float, RedactedInterview]:
        begin = time.process_time()
        interview = redact(turns * times, real_detectors(), NO_NAMES, SETTINGS)
        return time.process_time() - begin, interview

    short, _ = min((seconds(2) for _ in range(2)), key=lambda timed: timed[0])
    long, interview = seconds(8)
    assert long < 4 * 2 * short
    for one, following in pairwise(interview.redactions):
        assert one.utterance_id != following.utterance_id or one.end <= following.start
