"""The scripts of the demo interviews: who says what, with pauses, overlaps and marked identifiers.

# recording: P01.wav            file to make (its ending chooses the format)
# voices: INT=slt P01=rms       one flite voice a speaker
INT: [overlap 0.3] Why was that?          begins 0.3 s before the last speaker ends
P01: She came from {place:Leeds}. [0.8] So I …   an identifier; a pause of 0.8 s
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from colloquy.errors import SettingsError

_MARK = re.compile(r"\[(overlap )?(\d+(?:\.\d+)?)\]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words said without a pause; `identifiers` are (category, first word, last word) within the piece."""

    words: tuple[str, ...]
    identifiers: tuple[tuple[str, int, int], ...]
    pause_after_s: float


@dataclass(frozen=True, slots=True)
class ScriptTurn:
    speaker: str
    pieces: tuple[Piece, ...]
    overlap_s: float | None


@dataclass(frozen=True, slots=True)
class Script:
    recording: str
    voices: dict[str, str]
    seed: int
    turns: tuple[ScriptTurn, ...]


def read_script(path: Path) -> Script:
    """Raises SettingsError when a line is not of the form above."""
    heads: dict[str, str] = {}
    turns: list[ScriptTurn] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            name, _, value = line[1:].partition(":")
            heads[name.strip()] = value.strip()
        elif line.strip():
            turns.append(_turn(line, path.name))
    voices = dict(pair.split("=") for pair in heads["voices"].split())
    return Script(heads["recording"], voices, int(heads["seed"]), tuple(turns))


def _turn(line: str, where: str) -> ScriptTurn:
    speaker, colon, text = line.partition(": ")
    if not colon:
        raise SettingsError(f"{where}: a line has no speaker. Write it as `P01: text`.")
    overlap_s: float | None = None
    pieces: list[Piece] = []
    at = 0
    for mark in _MARK.finditer(text):
        if mark.group(1):
            overlap_s, at = float(mark.group(2)), mark.end()
        else:
            pieces.append(_piece(text[at : mark.start()], float(mark.group(2))))
            at = mark.end()
    pieces.append(_piece(text[at:], 0.0))
    return ScriptTurn(speaker, tuple(pieces), overlap_s)


def _piece(text: str, pause_s: float) -> Piece:
    words: list[str] = []
    identifiers: list[tuple[str, int, int]] = []
    category, first = "", 0
    for raw in text.split():
        word = raw
        if word.startswith("{"):
            category, _, word = word[1:].partition(":")
            first = len(words)
        if "}" in word:
            identifiers.append((category, first, len(words)))
            word = word.replace("}", "")
        words.append(word)
    return Piece(tuple(words), tuple(identifiers), pause_s)
