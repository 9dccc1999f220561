"""The common layout."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from colloquy.domain.verbatim import VerbatimLevel, clock
from colloquy.exports.layout import paragraph
from colloquy.exports.txt import export
from tests.sample_study import sample_tables


@pytest.mark.parametrize(("ms", "shown"), [(0, "00:00:00"), (59_999, "00:00:59"), (3_661_000, "01:01:01")])
def test_clock_rounds_down(ms: int, shown: str) -> None:
    assert clock(ms) == shown


def test_a_paragraph_is_one_line() -> None:
    row = replace(sample_tables().utterances[1], text_full=" one\r\n two\u2028three ", start_ms=61_000)
    assert paragraph(row, VerbatimLevel.FULL) == "[00:01:01] P01: one two three"


def test_plain_text_has_no_mark_and_unix_lines() -> None:
    content = export(sample_tables(), "Hubs", "v0001")["P01.txt"]
    assert content.startswith(b"Interview P01\nHubs\n")
    assert b"\r" not in content
    assert content.decode().count("\n\n[") == len(sample_tables().utterances)


@pytest.mark.parametrize(
    ("level", "said", "head"),
    [(VerbatimLevel.FULL, "(1.2) um so", "Full verbatim"), (VerbatimLevel.INTELLIGENT, "so", "Intelligent verbatim")],
)
def test_either_level_is_shown_and_said_at_the_head(level: VerbatimLevel, said: str, head: str) -> None:
    tables = sample_tables()
    row = replace(tables.utterances[0], text_full="(1.2) um so", text_intelligent="so")
    content = export(replace(tables, utterances=(row,)), "Hubs", "v0001", level)["P01.txt"].decode()
    assert content.rstrip().endswith(f"INT: {said}")
    (line,) = [line for line in content.splitlines() if "verbatim" in line]
    assert line.startswith(head)
    assert not re.search(r":(?!\d)", line)  # a speaker would be made of what stands before it
