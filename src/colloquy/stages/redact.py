"""Utterances with every identifier replaced, the log of replacements, and the key as it grew."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from colloquy.domain.known_names import StudyNames
from colloquy.domain.redaction import CERTAIN_SCORE, Finding, RedactedInterview, Redaction
from colloquy.domain.utterance import AttributedWord, Utterance
from colloquy.errors import RedactionError
from colloquy.protocols import PersonalDataDetector
from colloquy.settings import RedactionSettings
from colloquy.stages.assign_placeholders import Mention, assign_placeholders
from colloquy.stages.find_identifiers import Passage, find_identifiers
from colloquy.stages.resolve_findings import resolve_findings
from colloquy.stages.seek_known_names import seek_known_names


def redact(
    utterances: tuple[Utterance, ...],
    detectors: tuple[PersonalDataDetector, ...],
    names: StudyNames,
    settings: RedactionSettings,
) -> RedactedInterview:
    """Replace what any detector finds by placeholders that are the same in the whole study.

    The words under a span become one word: start of the first, end of the last, the lowest confidence of them; what is
    not part of the identifier (a full stop, a possessive) stays with it. Raises RedactionError where a detector fails;
    then nothing of the interview is given.
    """
    passages = tuple(Passage(utterance.speaker, utterance.text) for utterance in utterances)
    texts = tuple(passage.text for passage in passages)
    raw = find_identifiers(passages, detectors)
    found = _resolve(texts, raw, settings)
    again = seek_known_names(texts, found, names)
    found = _resolve(texts, tuple((*a, *b) for a, b in zip(raw, again, strict=True)), settings)
    mentions = tuple(
        Mention(
            finding.category,
            text[finding.start : finding.end],
            finding.known_as,
            is_guess=finding.score < CERTAIN_SCORE,
        )
        for text, findings in zip(texts, found, strict=True)
        for finding in findings
    )
    placeholders, grown = assign_placeholders(mentions, names.key)
    waiting = iter(placeholders)
    replaced = [
        _replace(utterance, [_Replacement(finding, next(waiting)) for finding in findings])
        for utterance, findings in zip(utterances, found, strict=True)
    ]
    redactions = tuple(redaction for _, ones in replaced for redaction in ones)
    return RedactedInterview(tuple(utterance for utterance, _ in replaced), redactions, grown)


def knows_more(redacted: RedactedInterview, names: StudyNames) -> bool:
    """Whether something is left in a redacted interview that the study has learnt since, from another one."""
    texts = tuple(utterance.text for utterance in redacted.utterances)
    return any(seek_known_names(texts, ((),) * len(texts), names))


def _resolve(
    texts: tuple[str, ...], findings: tuple[tuple[Finding, ...], ...], settings: RedactionSettings
) -> tuple[tuple[Finding, ...], ...]:
    return tuple(
        resolve_findings(text, ones, settings.lowest_score) for text, ones in zip(texts, findings, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Replacement:
    finding: Finding = field(repr=False)
    placeholder: str


def _replace(utterance: Utterance, replacements: list[_Replacement]) -> tuple[Utterance, tuple[Redaction, ...]]:
    """The utterance with its replacements made, in order of their place."""
    words: list[AttributedWord] = []
    redactions: list[Redaction] = []
    waiting = list(replacements)
    offset = written = number = 0
    while number < len(utterance.words):
        first, begin = number, offset
        inside: list[_Replacement] = []
        end = offset + len(utterance.words[number].text)
        while waiting and waiting[0].finding.start < end:
            inside.append(waiting.pop(0))
            while end < inside[-1].finding.end:
                number += 1
                end += 1 + len(utterance.words[number].text)
        group = utterance.words[first : number + 1]
        text, places = _write(utterance.text[begin:end], inside, begin)
        words.append(_one_word(group, text) if inside else group[0])
        for one, place in zip(inside, places, strict=True):
            redactions.append(_log(utterance, one, written + place, len(redactions) + 1))
        number, offset, written = number + 1, end + 1, written + len(text) + 1
    if waiting:
        raise RedactionError(
            f"redaction of {utterance.utterance_id}: a replacement found no word, expected one. Report this as a fault."
        )
    return replace(utterance, words=tuple(words)), tuple(redactions)


def _write(text: str, inside: list[_Replacement], begin: int) -> tuple[str, list[int]]:
    """`text`, which begins at `begin` in the utterance, with its replacements, and where each placeholder starts."""
    pieces, places, at = "", [], 0
    for one in inside:
        pieces += text[at : one.finding.start - begin]
        places.append(len(pieces))
        pieces += one.placeholder
        at = one.finding.end - begin
    return pieces + text[at:], places


def _one_word(group: tuple[AttributedWord, ...], text: str) -> AttributedWord:
    confidences = [word.confidence for word in group if word.confidence is not None]
    second = next((word.second_speaker for word in group if word.second_speaker), None)
    return replace(
        group[0],
        text=text,
        end_ms=group[-1].end_ms,
        confidence=min(confidences, default=None),
        second_speaker=second,
    )


def _log(utterance: Utterance, one: _Replacement, start: int, number: int) -> Redaction:
    finding = one.finding
    return Redaction(
        redaction_id=f"{utterance.utterance_id}-r{number:02d}",
        utterance_id=utterance.utterance_id,
        start=start,
        end=start + len(one.placeholder),
        category=finding.category,
        placeholder=one.placeholder,
        source=finding.source,
        score=finding.score,
    )
