"""CSV that Excel opens as it is meant."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pandas as pd
import pytest

from colloquy.domain.dataset import TABLES, DatasetTables
from colloquy.exports.csv_tables import export
from tests.sample_study import document_tables, sample_tables


def saying(text: str) -> DatasetTables:
    tables = sample_tables()
    return replace(tables, utterances=(replace(tables.utterances[0], text=text),))


def cell(content: bytes, column: str) -> str:
    return next(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))[column]


def test_every_table_is_a_file_with_a_byte_order_mark() -> None:
    files = export(sample_tables(), "Hubs", "v0001")
    assert set(files) == {f"{table}.csv" for table in TABLES}
    assert all(content.startswith(b"\xef\xbb\xbf") for content in files.values())


def test_pandas_reads_it_back() -> None:
    frame = pd.read_csv(io.BytesIO(export(sample_tables(), "Hubs", "v0001")["words.csv"]), encoding="utf-8-sig")
    assert frame["text"].tolist() == [word.text for word in sample_tables().words]
    assert frame["start_ms"].tolist() == [word.start_ms for word in sample_tables().words]


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+44", "- no", "@here", "\tx", "  =1+1"])
def test_what_excel_would_run_is_made_safe(text: str) -> None:
    assert cell(export(saying(text), "Hubs", "v0001")["utterances.csv"], "text") == f"'{text}"


def test_numbers_below_zero_stay_numbers() -> None:
    tables = sample_tables()
    quiet = replace(tables, interviews=(replace(tables.interviews[0], signal_to_noise_db=-3.5),))
    assert cell(export(quiet, "Hubs", "v0001")["interviews.csv"], "signal_to_noise_db") == "-3.5"


def test_commas_quotes_and_accents_survive() -> None:
    text = 'She said “naïve”, "yes", – and'
    assert cell(export(saying(text), "Hubs", "v0001")["utterances.csv"], "text") == text


def test_unknown_values_are_empty_and_lists_are_joined() -> None:
    content = export(document_tables(), "Hubs", "v0001")["interviews.csv"]
    assert (cell(content, "duration_ms"), cell(content, "participant_ids")) == ("", "P01")
