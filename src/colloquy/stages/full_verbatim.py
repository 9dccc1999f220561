"""The full level: every word, with pauses, overlaps and what nobody could hear written down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from colloquy.domain.utterance import AttributedWord
from colloquy.domain.verbatim import clock
from colloquy.settings import VerbatimSettings
from colloquy.stages.verbatim_tokens import Token

OVERLAP = Token("[overlap]", is_fixed=True)


def audible(
    words: Sequence[AttributedWord], are_fixed: Sequence[bool], settings: VerbatimSettings
) -> list[tuple[AttributedWord, Token]]:
    """The words, each with its token; unsure ones in a row are one `[inaudible …]`."""
    found: list[tuple[AttributedWord, Token]] = []
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and not are_fixed[end] and _is_unsure(words[end], settings):
            end += 1
        if end - at >= settings.inaudible_words:
            time = clock(words[at].start_ms or 0)
            found.append((_as_one(words[at:end]), Token(f"[inaudible {time}]{_end_of(words[end - 1])}", is_fixed=True)))
            at = end
            continue
        for index in range(at, max(end, at + 1)):
            found.append((words[index], Token(words[index].text, are_fixed[index])))
        at = max(end, at + 1)
    return found


def full_verbatim(
    heard: Sequence[tuple[AttributedWord, Token]], last_end_ms: int | None, settings: VerbatimSettings
) -> Iterator[Token]:
    """The tokens of `audible` with `(2.1)` for pauses, in seconds, and `[overlap]` where a second voice begins.

    `last_end_ms` is when the last word before these ended, whoever said it; None at the beginning.
    """
    voice_over: str | None = None
    for word, token in heard:
        if word.start_ms is not None and last_end_ms is not None:
            pause_ms = word.start_ms - last_end_ms
            if pause_ms >= settings.shortest_pause_ms:
                yield Token(f"({pause_ms / 1000:.1f})", is_fixed=True)
        if word.is_overlap and word.second_speaker != voice_over:
            yield OVERLAP
        yield token
        voice_over = word.second_speaker
        if word.end_ms is not None:
            last_end_ms = max(word.end_ms, last_end_ms or 0)


def _as_one(words: Sequence[AttributedWord]) -> AttributedWord:
    second = next((word.second_speaker for word in words if word.second_speaker), None)
    return replace(words[0], end_ms=words[-1].end_ms, second_speaker=second)


def _is_unsure(word: AttributedWord, settings: VerbatimSettings) -> bool:
    return word.confidence is not None and word.confidence < settings.inaudible_confidence


def _end_of(word: AttributedWord) -> str:
    last = word.text[-1:]
    return last if last in ".?!," else ""
