"""Two texts for each utterance, from the same redacted words: the full and the intelligent level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from colloquy.domain.interview import SourceKind
from colloquy.domain.redaction import Redaction
from colloquy.domain.utterance import Utterance
from colloquy.settings import VerbatimStyle
from colloquy.stages.full_verbatim import audible, full_verbatim
from colloquy.stages.intelligent_verbatim import intelligent_verbatim
from colloquy.stages.verbatim_tokens import joined_text


@dataclass(frozen=True, slots=True)
class VerbatimTexts:
    """`inaudible_word_count` words stand as `[inaudible …]` in both."""

    full: str = field(repr=False)
    intelligent: str = field(repr=False)
    inaudible_word_count: int


def write_verbatim(
    utterances: Sequence[Utterance],
    redactions: Mapping[str, Sequence[Redaction]],
    kind: SourceKind,
    style: VerbatimStyle,
) -> list[VerbatimTexts]:
    """One of each for every utterance, in order. `redactions` by utterance; a placeholder is never touched.

    What somebody wrote (a document) has no levels: nothing is left out of it.
    """
    texts: list[VerbatimTexts] = []
    last_end_ms: int | None = None
    for utterance in utterances:
        if kind is SourceKind.DOCUMENT:
            texts.append(VerbatimTexts(utterance.text, utterance.text, 0))
            continue
        fixed = are_redacted(utterance, redactions.get(utterance.utterance_id, ()))
        heard = audible(utterance.words, fixed, style.settings)
        full = joined_text(full_verbatim(heard, last_end_ms, style.settings))
        tokens = [token for _, token in heard]
        readable = joined_text(intelligent_verbatim(tokens, style.language))
        unheard = sum(token.is_fixed for token in tokens) - sum(fixed)
        texts.append(VerbatimTexts(full, readable, len(utterance.words) - len(tokens) + unheard))
        last_end_ms = _latest(utterance, last_end_ms)
    return texts


def are_redacted(utterance: Utterance, redactions: Iterable[Redaction]) -> list[bool]:
    """For each word, whether it holds a placeholder."""
    spans = [(redaction.start, redaction.end) for redaction in redactions]
    found: list[bool] = []
    start = 0
    for word in utterance.words:
        end = start + len(word.text)
        found.append(any(first < end and start < last for first, last in spans))
        start = end + 1  # words are joined by one blank
    return found


def _latest(utterance: Utterance, before_ms: int | None) -> int | None:
    ends = [word.end_ms for word in utterance.words if word.end_ms is not None]
    return max((*ends, *(() if before_ms is None else (before_ms,))), default=None)
