from __future__ import annotations

import pytest

from colloquy.domain.document import Paragraph, SourceText, make_source_text
from colloquy.errors import DocumentUnreadableError


def read(*texts: str) -> list[tuple[str | None, str]]:
    return [(p.speaker, p.text) for p in make_source_text([Paragraph(text) for text in texts]).paragraphs]


@pytest.mark.parametrize(
    "texts",
    [
        ("INT: Why?", "P07: Because."),
        ("INT: Why?\nP07: Because.",),
        ("[00:00:01] INT: Why?", "[00:00:03] P07: Because."),
        ("INT :\nWhy?", "P07 :\nBecause."),
        ("INT   0:01\nWhy?", "P07   0:03\nBecause."),
    ],
    ids=["paragraphs", "soft breaks", "times before", "label on its own line", "Teams in Word"],
)
def test_labels_are_taken_off_the_text(texts: tuple[str, ...]) -> None:
    assert read(*texts) == [("INT", "Why?"), ("P07", "Because.")]


def test_written_times_become_the_start_and_no_end_is_invented() -> None:
    source = make_source_text([Paragraph("[00:01:05] INT: Why?"), Paragraph("[01:00:00] P07: Because.")])
    assert [(p.start_ms, p.end_ms) for p in source.paragraphs] == [(65_000, None), (3_600_000, None)]


def test_a_speaker_goes_on_over_unlabelled_paragraphs() -> None:
    assert read("INT: Why?", "P07: Because.", "She told me: do not.", "INT: And?") == [
        ("INT", "Why?"),
        ("P07", "Because."),
        ("P07", "She told me: do not."),
        ("INT", "And?"),
    ]


@pytest.mark.parametrize(
    "texts",
    [
        ("Feelings: I was tired.", "Evaluation: It went well.", "Action plan: Ask."),
        ("I went home.", "Note: it rained.", "Note: it rained again.", "That was all."),
        ("See https://a.example and 10:30.", "At 10:30: tea."),
        (f"{'A' * 41}: one", f"{'A' * 41}: two"),
    ],
    ids=["headings", "half or fewer", "addresses and clock times", "longer than 40 characters"],
)
def test_what_only_looks_like_labels_stays_text(texts: tuple[str, ...]) -> None:
    assert read(*texts) == [(None, text) for text in texts]


def test_captions_that_name_a_speaker_only_when_the_voice_changes() -> None:
    cues = ["Ann Lee: Why?", "I mean, why now?", "Bo Hart: Because.", "It was time.", "Ann Lee: Right."]
    source = make_source_text([Paragraph(text, None, i * 1000, i * 1000 + 900) for i, text in enumerate(cues)])
    assert [p.speaker for p in source.paragraphs] == ["Ann Lee", "Ann Lee", "Bo Hart", "Bo Hart", "Ann Lee"]


def test_speaker_names_are_names_only() -> None:
    labels = ["INT", "P07", "Interviewer", "Speaker 2", "JS", "I", "Hughes, Daniel (NHS Leeds)", "Mary Stone | Acme"]
    source = SourceText(tuple(Paragraph("Hm.", label) for label in [*labels, "Mary Stone", None]))
    assert source.speaker_names == ("Daniel Hughes", "Mary Stone")


def test_invisible_characters_cannot_hide_a_name() -> None:
    assert read("Whit\u00adfield and Zoe\u0308 \u200bof\u00a0 Leeds") == [(None, "Whitfield and Zoë of Leeds")]


def test_a_source_without_text_is_refused_with_advice() -> None:
    with pytest.raises(DocumentUnreadableError, match="no text"):
        make_source_text([Paragraph(" \n\u200b")])


def test_codes_are_believed_between_a_title_and_a_table_and_headings_are_nobody() -> None:
    lines = (
        "Interview with a nurse",
        "Date: 3 March",
        "Place: library",
        "Present: two people",
        "A table",
        "of four",
        "cells",
    )
    assert read(*lines, "INT: Why?", "P07: Because.")[-2:] == [("INT", "Why?"), ("P07", "Because.")]
    source = make_source_text(
        [Paragraph(text) for text in (*lines, "INT: Why?", "Anna Hill: Because.", "Anna Hill: Yes.", "INT: Oh.")]
    )
    assert source.speaker_names == ("Anna Hill",)
    source = make_source_text([Paragraph("Place: library"), Paragraph("Anna Hill: Why?"), Paragraph("Anna Hill: Oh.")])
    assert source.speaker_names == ("Anna Hill",)
