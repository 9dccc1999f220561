"""The common layout."""

from __future__ import annotations

from dataclasses import replace

import pytest

from colloquy.exports.layout import clock, paragraph
from colloquy.exports.txt import export
from tests.sample_study import sample_tables


@pytest.mark.parametrize(("ms", "shown"), [(0, "00:00:00"), (59_999, "00:00:59"), (3_661_000, "01:01:01")])
def test_clock_rounds_down(ms: int, shown: str) -> None:
    assert clock(ms) == shown


def test_a_paragraph_is_one_line() -> None:
    row = replace(sample_tables().utterances[1], text=" one\r\n two\u2028three ", start_ms=61_000)
    assert paragraph(row) == "[00:01:01] P01: one two three"


def test_plain_text_has_no_mark_and_unix_lines() -> None:
    content = export(sample_tables(), "Hubs", "v0001")["P01.txt"]
    assert content.startswith(b"Interview P01\nHubs\n")
    assert b"\r" not in content
    assert content.decode().count("\n\n[") == len(sample_tables().utterances)
