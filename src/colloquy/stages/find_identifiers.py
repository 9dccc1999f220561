"""Every detector over every passage, and over joined passages, where a number is read out over two turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import TracebackType

from colloquy.domain.redaction import NAMED_CATEGORIES, Category, Finding
from colloquy.domain.text_span import find_words
from colloquy.errors import RedactionError
from colloquy.protocols import PersonalDataDetector

# A number of eleven digits read out in pairs or with doubles and hesitations is no longer than this.
EDGE_WORDS = 16
# What others may say between two turns of one speaker without ending a number ("mm", "let me write that down").
INTERPOSED_WORDS = 12
BACK_CHANNEL_WORDS = 3
ENOUGH_TIMES = 8
_NEVER_JOINED = NAMED_CATEGORIES | {Category.DATE, Category.URL}


@dataclass(frozen=True, slots=True)
class Passage:
    """A text with its speaker; speech begins at `speech_start` (a transcript's line may begin with a label)."""

    speaker: str
    text: str = field(repr=False)
    speech_start: int = 0


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a passage."""

    passage: int
    start: int
    end: int


def find_identifiers(
    passages: tuple[Passage, ...], detectors: tuple[PersonalDataDetector, ...]
) -> tuple[tuple[Finding, ...], ...]:
    """Findings of each passage, overlapping and unfiltered. Raises RedactionError where a detector fails."""
    if not detectors:
        raise RedactionError("redaction.detectors: none is named, expected one at least. Name them in the settings.")
    across = find_across(passages, detectors)
    own = (tuple(run_detectors(passage.text, detectors)) for passage in passages)
    return tuple((*mine, *joined) for mine, joined in zip(own, across, strict=True))


def run_detectors(text: str, detectors: tuple[PersonalDataDetector, ...]) -> Iterator[Finding]:
    """All findings in one text. Raises RedactionError where a detector fails or gives a place outside of the text."""
    for detector in detectors:
        with _FailClosed(detector):
            findings = detector.detect(text)
        for finding in findings:
            if not 0 <= finding.start <= finding.end <= len(text):
                raise RedactionError(
                    f"redaction: detector {detector.identity.name} gave a place outside of the text, expected offsets "
                    "within it. Nothing was written; report this as a fault of the detector."
                )
            yield finding


def find_across(
    passages: tuple[Passage, ...], detectors: tuple[PersonalDataDetector, ...]
) -> tuple[tuple[Finding, ...], ...]:
    """Numbers and addresses that go over the border of two passages, cut at the border, by passage."""
    found: list[list[Finding]] = [[] for _ in passages]
    in_order = [number for number, passage in enumerate(passages) if not _is_back_channel(passage, detectors)]
    for chain in (*_split(in_order, passages), *_chains_by_speaker(passages)):
        text = " ".join(passages[piece.passage].text[piece.start : piece.end] for piece in chain)
        for finding in run_detectors(text, detectors):
            if finding.category not in _NEVER_JOINED:
                _cut(finding, chain, found)
    return tuple(tuple(findings) for findings in found)


def _cut(finding: Finding, chain: list[_Piece], found: list[list[Finding]]) -> None:
    """Share a finding out over the pieces that it covers, if they are two or more."""
    parts: list[tuple[int, Finding]] = []
    offset = 0
    for piece in chain:
        length = piece.end - piece.start
        start, end = max(finding.start - offset, 0), min(finding.end - offset, length)
        if start < end:
            parts.append((piece.passage, replace(finding, start=piece.start + start, end=piece.start + end)))
        offset += length + 1
    if len(parts) > 1:
        for passage, part in parts:
            found[passage].append(part)


def _is_back_channel(passage: Passage, detectors: tuple[PersonalDataDetector, ...]) -> bool:
    """Whether a short turn ("mm", "go on") is no part of a number: said many times over it would still be none."""
    speech = passage.text[passage.speech_start :].strip()
    if len(speech.split()) > BACK_CHANNEL_WORDS:
        return False
    findings = run_detectors(" ".join([speech] * ENOUGH_TIMES), detectors)
    return all(finding.category in _NEVER_JOINED for finding in findings)


def _chains_by_speaker(passages: tuple[Passage, ...]) -> Iterator[list[_Piece]]:
    """Turns of one speaker, what others say in between left out where it is short."""
    for speaker in dict.fromkeys(passage.speaker for passage in passages):
        run: list[int] = []
        interposed = 0
        for number, passage in enumerate(passages):
            if passage.speaker != speaker:
                interposed += len(passage.text.split())
                continue
            if run and interposed > INTERPOSED_WORDS:
                yield from _split(run, passages)
                run = []
            run.append(number)
            interposed = 0
        yield from _split(run, passages)


def _split(numbers: list[int], passages: tuple[Passage, ...]) -> list[list[_Piece]]:
    """The edges of the passages, chained; the middle of a long passage ends a chain."""
    chains: list[list[_Piece]] = [[]]
    for number in numbers:
        passage = passages[number]
        words = [word for word in find_words(passage.text) if word.start >= passage.speech_start]
        if not words:
            continue
        if len(words) <= 2 * EDGE_WORDS:
            chains[-1].append(_Piece(number, words[0].start, words[-1].end))
            continue
        chains[-1].append(_Piece(number, words[0].start, words[EDGE_WORDS - 1].end))
        chains.append([_Piece(number, words[-EDGE_WORDS].start, words[-1].end)])
    return [chain for chain in chains if len(chain) > 1]


class _FailClosed:
    """Whatever a detector raises becomes a RedactionError that names its class and quotes nothing."""

    def __init__(self, detector: PersonalDataDetector) -> None:
        self._detector = detector

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None or issubclass(kind, RedactionError) or not issubclass(kind, Exception):
            return
        raise RedactionError(
            f"redaction: detector {self._detector.identity.name} stopped with {kind.__name__}. "
            "Nothing was written for this interview; run `colloquy doctor`, then run it again."
        ) from None
