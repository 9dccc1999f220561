from __future__ import annotations

from colloquy.domain.language import LanguageShare, language_name, shown_shares


def test_languages_are_named_as_people_name_them() -> None:
    assert language_name("cy") == "Welsh (cy)"
    assert language_name("und") == "an unknown language"
    assert language_name("gd") == "gd"


def test_shares_are_shown_in_their_order() -> None:
    shares = (LanguageShare("en", 0.876, 0.99), LanguageShare("cy", 0.124, 0.95))
    assert shown_shares(shares) == "English (en) 88%, Welsh (cy) 12%"
    assert shown_shares(()) == ""
