"""A few quotes by which a person knows a voice."""

from __future__ import annotations

from collections.abc import Iterator

from colloquy.domain.utterance import AttributedWord, Quote, Utterance
from colloquy.stages.attribute_words import ends_sentence, is_question

QUOTES = 3
_LONGEST_WORDS = 25
# "Right?" tells less than a statement.
_SHORTEST_QUESTION = 4

Words = tuple[AttributedWord, ...]


def choose_quotes(utterances: tuple[Utterance, ...], speaker: str) -> tuple[Quote, ...]:
    """Up to three sentences of `speaker` in order, one from each third of the interview where there is one.

    Questions before statements, longer before shorter; what is longer than 25 words is cut.
    """
    if not utterances:
        return ()
    ends_ms = max(utterance.end_ms or 0 for utterance in utterances) + 1
    ranked = sorted(_sentences(utterances, speaker), key=_tells, reverse=True)
    thirds = [QUOTES * (words[0].start_ms or 0) // ends_ms for words in ranked]
    first_of_third = {thirds.index(third) for third in set(thirds)}
    places = [*sorted(first_of_third), *(at for at in range(len(ranked)) if at not in first_of_third)]
    chosen: dict[str, Words] = {}
    for at in places:
        chosen.setdefault(_quoted(ranked[at]).casefold(), ranked[at])
    telling = sorted(list(chosen.values())[:QUOTES], key=lambda words: words[0].start_ms or 0)
    return tuple(Quote(words[0].start_ms or 0, _quoted(words)) for words in telling)


def _sentences(utterances: tuple[Utterance, ...], speaker: str) -> Iterator[Words]:
    for utterance in utterances:
        if utterance.speaker != speaker:
            continue
        first = 0
        for at, word in enumerate(utterance.words, start=1):
            if at == len(utterance.words) or ends_sentence(word.text):
                yield utterance.words[first:at]
                first = at


def _tells(words: Words) -> tuple[bool, int]:
    asks = is_question(words[-1].text) and len(words) >= _SHORTEST_QUESTION
    return asks, min(len(words), _LONGEST_WORDS)


def _quoted(words: Words) -> str:
    text = " ".join(word.text for word in words[:_LONGEST_WORDS])
    return f"{text} …" if len(words) > _LONGEST_WORDS else text
