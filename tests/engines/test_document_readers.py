"""One contract for every reader of sources without sound."""

from __future__ import annotations

import pytest

from colloquy.engines.registry import DOCUMENT_READERS, make_document_reader
from colloquy.errors import DocumentUnreadableError, UnknownEngineError
from tests.source_files import SECRET, docx, read, vtt

CONVERSATION = {
    ".docx": docx("INT: Did it help?", f"Anna {SECRET}: It did.", "INT: Thank you."),
    ".vtt": vtt("<v INT>Did it help?</v>", f"<v Anna {SECRET}>It did.</v>", "<v INT>Thank you.</v>").encode(),
    ".srt": (
        "1\r\n00:00:00,000 --> 00:00:01,500\r\nINT: Did it help?\r\n\r\n"
        f"2\r\n00:00:02,000 --> 00:00:03,500\r\nAnna {SECRET}: It did.\r\n\r\n"
        "3\r\n00:00:04,000 --> 00:00:05,500\r\nINT: Thank you.\r\n"
    ).encode(),
    ".txt": f"INT: Did it help?\nAnna {SECRET}: It did.\nINT: Thank you.\n".encode(),
    ".md": f"# Notes\n\n**INT:** Did it help?\n\n**Anna {SECRET}:** It did.\n\n**INT:** Thank you.\n".encode(),
}
EMPTY = {".docx": docx(), ".vtt": b"WEBVTT\n", ".srt": b"", ".txt": b" \n", ".md": b""}
BROKEN = {
    ".docx": b"PK\x03\x04" + SECRET.encode(),
    ".vtt": f"WEBVTT\n\n00:00:01.000 --> 00:xx:02.000\n{SECRET}\n".encode(),
    ".srt": f"{SECRET}\n\n1\n00:00:01,000 --> 00:00:02,000\nHm.\n".encode(),
    ".txt": f"{SECRET}\0\0".encode(),
    ".md": f"{SECRET}\0\0".encode(),
}
SUFFIXES = sorted(CONVERSATION)


def test_every_registered_ending_is_under_contract() -> None:
    assert set(SUFFIXES) | {".doc"} == set(DOCUMENT_READERS)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_speakers_are_told_apart_from_what_they_say(suffix: str) -> None:
    spoken = [(p.speaker, p.text) for p in read(suffix, CONVERSATION[suffix]).paragraphs if p.speaker is not None]
    assert spoken == [("INT", "Did it help?"), (f"Anna {SECRET}", "It did."), ("INT", "Thank you.")]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_names_of_speakers_are_given_for_redaction(suffix: str) -> None:
    assert read(suffix, CONVERSATION[suffix]).speaker_names == (f"Anna {SECRET}",)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_source_is_refused(suffix: str) -> None:
    with pytest.raises(DocumentUnreadableError):
        read(suffix, EMPTY[suffix])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_damaged_source_is_refused_without_quoting_it(suffix: str) -> None:
    with pytest.raises(DocumentUnreadableError) as caught:
        read(suffix, BROKEN[suffix])
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_reader_says_who_it_is(suffix: str) -> None:
    identity = make_document_reader(suffix.upper()).identity
    assert identity.name.replace("-", "_") == DOCUMENT_READERS[suffix]
    assert identity.version


def test_an_unknown_ending_is_named() -> None:
    with pytest.raises(UnknownEngineError, match=r"\.vt.*Did you mean"):
        make_document_reader(".vt")
