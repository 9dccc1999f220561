"""What `colloquy run` refuses before it touches anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_a_misspelt_study_is_asked_about_before_anything_is_copied(
    call: Callable[..., Any], data: Path, tmp_path: Path
) -> None:
    (data / "inbox" / "hubs").mkdir(parents=True)
    source = tmp_path / "recorder"
    source.mkdir()
    (source / "P01.txt").write_text("It was a good day.", encoding="utf-8")
    result = call("run", "hubbs", "--from", str(source))
    assert result.exit_code == 1
    assert "Did you mean hubs?" in result.stderr
    assert not (data / "inbox" / "hubbs").exists()


def test_an_unlike_study_is_answered_with_the_known_ones(call: Callable[..., Any], data: Path) -> None:
    (data / "inbox" / "hubs").mkdir(parents=True)
    assert "Known: hubs. To begin it: colloquy new wards" in call("run", "wards").stderr
