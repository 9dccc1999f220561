from __future__ import annotations

import pytest

from colloquy.engines.vocabulary_prompt import PROMPT_TOKENS, encode_vocabulary
from colloquy.errors import SettingsError


def encode(text: str) -> list[int]:
    return [ord(letter) for letter in text]


def test_terms_are_one_sentence_in_their_order() -> None:
    assert encode_vocabulary(("PWP", "Exampleton"), encode) == encode(" PWP, Exampleton.")


def test_no_terms_are_no_prompt() -> None:
    assert encode_vocabulary((), encode) == []


def test_the_limit_is_half_the_context_less_the_token_that_opens_it() -> None:
    longest = ("x" * (PROMPT_TOKENS - 2),)
    assert len(encode_vocabulary(longest, encode)) == PROMPT_TOKENS == 448 // 2 - 1
    with pytest.raises(SettingsError, match="1 terms are 224 tokens, and the model takes 223"):
        encode_vocabulary((longest[0] + "x",), encode)


def test_too_long_a_list_says_how_many_terms_to_keep_and_names_none() -> None:
    with pytest.raises(SettingsError, match=r"its 100 terms are 1200 tokens.* Keep some 18") as caught:
        encode_vocabulary(("Zebediah's",) * 100, encode)
    assert "Zebediah" not in str(caught.value)
