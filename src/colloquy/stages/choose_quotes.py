"""A few quotes by which a person knows a voice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from colloquy.domain.utterance import AttributedWord, Quote, Utterance
from colloquy.stages.attribute_words import ends_sentence, is_question

QUOTES = 3
_LONGEST_WORDS = 25
# "Right?" tells less than a statement.
_SHORTEST_QUESTION = 4

Words = tuple[AttributedWord, ...]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """`place`: milliseconds from the beginning, or words where these have no times."""

    words: Words = field(repr=False)
    place: int
    start_ms: int | None


def choose_quotes(utterances: tuple[Utterance, ...], speaker: str) -> tuple[Quote, ...]:
    """Up to three sentences of `speaker` in order, one from each third of the interview where there is one.

    Questions before statements, longer before shorter; what is longer than 25 words is cut. Thirds are of the time, or
    of the words where these have no times.
    """
    word_count = sum(len(utterance.words) for utterance in utterances)
    ends_ms = max((word.end_ms or 0 for utterance in utterances for word in utterance.words), default=0)
    length = (ends_ms or word_count) + 1
    ranked = sorted(_sentences(utterances, speaker), key=_tells, reverse=True)
    thirds = [QUOTES * sentence.place // length for sentence in ranked]
    first_of_third = {thirds.index(third) for third in set(thirds)}
    places = [*sorted(first_of_third), *(at for at in range(len(ranked)) if at not in first_of_third)]
    chosen: dict[str, _Sentence] = {}
    for at in places:
        chosen.setdefault(_quoted(ranked[at].words).casefold(), ranked[at])
    telling = sorted(list(chosen.values())[:QUOTES], key=lambda sentence: sentence.place)
    return tuple(Quote(sentence.start_ms, _quoted(sentence.words)) for sentence in telling)


def _sentences(utterances: tuple[Utterance, ...], speaker: str) -> Iterator[_Sentence]:
    said_before = 0
    for utterance in utterances:
        first = 0
        for at, word in enumerate(utterance.words, start=1):
            if utterance.speaker == speaker and (at == len(utterance.words) or ends_sentence(word.text)):
                words, start_ms = utterance.words[first:at], utterance.words[first].start_ms
                place = said_before + first if start_ms is None else start_ms
                yield _Sentence(words, place, utterance.start_ms if start_ms is None else start_ms)
                first = at
        said_before += len(utterance.words)


def _tells(sentence: _Sentence) -> tuple[bool, int]:
    words = sentence.words
    asks = is_question(words[-1].text) and len(words) >= _SHORTEST_QUESTION
    return asks, min(len(words), _LONGEST_WORDS)


def _quoted(words: Words) -> str:
    text = " ".join(word.text for word in words[:_LONGEST_WORDS])
    return f"{text} …" if len(words) > _LONGEST_WORDS else text
