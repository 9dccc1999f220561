from __future__ import annotations

from pathlib import Path

import pytest

from colloquy.errors import SettingsError
from colloquy.synthesis.script import read_script


def test_pauses_overlaps_and_identifiers_are_read(tmp_path: Path) -> None:
    path = tmp_path / "P01.txt"
    path.write_text(
        "# recording: P01.wav\n# voices: INT=slt P01=rms\n# seed: 3\n"
        "INT: [overlap 0.4] Why {place:Leeds}?\nP01: I'm {person:Tom Kelly}, yes. [0.8] And then.\n",
        encoding="utf-8",
    )
    script = read_script(path)
    assert (script.recording, script.voices, script.seed) == ("P01.wav", {"INT": "slt", "P01": "rms"}, 3)
    first, second = script.turns
    assert (first.speaker, first.overlap_s, second.overlap_s) == ("INT", 0.4, None)
    assert first.pieces[0].words == ("Why", "Leeds?")
    assert first.pieces[0].identifiers == (("place", 1, 1),)
    assert second.pieces[0].words == ("I'm", "Tom", "Kelly,", "yes.")
    assert second.pieces[0].identifiers == (("person", 1, 2),)
    assert [piece.pause_after_s for piece in second.pieces] == [0.8, 0.0]


def test_a_line_without_a_speaker_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "P01.txt"
    path.write_text("# recording: a.wav\n# voices: INT=slt\n# seed: 1\nno speaker here\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="no speaker"):
        read_script(path)
