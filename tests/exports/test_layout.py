"""The common layout."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from colloquy.domain.dataset import DatasetTables
from colloquy.domain.verbatim import VerbatimLevel, clock
from colloquy.exports.layout import paragraph
from colloquy.exports.txt import export
from tests.sample_study import document_tables, sample_tables


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


def head(tables: DatasetTables, level: VerbatimLevel = VerbatimLevel.FULL) -> list[str]:
    (content,) = export(tables, "Hubs", "v0001", level).values()
    return content.decode().partition("\n\n")[0].splitlines()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "decided by the machine, 97% sure; no person has confirmed it"),
        ({"roles_by": "person"}, "decided by a person"),
        ({"roles_by": "source"}, "as the text itself says"),
        ({"role_question": "3 voices: one too many."}, "guessed by the machine, and open; 3 voices – one too many"),
    ],
)
def test_the_head_says_who_speaks_and_who_said_so(changes: dict[str, str], said: str) -> None:
    tables = sample_tables()
    changed = replace(tables, interviews=(replace(tables.interviews[0], **changes),))  # type: ignore[arg-type]
    assert head(changed)[2:4] == ["Speakers INT (interviewer), P01 (participant)", f"Who is who – {said}"]


def test_the_head_of_a_text_by_one_author_names_no_speakers() -> None:
    tables = document_tables()
    own = tuple(row for row in tables.utterances if row.speaker == "P01")
    one = replace(tables, utterances=own, interviews=(replace(tables.interviews[0], speaker_count=1),))
    assert head(one)[2:] == ["Participants P01", "Redacted transcript (pseudonymised), dataset v0001"]
    assert head(tables)[2].startswith("Speakers")


def test_codes_of_which_no_label_tells_stand_at_the_head_and_so_does_a_role_that_is_not_known() -> None:
    tables = sample_tables()
    labels = {"INT": "S1", "P01": "S2"}
    spoken = tuple(replace(row, speaker=labels[row.speaker], role="unknown") for row in tables.utterances)
    row = replace(tables.interviews[0], roles_by="nobody", role_confidence=None)
    assert head(replace(tables, interviews=(row,), utterances=spoken))[2:5] == [
        "Participants P01",
        "Speakers S1 (role not known), S2 (role not known)",
        "Who is who – not known",
    ]


def test_the_head_says_whether_overlaps_are_marked() -> None:
    tables = sample_tables()
    assert "[overlap] where a second voice begins" in head(tables)[-1]
    unknown = replace(tables, interviews=(replace(tables.interviews[0], overlap_ratio=None),))
    assert "[overlap]" not in head(unknown)[-1]
    assert head(unknown)[-1].endswith("where two speak at once is not marked")
    assert "overlap" not in head(tables, VerbatimLevel.INTELLIGENT)[-1]
    ready_made = replace(tables, interviews=(replace(tables.interviews[0], kind="transcript"),))
    assert head(ready_made)[-1].endswith("pauses and overlaps are not marked")
