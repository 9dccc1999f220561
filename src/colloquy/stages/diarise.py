"""Who speaks when."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from colloquy.domain.audio import PreparedAudio
from colloquy.domain.diarisation import Diarisation, Overlap, SpeakerCount, Turn
from colloquy.errors import DiarisationError
from colloquy.protocols import Diariser


def diarise(prepared: PreparedAudio, diariser: Diariser, count: SpeakerCount) -> Diarisation:
    """Run the diariser and hold it to its contract: a mistake here would put words into another person's mouth.

    Raises DiarisationError where bounds cannot be met or turns overlap, leave the recording or are labelled otherwise
    than `S1`, `S2`, … by first turn. More voices than were asked for are a result: a person is asked about them.
    """
    if count.minimum > count.maximum:
        raise DiarisationError(
            f"diarisation: at least {count.minimum} and at most {count.maximum} voices were asked for. Correct "
            "fewest_speakers and most_speakers in the study's settings."
        )
    found = diariser.diarise(prepared.audio, prepared.speech, count)
    if problem := _problem(found, prepared.audio.duration_ms):
        raise DiarisationError(
            f"diarisation.engine {found.engine.name}: {problem}. Choose another engine, and report this fault."
        )
    return replace(found, asked=count)


def _problem(found: Diarisation, duration_ms: int) -> str:
    """What breaks the contract, empty where nothing does."""
    stretches: tuple[Turn | Overlap, ...] = (*found.turns, *found.overlaps)
    if any(stretch.start_ms >= stretch.end_ms for stretch in stretches):
        return "a turn without length was found, expected an end after the start"
    if any(stretch.start_ms < 0 or stretch.end_ms > duration_ms for stretch in stretches):
        return f"a turn outside the recording was found, expected times from 0 to {duration_ms} ms"
    if any(before.end_ms > after.start_ms for before, after in pairwise(found.turns)):
        return "two turns at the same time were found, expected one at a time and in order"
    if found.speakers != tuple(f"S{number}" for number in range(1, len(found.speakers) + 1)):
        return "labels out of order were found, expected S1, S2, … by first turn"
    if any(not set(overlap.speakers) <= set(found.speakers) for overlap in found.overlaps):
        return "an overlap with an unknown voice was found, expected voices that have a turn"
    return ""
