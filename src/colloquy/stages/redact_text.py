"""A plain text with every identifier replaced; nothing is stored, so its placeholders hold for this text alone."""

from __future__ import annotations

import re

from colloquy.domain.known_names import StudyNames
from colloquy.domain.redaction import Finding, RedactedText, TextRedaction
from colloquy.protocols import PersonalDataDetector
from colloquy.settings import RedactionSettings
from colloquy.stages.assign_placeholders import Mention, assign_placeholders
from colloquy.stages.find_identifiers import Passage, find_across, find_identifiers
from colloquy.stages.resolve_findings import resolve_findings
from colloquy.stages.seek_known_names import seek_known_names

# "[00:01:02] P04: ", "Interviewer: " at the start of a transcript's line.
_LABEL = re.compile(r"[^\S\n]*(?:\[[^\]\n]{0,20}\][^\S\n]*)?(?P<speaker>[^\s:][^:\n]{0,24}):[^\S\n]+")


def redact_text(
    text: str,
    detectors: tuple[PersonalDataDetector, ...],
    names: StudyNames,
    settings: RedactionSettings,
) -> RedactedText:
    """Replace what any detector finds; spans are in code points of `text`. Raises RedactionError."""
    whole = (Passage("", text),)
    (raw,) = find_identifiers(whole, detectors)
    raw = (*raw, *_over_lines(text, detectors))
    found = resolve_findings(text, raw, settings.lowest_score)
    (again,) = seek_known_names((text,), (found,), names)
    found = resolve_findings(text, (*raw, *again), settings.lowest_score)
    mentions = tuple(Mention(one.category, text[one.start : one.end], one.known_as) for one in found)
    placeholders, _ = assign_placeholders(mentions, ())
    spans = tuple(
        TextRedaction(one.start, one.end, one.category, placeholder, one.source, one.score)
        for one, placeholder in zip(found, placeholders, strict=True)
    )
    return RedactedText(_written(text, spans), spans)


def _over_lines(text: str, detectors: tuple[PersonalDataDetector, ...]) -> tuple[Finding, ...]:
    """Numbers that go over several turns of a transcript, one turn a line."""
    passages: list[Passage] = []
    starts: list[int] = []
    start = 0
    for line in text.splitlines(keepends=True):
        label = _LABEL.match(line)
        passages.append(Passage(label["speaker"] if label else "", line, label.end() if label else 0))
        starts.append(start)
        start += len(line)
    by_line = find_across(tuple(passages), detectors)
    return tuple(
        Finding(line + one.start, line + one.end, one.category, one.source, one.score, one.known_as)
        for line, findings in zip(starts, by_line, strict=True)
        for one in findings
    )


def _written(text: str, spans: tuple[TextRedaction, ...]) -> str:
    pieces: list[str] = []
    at = 0
    for span in spans:
        pieces += (text[at : span.start], span.placeholder)
        at = span.end
    return "".join((*pieces, text[at:]))
