"""Speaker labels as people and programs write them at the start of a paragraph."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from colloquy.domain.utterance import Role

LONGEST_LABEL = 40
INTERVIEWER_WORDS = frozenset({"interviewer", "int", "i", "iv", "q", "researcher", "moderator", "facilitator"})
# Not "R": it stands for the researcher as often as for the respondent.
PARTICIPANT_WORDS = frozenset({"participant", "respondent", "interviewee", "resp", "p"})

_TIME = r"\[?(?P<time{n}>\d{{1,3}}(?::[0-5]\d){{1,2}})(?:[.,]\d{{1,3}})?\]?"
_NAME = rf"(?P<label{{n}}>[^\W\d_][^:\n\t\[\]]{{{{0,{LONGEST_LABEL - 1}}}}}?)"
# `[00:01:02] P07: text`, the time optional.
_BEFORE_COLON = re.compile(
    r"\s*(?:" + _TIME.format(n=1) + r"\s+)?" + _NAME.format(n=1) + r"\s*:(?:\s+(?P<text1>.*)|)", re.DOTALL
)
# `Full Name   0:03` and the text on the next line: Word files by Teams, and Otter.
_BEFORE_TIME = re.compile(
    r"\s*" + _NAME.format(n=2) + r"[ \t\u00a0]+" + _TIME.format(n=2) + r"[ \t\u00a0]*\n(?P<text2>.*)", re.DOTALL
)
_CODE = re.compile(
    r"[A-Za-z]{1,3} ?\d{1,4}|(?:speaker|voice|unknown|participant|respondent|interviewee|interviewer)(?: ?\d{1,4})?",
    re.IGNORECASE,
)
_PARTICLES = frozenset({"al", "bin", "da", "de", "del", "der", "di", "el", "la", "le", "ten", "van", "von", "y", "e"})
_ASIDE = re.compile(r"\s*[(\[|].*$")


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A paragraph taken apart: who, when (if written), and the rest."""

    label: str = field(repr=False)
    text: str = field(repr=False)
    start_ms: int | None


def read_label(text: str) -> LabelledText | None:
    """The label in front of a paragraph, or None where there is none of up to 40 characters."""
    if match := _BEFORE_COLON.fullmatch(text):
        label, time, rest = match["label1"], match["time1"], match["text1"] or ""
    elif match := _BEFORE_TIME.fullmatch(text):
        label, time, rest = match["label2"], match["time2"], match["text2"]
    else:
        return None
    return LabelledText(" ".join(label.split()), rest.strip(), _milliseconds(time) if time else None)


def stated_role(label: str) -> Role | None:
    """The role that a label names outright (`Interviewer`, `INT`, `R`), else None."""
    word = re.sub(r"[\s\d]+$", "", label).casefold()
    if word in INTERVIEWER_WORDS:
        return Role.INTERVIEWER
    return Role.PARTICIPANT if word in PARTICIPANT_WORDS else None


def stated_code(label: str) -> str | None:
    """The participant's code that a label is (`P07`, `p 7`), else None."""
    match = re.fullmatch(r"p ?(\d{1,4})", label, re.IGNORECASE)
    return f"P{match[1]}" if match else None


def is_code(label: str) -> bool:
    """The label names nobody: a role, a participant code (`P07`), `Speaker 2`."""
    return stated_role(label) is not None or _CODE.fullmatch(label) is not None


def is_name_shaped(label: str) -> bool:
    """One to five capitalised words, as names are written; `She told me` is not."""
    words = [word for word in person_name(label).split() if word.casefold() not in _PARTICLES]
    return 0 < len(words) <= 5 and all(word[0].isupper() or not word[0].isalpha() for word in words)


def person_name(label: str) -> str:
    """The name in a label without what meeting programs add: `Hughes, Daniel (NHS Leeds)` gives `Daniel Hughes`."""
    name = _ASIDE.sub("", label).strip()
    surname, comma, given = name.partition(",")
    return " ".join(f"{given} {surname}".split()) if comma and given.strip() else name


def _milliseconds(clock: str) -> int:
    seconds = 0
    for part in clock.split(":"):
        seconds = 60 * seconds + int(part)
    return 1000 * seconds
