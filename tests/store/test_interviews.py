from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from colloquy.domain.interview import FileRole, Interview, SourceFile, SourceKind
from colloquy.errors import StoreError
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.interviews import list_of_files, read_interviews, save_interviews


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    study = DataFolder(tmp_path).study("hubs")
    study.identifiable.mkdir(parents=True)
    return study


def entry(interview_id: str, *codes: str, **changes: Any) -> dict[str, Any]:
    """As it was written while every interview had one file."""
    entry = {"study_id": "hubs", "interview_id": interview_id, "kind": "recording", "sha256": "1" * 64}
    return entry | {"suffix": ".wav", "participant_ids": list(codes), "original_name": "P07 Anna.wav"} | changes


def test_a_list_from_before_interviews_had_several_files_is_read(folder: StudyFolder) -> None:
    stated = entry("P06-P07-2", "P06", "P07", original_name="P06+P07_02 Anna.wav")
    entries = [entry("P07", "P07"), entry("P07-2", "P07"), stated, entry("R01")]
    (folder.identifiable / "interviews.json").write_text(json.dumps(entries), encoding="utf-8")
    file = SourceFile("1" * 64, ".wav", "P07 Anna.wav")
    second = SourceFile("1" * 64, ".wav", "P06+P07_02 Anna.wav")
    expected = (
        Interview("hubs", "P07", SourceKind.RECORDING, ("P07",), (file,)),
        Interview("hubs", "P07-2", SourceKind.RECORDING, ("P07",), (file,)),
        Interview("hubs", "P06-P07-2", SourceKind.RECORDING, ("P06", "P07"), (second,), 2),
        Interview("hubs", "R01", SourceKind.RECORDING, (), (file,)),
    )
    assert read_interviews(folder) == expected
    assert {interview.sha256 for interview in expected} == {"1" * 64}
    save_interviews(folder, list(expected))
    assert read_interviews(folder) == expected


@pytest.mark.parametrize("content", ["[", "{}x", '[{"interview_id": "Novak"}]', "[1]", '{"a": "Novak"}', "3"])
def test_a_damaged_list_is_refused_without_quoting_it(folder: StudyFolder, content: str) -> None:
    (folder.identifiable / "interviews.json").write_text(content, encoding="utf-8")
    with pytest.raises(StoreError, match="damaged") as caught:
        read_interviews(folder)
    assert caught.value.__suppress_context__
    assert "Novak" not in str(caught.value)


def test_the_teams_list_has_a_line_for_each_file(folder: StudyFolder) -> None:
    files = (
        SourceFile("2" * 64, ".wav", "=P07 part 2.wav", number=2),
        SourceFile("1" * 64, ".wav", "P07 part 1.wav", number=1),
        SourceFile("3" * 64, ".vtt", "P07.vtt", FileRole.COMPANION, 1),
    )
    save_interviews(folder, [Interview("hubs", "P07", SourceKind.RECORDING, ("P07",), files)])
    rows = list(csv.reader(list_of_files(folder).read_text(encoding="utf-8-sig").splitlines()))
    assert rows == [
        ["interview_id", "file", "kind", "part", "speakers"],
        ["P07", "P07 part 1.wav", "recording", "piece 1", ""],
        ["P07", "'=P07 part 2.wav", "recording", "piece 2", ""],
        ["P07", "P07.vtt", "recording", "transcript of it: its speakers' names only", ""],
    ]
