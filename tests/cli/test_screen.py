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


@pytest.mark.parametrize("width", ["80", "60", "20"])
def test_nothing_of_a_table_is_lost_however_narrow_the_screen_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    headers = ("interview", "state", "stage", "minutes", "speakers", "words", "redactions", "checks")
    cells = ("P06-P07", "[cyan]interrupted[/]", "read document", "123.4", "3", "12345", "123", "12/12")
    table = make_table(*headers)
    table.title = "hubs"
    table.add_row(*cells)
    print_table(table)
    shown = capsys.readouterr().out
    assert all(len(line) <= int(width) for line in shown.splitlines())
    for whole in ("hubs", *headers[1:], cells[0], "interrupted", "read", "document", *cells[3:]):
        assert whole in shown.split() or f"{whole}:" in shown.split()


def test_a_row_in_a_block_keeps_its_mark_beside_what_it_marks_and_leaves_empty_cells_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    table = make_table("", "what", "found", "what to do")
    table.add_row("✓", "Prefect server", "none named", "")
    table.add_row("!", "free disk", "1.5 GB", "Make_room_for_results.")
    print_table(table)
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "✓ Prefect server",
        "  found: none named",
        "! free disk",
        "  found: 1.5 GB",
        "  what to do:",
        "Make_room_for_results.",
        "",
    ]
