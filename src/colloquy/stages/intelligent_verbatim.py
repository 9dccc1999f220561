"""The readable level: hesitations, stutters and immediate repetitions are left out by written-down rules.

"Intelligent verbatim" as transcribers know it, no further: false starts, grammar and every other word stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from colloquy.settings import VerbatimLanguage
from colloquy.stages.verbatim_tokens import Token, without

LONGEST_PHRASE_WORDS = 4
# `w-w-when`, and `w-when` with one letter; `re-read` has more.
_STUTTER = re.compile(r"^(\w{1,3})-(?:\1-)+(?=\1)|^(\w)-(?=\2\w{2,})", re.IGNORECASE)
_CUT_OFF = ("-", "–", "—")


def intelligent_verbatim(tokens: Iterable[Token], language: VerbatimLanguage) -> list[Token]:
    """The tokens without what says nothing; what would be left with nothing at all stays as it is."""
    whole = list(tokens)
    bound = frozenset(_folded(language.no_comma_after))
    kept = _without_fillers(whole, frozenset(language.fillers), bound)
    kept = _without_phrases(kept, [tuple(_keys(phrase)) for phrase in language.filler_phrases], bound)
    kept = _without_stutters(kept, frozenset(language.not_stutters))
    kept = _without_repetitions(kept, language)
    return kept or whole


def _keys(phrase: str) -> list[str]:
    return [Token(word).key for word in phrase.split()]


def _without_fillers(tokens: list[Token], fillers: frozenset[str], bound: frozenset[str]) -> list[Token]:
    at = 0
    while at < len(tokens):
        if tokens[at].key in fillers and not tokens[at].text.rstrip("\"'”’").endswith("?"):
            tokens = _set_free(tokens, at, at + 1, bound)
        else:
            at += 1
    return tokens


def _without_phrases(tokens: list[Token], phrases: list[tuple[str, ...]], bound: frozenset[str]) -> list[Token]:
    at = 0
    while at < len(tokens):
        length = next((len(phrase) for phrase in phrases if _is_set_off(tokens, at, phrase)), 0)
        if length:
            tokens = _set_free(tokens, at, at + length, bound)
        else:
            at += 1
    return tokens


def _set_free(tokens: list[Token], first: int, end: int, bound: frozenset[str]) -> list[Token]:
    """Without the tokens from `first` to `end`, and without the comma before them where it was there for them alone."""
    if first and tokens[end - 1].text.endswith(",") and tokens[first - 1].key in bound:
        tokens = [*tokens[: first - 1], tokens[first - 1].without_comma(), *tokens[first:]]
    return without(tokens, first, end)


def _is_set_off(tokens: list[Token], at: int, phrase: tuple[str, ...]) -> bool:
    end = at + len(phrase)
    said = tokens[at:end]
    if tuple(token.key for token in said) != phrase or any(token.after for token in said[:-1]):
        return False
    opens = at == 0 or tokens[at - 1].ends_sentence
    if said[-1].text.endswith(","):
        return opens or tokens[at - 1].text.endswith(",")
    return not opens and tokens[at - 1].text.endswith(",") and said[-1].text.endswith(".")


def _without_stutters(tokens: list[Token], words: frozenset[str]) -> list[Token]:
    kept: list[Token] = []
    for token in tokens:
        if token.is_fixed or token.key in words:
            kept.append(token)
            continue
        found = _STUTTER.match(token.text)
        whole = Token(token.text[found.end() :]) if found else token
        kept.append(whole.capitalised() if found and token.begins_upper else whole)
    at = 0
    while at + 1 < len(kept):
        if _is_cut_off(kept[at], kept[at + 1]):
            kept = without(kept, at, at + 1)
        else:
            at += 1
    return kept


def _is_cut_off(token: Token, following: Token) -> bool:
    """`th- the`: broken off, and begun again as the same word or a longer one."""
    return bool(token.key) and token.after in _CUT_OFF and following.key.startswith(token.key)


def _without_repetitions(tokens: list[Token], language: VerbatimLanguage) -> list[Token]:
    singles = frozenset(_folded(language.repeatable))
    starts = singles | frozenset(_folded(language.phrase_starts))
    clauses = frozenset(_folded(language.clause_starts))
    kept = frozenset(tuple(_keys(phrase)) for phrase in language.kept_repetitions)
    at = 0
    while at < len(tokens):
        for length in range(LONGEST_PHRASE_WORDS, 0, -1):
            first, second = tokens[at : at + length], tokens[at + length : at + 2 * length]
            keys = tuple(token.key for token in first)
            if not all(keys) or keys != tuple(token.key for token in second):
                continue
            if any(token.ends_sentence for token in first):
                continue
            if length == 1 and keys[0] in singles:
                break
            follows_clause = at > 0 and tokens[at - 1].key in clauses
            goes_on = not second[-1].ends_sentence and at + 2 * length < len(tokens)
            if length > 1 and keys[0] in starts and keys not in kept and goes_on and not follows_clause:
                break
        else:
            at += 1
            continue
        tokens = without(tokens, at, at + length)
    return tokens


def _folded(words: Iterable[str]) -> Iterable[str]:
    return (Token(word).key for word in words)
