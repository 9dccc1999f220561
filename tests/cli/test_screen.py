"""Tables at the screen lose nothing where it is narrow."""

from __future__ import annotations

import pytest

from colloquy.cli.screen import make_table, print_table

COMMAND = "colloquy-faster-whisper-and-a-word-that-is-longer-than-its-column"


def test_a_narrow_table_breaks_what_is_too_long_and_cuts_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    table = make_table("name", "for", "licence", "what to do", whole=2)
    table.add_row("faster-whisper-large-v3-turbo", "transcribe", "CC BY 4.0", COMMAND)
    print_table(table)
    shown = capsys.readouterr().out
    assert "…" not in shown
    assert all(whole in shown for whole in ("faster-whisper-large-v3-turbo", "transcribe", "licence"))
    assert COMMAND in "".join(shown.split())  # the other cells of the row take one line
