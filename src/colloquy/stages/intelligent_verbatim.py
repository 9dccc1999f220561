"""The readable level: hesitations, stutters and immediate repetitions are left out by written-down rules.

"Intelligent verbatim" as transcribers know it, no further: false starts, grammar and every other word stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from colloquy.settings import VerbatimLanguage
from colloquy.stages.verbatim_tokens import Token, without

LONGEST_PHRASE_WORDS = 4
# `w-w-when`, and `w-when` in small letters: `re-read` has more before the hyphen, `D-dimer` and `No-no-no` are meant.
_STUTTER = re.compile(r"^([^\W\d_]{1,3})-(?:(?i:\1)-)+(?=(?i:\1)[^\W\d_])|^([a-z])-(?=\2[a-z]{2,})")
_DASHES = ("-", "–", "—")


def intelligent_verbatim(tokens: Iterable[Token], language: VerbatimLanguage) -> list[Token]:
    """The tokens without what says nothing; what would be left with nothing at all stays as it is."""
    whole = list(tokens)
    bound = frozenset(_folded(language.no_comma_after))
    kept = _without_fillers(whole, frozenset(language.fillers), bound)
    kept = _without_phrases(kept, [tuple(_keys(phrase)) for phrase in language.filler_phrases], bound)
    kept = _without_stutters(kept, frozenset(language.not_stutters), frozenset(language.whole_words))
    kept = _without_repetitions(kept, language)
    return kept or whole


def _keys(phrase: str) -> list[str]:
    return [Token(word).key for word in phrase.split()]


def _without_fillers(tokens: list[Token], fillers: frozenset[str], bound: frozenset[str]) -> list[Token]:
    at = 0
    while at < len(tokens):
        if _is_filler(tokens[at], fillers):
            tokens = _set_free(tokens, at, at + 1, bound)
        else:
            at += 1
    return tokens


def _is_filler(token: Token, fillers: frozenset[str]) -> bool:
    """`ER` is a ward, and `Um?` is a question."""
    is_shouted = len(token.key) > 1 and token.key.upper() in token.text
    return token.key in fillers and not is_shouted and not token.text.rstrip("\"'”’").endswith("?")


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
    if first and end < len(tokens) and tokens[first - 1].text in _DASHES and tokens[end].text in _DASHES:
        end += 1
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


def _without_stutters(tokens: list[Token], words: frozenset[str], whole: frozenset[str]) -> list[Token]:
    kept: list[Token] = []
    for token in tokens:
        if token.is_fixed or token.key in words:
            kept.append(token)
            continue
        found = _STUTTER.match(token.text)
        said = Token(token.text[found.end() :]) if found else token
        kept.append(said.capitalised() if found and token.begins_upper else said)
    at = 0
    while at + 1 < len(kept):
        if _is_cut_off(kept[at], kept[at + 1], whole):
            kept = without(kept, at, at + 1)
        elif at and _begins_again(kept[at - 1 : at + 3]):
            kept = without(kept, at - 1, at + 1)
            at -= 1
        else:
            at += 1
    return kept


def _is_cut_off(token: Token, following: Token, whole: frozenset[str]) -> bool:
    """`th- the`: broken off, and begun again as the same word or, where it was none yet, as a longer one."""
    if not token.key or token.after != "-":
        return False
    return following.key == token.key or (token.key not in whole and following.key.startswith(token.key))


def _begins_again(tokens: list[Token]) -> bool:
    """`I w- I went`: the word before what was broken off is said once more."""
    if len(tokens) < 4 or not tokens[1].key or tokens[1].after != "-" or tokens[0].after:
        return False
    return tokens[0].key == tokens[2].key and tokens[3].key.startswith(tokens[1].key)


def _without_repetitions(tokens: list[Token], language: VerbatimLanguage) -> list[Token]:
    singles = frozenset(_folded(language.repeatable))
    pronouns = frozenset(_folded(language.repeatable_pronouns))
    starts = singles | pronouns | frozenset(_folded(language.phrase_starts))
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
            opens = at == 0 or tokens[at - 1].ends_sentence
            if length == 1 and _may_repeat(first[0], opens=opens, singles=singles, pronouns=pronouns):
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


def _may_repeat(token: Token, *, opens: bool, singles: frozenset[str], pronouns: frozenset[str]) -> bool:
    """After a comma a pronoun begins the next clause, unless it opened the sentence: `So am I, I think`."""
    if token.key in pronouns:
        return opens or not token.after
    is_letter = len(token.key) == 1 and token.begins_upper and not opens
    return token.key in singles and not is_letter


def _folded(words: Iterable[str]) -> Iterable[str]:
    return (Token(word).key for word in words)
