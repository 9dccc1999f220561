"""Versions are whole, never changed, and made only when something changed."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from dataclasses import fields, replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from colloquy.domain.dataset import TABLES, DatasetTables
from colloquy.errors import StoreError
from colloquy.stages.publish import publish
from colloquy.store import whole_folders
from colloquy.store.checksums import MANIFEST, manifest_of
from colloquy.store.dataset import latest_version, load_dataset, published_texts, save_dataset
from colloquy.store.folders import StudyFolder
from tests.sample_study import document_tables, sample_tables

PROVENANCE = {"engines": {"transcriber": "openai-whisper small.en"}, "interviews": ["P01", "P05"]}


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    return StudyFolder(tmp_path / "data", "hubs")


@pytest.fixture
def tables() -> DatasetTables:
    return publish((sample_tables("P01"), document_tables("P05")))


def test_what_is_saved_is_what_is_loaded(folder: StudyFolder, tables: DatasetTables) -> None:
    path = save_dataset(folder, tables, PROVENANCE)
    assert path.name == latest_version(folder) == "v0001"
    assert load_dataset(folder) == tables


def test_pandas_reads_the_files_with_the_columns_of_the_rows(folder: StudyFolder, tables: DatasetTables) -> None:
    path = save_dataset(folder, tables, PROVENANCE)
    for table, row in TABLES.items():
        frame = pd.read_parquet(path / f"{table}.parquet")
        assert list(frame.columns) == [column.name for column in fields(row)]
        assert len(frame) == len(getattr(tables, table))
    utterances = pd.read_parquet(path / "utterances.parquet")
    assert utterances["speaker"].dtype == "category"
    assert utterances["text"].tolist() == [row.text for row in tables.utterances]
    assert pd.api.types.is_bool_dtype(pd.read_parquet(path / "words.parquet")["is_redacted"])
    assert utterances["has_overlap"].tolist() == [row.has_overlap for row in tables.utterances]
    assert None in utterances["has_overlap"].tolist()  # a document's, where nobody looked for overlaps
    assert list(pd.read_parquet(path / "interviews.parquet")["participant_ids"][0]) == ["P01"]


def test_the_schema_says_what_each_column_is(folder: StudyFolder, tables: DatasetTables) -> None:
    path = save_dataset(folder, tables, PROVENANCE)
    schema = pq.read_schema(path / "words.parquet")
    start = schema.field("start_ms")
    assert (start.nullable, start.metadata) == (True, {b"description": b"Start of the word.", b"unit": b"ms"})
    assert not schema.field("text").nullable
    assert {key: schema.metadata[key] for key in (b"study", b"dataset_version")} == {
        b"study": b"hubs",
        b"dataset_version": b"v0001",
    }
    assert b"colloquy_version" in schema.metadata
    assert b"pandas" not in schema.metadata


def test_no_speech_stands_in_a_footer(folder: StudyFolder, tables: DatasetTables) -> None:
    path = save_dataset(folder, tables, PROVENANCE)
    for table in ("utterances", "words"):
        group = pq.ParquetFile(path / f"{table}.parquet").metadata.row_group(0)
        columns = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
        assert columns["text"].statistics is None
        assert columns["start_ms"].statistics is not None
        content = (path / f"{table}.parquet").read_bytes()
        footer = content[-8 - int.from_bytes(content[-8:-4], "little") :]
        assert not any(canary in footer for canary in (b"Thank", b"wellbeing", b"family"))


def test_equal_content_makes_no_new_version(folder: StudyFolder, tables: DatasetTables) -> None:
    first = save_dataset(folder, tables, PROVENANCE)
    assert save_dataset(folder, tables, {"engines": {"transcriber": "another run"}}) == first
    assert [path.name for path in sorted(folder.dataset.iterdir())] == ["LATEST", "v0001"]


def test_changed_content_makes_the_next_version_and_keeps_the_old_one(
    folder: StudyFolder, tables: DatasetTables
) -> None:
    save_dataset(folder, tables, PROVENANCE)
    changed = replace(tables, words=(replace(tables.words[0], confidence=0.1), *tables.words[1:]))
    assert save_dataset(folder, changed, PROVENANCE).name == "v0002"
    assert (folder.dataset / "LATEST").read_text() == "v0002\n"
    assert (load_dataset(folder), load_dataset(folder, "v0001")) == (changed, tables)


def test_a_number_is_never_given_twice(folder: StudyFolder, tables: DatasetTables) -> None:
    save_dataset(folder, sample_tables(), PROVENANCE)
    save_dataset(folder, tables, PROVENANCE).rename(folder.root / "taken away")
    assert save_dataset(folder, tables, PROVENANCE).name == "v0003"


def test_another_process_that_publishes_first_is_not_overwritten(
    folder: StudyFolder, tables: DatasetTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename
    raced: list[str] = []

    def race(self: Path, target: Path) -> Path:
        if target.name == "v0001" and not raced:
            raced.append(target.name)
            save_dataset(folder, sample_tables("P09"), {})
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", race)
    assert save_dataset(folder, tables, PROVENANCE).name == "v0002"
    assert load_dataset(folder, "v0001") == sample_tables("P09")
    assert load_dataset(folder, "v0002") == tables


def test_a_full_disk_leaves_no_version_and_nothing_half_written(
    folder: StudyFolder, tables: DatasetTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(whole_folders, "write_whole", full)
    with pytest.raises(StoreError, match="disk is full") as raised:
        save_dataset(folder, tables, PROVENANCE)
    assert str(folder.root) not in str(raised.value)
    assert list(folder.dataset.iterdir()) == []
    assert latest_version(folder) is None


def test_a_folder_left_by_a_crash_is_no_version(folder: StudyFolder, tables: DatasetTables) -> None:
    (folder.dataset / ".v0001.abcd.part").mkdir(parents=True)
    assert latest_version(folder) is None
    assert save_dataset(folder, tables, PROVENANCE).name == "v0001"


def test_a_crash_before_the_pointer_is_moved_is_mended(folder: StudyFolder, tables: DatasetTables) -> None:
    save_dataset(folder, tables, PROVENANCE)
    (folder.dataset / "LATEST").unlink()
    assert latest_version(folder) == "v0001"
    save_dataset(folder, tables, PROVENANCE)
    assert (folder.dataset / "LATEST").read_text() == "v0001\n"


def test_a_version_that_was_tampered_with_is_refused(folder: StudyFolder, tables: DatasetTables) -> None:
    path = save_dataset(folder, tables, PROVENANCE) / "words.parquet"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(StoreError, match=r"words\.parquet is not as it was written"):
        load_dataset(folder)


def test_the_manifest_holds_the_sum_of_every_file(folder: StudyFolder, tables: DatasetTables) -> None:
    path = save_dataset(folder, tables, PROVENANCE)
    listed = dict(reversed(line.split("  ")) for line in (path / "MANIFEST.sha256").read_text().splitlines())
    files = {file.name: file for file in path.iterdir() if file.name != "MANIFEST.sha256"}
    assert listed == {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()}


def test_the_descriptor_names_every_column_and_leaves_bytes_out(folder: StudyFolder, tables: DatasetTables) -> None:
    described = json.loads((save_dataset(folder, tables, PROVENANCE) / "datapackage.json").read_text())
    assert [resource["name"] for resource in described["resources"]] == list(TABLES)
    for resource in described["resources"]:
        names = [column["name"] for column in resource["schema"]["fields"]]
        assert names == [column.name for column in fields(TABLES[resource["name"]])]
        assert all(column["description"] for column in resource["schema"]["fields"])
        assert "bytes" not in resource


def test_the_readme_explains_every_column(folder: StudyFolder, tables: DatasetTables) -> None:
    text = (save_dataset(folder, tables, PROVENANCE) / "README.txt").read_text(encoding="utf-8")
    assert "hubs, dataset v0001" in text
    assert all(f"{column.name} (" in text for row in TABLES.values() for column in fields(row))


def test_nothing_saved_names_this_machine(folder: StudyFolder, tables: DatasetTables) -> None:
    path = save_dataset(folder, tables, PROVENANCE)
    for file in path.iterdir():
        assert str(folder.root).encode() not in file.read_bytes()
        assert b"Sarah" not in file.read_bytes()


@pytest.mark.parametrize("path", ["/srv/data/models", "C:\\models", "~/models", "file:///x"])
def test_provenance_with_a_path_is_refused(path: str, folder: StudyFolder, tables: DatasetTables) -> None:
    with pytest.raises(StoreError, match="path of this machine") as raised:
        save_dataset(folder, tables, {"models": [{"at": path}]})
    assert path not in str(raised.value)


def test_a_value_of_the_wrong_type_is_refused_without_quoting_it(folder: StudyFolder) -> None:
    tables = sample_tables()
    odd = replace(tables, words=(replace(tables.words[0], start_ms="Sarah"), *tables.words[1:]))  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="a value in words") as raised:
        save_dataset(folder, odd, PROVENANCE)
    assert "Sarah" not in str(raised.value)


def test_an_unknown_version_names_the_known_ones(folder: StudyFolder, tables: DatasetTables) -> None:
    with pytest.raises(StoreError, match="no dataset yet"):
        load_dataset(folder)
    save_dataset(folder, tables, PROVENANCE)
    with pytest.raises(StoreError, match="known: v0001"):
        load_dataset(folder, "v0009")


@pytest.mark.skipif(os.name == "nt", reason="rights of this kind are POSIX's")
def test_only_the_owner_reads_a_version_and_nobody_writes_it(folder: StudyFolder, tables: DatasetTables) -> None:
    path = save_dataset(folder, tables, PROVENANCE)
    assert path.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in path.iterdir()} == {0o400}


def test_the_texts_of_a_version_that_an_earlier_release_wrote_can_still_be_searched(
    folder: StudyFolder, tables: DatasetTables
) -> None:
    path = save_dataset(folder, tables, PROVENANCE)
    now = published_texts(folder, "v0001")
    earlier = pq.read_table(path / "utterances.parquet").drop_columns(["text_full", "text_intelligent"])
    pq.write_table(earlier, path / "utterances.parquet")
    files = {file.name: file.read_bytes() for file in path.iterdir() if file.name != MANIFEST}
    (path / MANIFEST).write_bytes(manifest_of(files))
    said = {row.text for row in tables.utterances}
    assert set(published_texts(folder, "v0001")) == said
    assert {row.text_full for row in tables.utterances} | said <= set(now)
    with pytest.raises(StoreError, match="other columns"):
        load_dataset(folder)


def test_a_version_from_before_a_column_was_added_is_read_with_nothing_in_it(
    folder: StudyFolder, tables: DatasetTables
) -> None:
    path = save_dataset(folder, tables, PROVENANCE)
    newer = {
        "interviews": ["roles_by", "role_confidence", "role_question", "voices_asked"],
        "words": ["is_overlap"],
    }
    for table, columns in newer.items():
        earlier = pq.read_table(path / f"{table}.parquet").drop_columns(columns)
        pq.write_table(earlier, path / f"{table}.parquet")
    files = {file.name: file.read_bytes() for file in path.iterdir() if file.name != MANIFEST}
    (path / MANIFEST).write_bytes(manifest_of(files))
    found = load_dataset(folder)
    assert found.utterances == tables.utterances
    empty = {"roles_by": "", "role_confidence": None, "role_question": "", "voices_asked": ""}
    assert found.interviews == tuple(replace(row, **empty) for row in tables.interviews)  # type: ignore[arg-type]
    assert found.words == tuple(replace(row, is_overlap=None) for row in tables.words)
