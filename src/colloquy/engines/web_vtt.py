"""WebVTT and SubRip captions, as Teams, Zoom and transcription programs write them.

The form is W3C's WebVTT (https://www.w3.org/TR/webvtt1/), read leniently: the header may be missing, SubRip's decimal
comma is taken, tags other than voices are dropped. Not covered: regions, and who says a line that only a dash marks.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from colloquy.domain.document import Paragraph, SourceText, make_source_text
from colloquy.domain.engine import EngineIdentity
from colloquy.engines.plain_text import decode
from colloquy.errors import DocumentUnreadableError

VERSION = "1"
_ARROW = "-->"
_CLOCK = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{3})"
_TIMING = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s.*)?")
_TAG = re.compile(r"<(?:/?[A-Za-z][^<>]*|\d[\d:.]*|/)>")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?(?:\s+([^<>]*))?>")
_SILENT_BLOCK = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
# What may stand above a timing line inside another cue's block: SubRip's number or Teams' id.
_CUE_ID = re.compile(r"\s*(?:\d+|[0-9a-fA-F-]{36}(?:/\d+-\d+)?)\s*")


@dataclass(slots=True)
class _Cue:
    number: int
    start_ms: int
    end_ms: int
    lines: list[str] = field(default_factory=list, repr=False)


class WebVttReader:
    """One paragraph a voice in a cue. Voices that share a cue share its times: no finer ones are known."""

    @property
    def identity(self) -> EngineIdentity:
        return EngineIdentity("web-vtt", VERSION)

    def read(self, content: bytes) -> SourceText:
        """Cues in order of their start. Raises DocumentUnreadableError, naming the cue by its position from 1."""
        text, encoding = decode(content)
        cues = sorted(_read_cues(text), key=lambda cue: cue.start_ms)
        if not cues:
            raise DocumentUnreadableError(
                f'captions: no line of times ("00:00:01.000 {_ARROW} 00:00:02.000") was found. Export the transcript '
                "again as VTT or SRT."
            )
        return make_source_text([paragraph for cue in cues for paragraph in _paragraphs(cue)], encoding)


def _read_cues(text: str) -> list[_Cue]:
    cues: list[_Cue] = []
    for block in re.split(r"\n(?:[ \t]*\n)+", text.strip("\n")):
        lines = block.split("\n")
        has_times = any(_ARROW in line for line in lines)
        if not has_times and (_SILENT_BLOCK.match(block) or (not cues and block.startswith("WEBVTT"))):
            continue
        _read_block(lines, cues, has_times=has_times)
    return cues


def _read_block(lines: list[str], cues: list[_Cue], *, has_times: bool) -> None:
    """Add a block's cues; a block without times belongs to the cue before it, in whose text a blank line stood."""
    is_inside = not has_times
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if _ARROW in line:
            start_ms, end_ms = _read_times(line, len(cues) + 1)
            cues.append(_Cue(len(cues) + 1, start_ms, end_ms))
            is_inside = True
        elif is_inside and cues and not (_ARROW in following and _CUE_ID.fullmatch(line)):
            cues[-1].lines.append(line)
        elif is_inside and not cues:
            raise DocumentUnreadableError(
                "captions: there is text before the first line of times. Export the transcript again as VTT or SRT."
            )


def _read_times(line: str, number: int) -> tuple[int, int]:
    match = _TIMING.fullmatch(line)
    start_ms = end_ms = -1
    if match is not None:
        start_ms, end_ms = _milliseconds(match.groups()[:4]), _milliseconds(match.groups()[4:])
    if start_ms < 0 or end_ms < start_ms:
        found = "its end lies before its start" if 0 <= end_ms < start_ms else "its times cannot be read"
        raise DocumentUnreadableError(
            f"captions, cue {number}: {found}; expected hours:minutes:seconds.milliseconds {_ARROW} the same, later. "
            "Correct that line."
        )
    return start_ms, end_ms


def _milliseconds(clock: tuple[str | None, ...]) -> int:
    """-1 where minutes or seconds are more than 59."""
    hours, minutes, seconds, rest = (int(part or 0) for part in clock)
    return -1 if minutes > 59 or seconds > 59 else ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def _paragraphs(cue: _Cue) -> list[Paragraph]:
    """A voice lasts to its end tag, the next voice, or the end of the cue."""
    text = "\n".join(cue.lines)
    pieces: list[tuple[str | None, str]] = []
    speaker: str | None = None
    at = 0
    for tag in _TAG.finditer(text):
        pieces.append((speaker, text[at : tag.start()]))
        at = tag.end()
        if voice := _VOICE.fullmatch(tag.group()):
            speaker = html.unescape(voice[1] or "").strip() or None
        elif tag.group().startswith("</v"):
            speaker = None
    pieces.append((speaker, text[at:]))
    joined: list[tuple[str | None, str]] = []
    for name, piece in pieces:
        if joined and (joined[-1][0] == name or not piece.strip()):
            joined[-1] = (joined[-1][0], joined[-1][1] + piece)
        elif piece.strip():
            joined.append((name, piece))
    return [Paragraph(html.unescape(piece), name, cue.start_ms, cue.end_ms) for name, piece in joined]


def make() -> WebVttReader:
    return WebVttReader()
