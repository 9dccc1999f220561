"""Words of a redacted utterance as the two verbatim levels see them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

OPENING, CLOSING = "\"'“‘([", "\"'”’)]"
_PARTS = re.compile(r"^(?P<before>\W*)(?P<core>.*?)(?P<after>\W*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its punctuation. What `is_fixed` (a placeholder, a passage nobody could hear) is never touched."""

    text: str = field(repr=False)
    is_fixed: bool = False

    @property
    def key(self) -> str:
        """The word alone, without case; empty for what is fixed, so that it equals nothing."""
        return "" if self.is_fixed else self._part("core").casefold().replace("’", "'")

    @property
    def after(self) -> str:
        return self._part("after")

    @property
    def ends_sentence(self) -> bool:
        text = self.text.rstrip(CLOSING)
        return text.endswith((".", "?", "!")) and not text.endswith("..")

    @property
    def begins_upper(self) -> bool:
        return self._part("core")[:1].isupper()

    def capitalised(self) -> Token:
        """With a capital letter at its beginning; what is fixed stays."""
        if self.is_fixed:
            return self
        before, core = self._part("before"), self._part("core")
        return replace(self, text=f"{before}{core[:1].upper()}{core[1:]}{self.after}")

    def ending_in(self, mark: str) -> Token:
        """Ending in a mark of punctuation in place of a comma or a dash; an end that is there stays."""
        if self.ends_sentence:
            return self
        return replace(self, text=self.text.rstrip(",;:–—- ") + mark)

    def without_comma(self) -> Token:
        return replace(self, text=self.text.removesuffix(","))

    def _part(self, name: str) -> str:
        found = _PARTS.match(self.text)
        return found[name] if found else ""


def joined_text(tokens: Iterable[Token]) -> str:
    return " ".join(token.text for token in tokens)


def without(tokens: list[Token], first: int, end: int) -> list[Token]:
    """The tokens but those from `first` to `end`, exclusive; a sentence keeps its capital letter, end and quotes."""
    before, gone, rest = tokens[:first], tokens[first:end], tokens[end:]
    opens = not before or before[-1].ends_sentence
    opening, closing = _quotes(gone[0], gone[-1])
    ends = gone[-1].ends_sentence
    if not opens:
        last = before[-1].ending_in(gone[-1].text.rstrip(CLOSING)[-1]) if ends else before[-1]
        before = [*before[:-1], replace(last, text=last.text + closing)]
    if rest:
        following = rest[0].capitalised() if opens and gone[0].begins_upper and not ends else rest[0]
        rest = [replace(following, text=opening + following.text), *rest[1:]]
    return [*before, *rest]


def _quotes(first: Token, last: Token) -> tuple[str, str]:
    """What opens before and closes after them; nothing where both are about them alone."""
    opening = first.text[: len(first.text) - len(first.text.lstrip(OPENING))]
    closing = last.text[len(last.text.rstrip(CLOSING)) :]
    return ("", "") if opening and closing else (opening, closing)
