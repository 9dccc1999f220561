"""Paragraphs of a written text, or cues of a ready-made transcript, as utterances."""

from __future__ import annotations

from collections.abc import Mapping

from colloquy.domain.document import Paragraph
from colloquy.domain.utterance import AttributedWord, RoleDecision, Utterance
from colloquy.settings import AttributionSettings


def join_paragraphs(
    paragraphs: tuple[Paragraph, ...],
    roles: Mapping[str, RoleDecision],
    settings: AttributionSettings,
    interview_id: str,
) -> tuple[Utterance, ...]:
    """Utterances in order; `roles` gives each speaker's by `folded_name`.

    Cues of one speaker join while pauses and length allow; paragraphs without times stay alone. Words have no times.
    """
    return tuple(
        _utterance(f"{interview_id}-u{number:04d}", group, roles[folded_name(group[0])])
        for number, group in enumerate(_join(paragraphs, roles, settings), start=1)
    )


def folded_name(paragraph: Paragraph) -> str:
    """The speaker's name for comparison; empty for text that names nobody."""
    return (paragraph.speaker or "").casefold()


def _join(
    paragraphs: tuple[Paragraph, ...], roles: Mapping[str, RoleDecision], settings: AttributionSettings
) -> list[list[Paragraph]]:
    groups: list[list[Paragraph]] = []
    for paragraph in paragraphs:
        is_same = bool(groups) and roles[folded_name(groups[-1][0])].label == roles[folded_name(paragraph)].label
        if is_same and _is_near(groups[-1], paragraph, settings):
            groups[-1].append(paragraph)
        else:
            groups.append([paragraph])
    return groups


def _is_near(group: list[Paragraph], following: Paragraph, settings: AttributionSettings) -> bool:
    start_ms, end_ms = _bounds(group)
    if start_ms is None or end_ms is None or following.start_ms is None or following.end_ms is None:
        return False
    is_soon = following.start_ms - end_ms <= settings.longest_pause_ms
    return is_soon and max(following.end_ms, end_ms) - start_ms <= settings.longest_utterance_ms


def _bounds(group: list[Paragraph]) -> tuple[int | None, int | None]:
    ends = [paragraph.end_ms for paragraph in group if paragraph.end_ms is not None]
    return group[0].start_ms, max(ends, default=None)


def _utterance(utterance_id: str, group: list[Paragraph], decision: RoleDecision) -> Utterance:
    words = tuple(
        AttributedWord(text, None, None, None, decision.label) for paragraph in group for text in paragraph.text.split()
    )
    start_ms, end_ms = _bounds(group)
    return Utterance(utterance_id, decision.label, decision.role, words, start_ms, end_ms)
