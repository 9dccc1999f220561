"""What plain text has of its own: encodings and what parts paragraphs."""

from __future__ import annotations

import pytest

from colloquy.errors import DocumentUnreadableError
from tests.source_files import read, texts


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Zoë".encode(), "utf-8"),
        ("Zoë".encode("utf-8-sig"), "utf-8-sig"),
        (b"\xff\xfe" + "Zoë".encode("utf-16-le"), "utf-16"),
        (b"\xfe\xff" + "Zoë".encode("utf-16-be"), "utf-16"),
        ("Zoë".encode("cp1252"), "cp1252"),
    ],
)
def test_the_encoding_is_found(content: bytes, encoding: str) -> None:
    source = read(".txt", content)
    assert (texts(source), source.encoding) == (["Zoë"], encoding)


def test_blank_lines_part_paragraphs_and_lines_do_where_there_are_none() -> None:
    assert texts(read(".txt", "One\nwrapped.\n\nTwo.")) == ["One wrapped.", "Two."]
    assert texts(read(".txt", "One.\r\nTwo.\r\n")) == ["One.", "Two."]


def test_a_file_too_large_to_be_an_interview_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("colloquy.engines.plain_text.LARGEST_BYTES", 10)
    with pytest.raises(DocumentUnreadableError, match="11 bytes"):
        read(".txt", "x" * 11)
