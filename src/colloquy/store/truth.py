"""The truth beside the demo's sources: what was said, when, by whom, and what must not survive."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from colloquy.domain.diarisation import Turn
from colloquy.domain.utterance import AttributedWord
from colloquy.errors import StoreError

# Two words of a voice with less than this between them belong to one turn, as in the field's reference files.
LONGEST_GAP_MS = 500


@dataclass(frozen=True, slots=True)
class Truth:
    """`identifiers` are (category, first word, word after the last), counted from 0."""

    words: tuple[AttributedWord, ...]
    identifiers: tuple[tuple[str, int, int], ...]

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Stretches of speech of each voice, from the words' times; empty for texts."""
        turns: list[Turn] = []
        last: dict[str, int] = {}
        for word in self.words:
            if word.start_ms is None or word.end_ms is None:
                return ()
            place = last.get(word.speaker)
            if place is not None and word.start_ms - turns[place].end_ms <= LONGEST_GAP_MS:
                turns[place] = Turn(turns[place].start_ms, word.end_ms, word.speaker)
            else:
                last[word.speaker] = len(turns)
                turns.append(Turn(word.start_ms, word.end_ms, word.speaker))
        return tuple(turns)


def read_truth(folder: Path) -> dict[str, Truth]:
    """By the name of the source's file. Raises StoreError when there is none."""
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise StoreError("There is no truth to compare with; it comes with the repository, in data/demo/truth.")
    known = (json.loads(path.read_text(encoding="utf-8")) for path in paths)
    return {one["recording"]: _truth(one) for one in known}


def _truth(known: dict[str, list[dict[str, object]]]) -> Truth:
    words = tuple(
        AttributedWord(str(w["text"]), _ms(w["start_ms"]), _ms(w["end_ms"]), None, str(w["speaker"]))
        for w in known["words"]
    )
    identifiers = []
    for one in known["identifiers"]:
        numbers = one["words"]
        if isinstance(numbers, list):
            identifiers.append((str(one["category"]), int(numbers[0]), int(numbers[-1]) + 1))
    return Truth(words, tuple(identifiers))


def _ms(value: object) -> int | None:
    return int(str(value)) if value is not None else None
