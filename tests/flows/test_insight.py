from __future__ import annotations

import os
import wave
from pathlib import Path

import pytest

from flows import insight
from flows.insight import duration_ms, has_times
from tests.source_files import docx, vtt


def break_down(_: Path) -> int:
    """As a library's C code does it: without an exception."""
    os._exit(3)


TEAMS = docx("Anna Novak   0:03\nHow did it begin?", "Niamh Byrne   0:07\nSlowly.", "Anna Novak   0:09\nI see.")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("P07.vtt", vtt("<v Anna Novak>Hello.</v>").encode(), True),
        ("P07.SRT", b"1\n00:00:01,000 --> 00:00:02,000\nHello.\n", True),
        ("P07.vtt", b"nothing of the kind", None),
        ("P07.docx", TEAMS, True),
        ("P07.docx", docx("It was a good year.", "I learned to ask."), False),
        ("P07.docx", docx("Interviewer: How did it begin?", "P07: Slowly.", "Interviewer: I see."), False),
        ("P07.docx", b"no document at all", None),
        ("P07.txt", b"It was a good year. We met at 10:30.", False),
    ],
)
def test_a_transcript_is_told_from_a_text_by_its_times(
    tmp_path: Path, name: str, content: bytes, expected: bool | None
) -> None:
    (tmp_path / name).write_bytes(content)
    assert has_times(tmp_path / name) is expected


def test_what_is_gone_by_now_has_no_times_and_no_length(tmp_path: Path) -> None:
    assert has_times(tmp_path / "P07.vtt") is None
    assert duration_ms(tmp_path / "P07.wav") is None


def test_the_length_of_a_recording_is_read_from_its_header(tmp_path: Path) -> None:
    path = tmp_path / "P07.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(4 * 8000 * 3))
    assert duration_ms(path) == 3000
    path.write_bytes(b"no recording at all")
    assert duration_ms(path) is None


def test_a_file_that_hangs_or_breaks_what_opens_it_is_of_unknown_length_and_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = tmp_path / "P08.wav"
    with wave.open(str(good), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 8000))
    assert duration_ms(good) == 1000  # the libraries are loaded now
    monkeypatch.setattr(insight, "LIMIT_S", 1.0)
    hangs = tmp_path / "P07.wav"
    os.mkfifo(hangs)
    assert duration_ms(hangs) is None
    monkeypatch.setattr(insight, "duration_ms_inside", break_down)
    assert duration_ms(good) is None
    monkeypatch.undo()
    assert duration_ms(good) == 1000
