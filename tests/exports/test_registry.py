"""Every registered format makes files, the same ones each time, without a name in them."""

from __future__ import annotations

import pytest

from colloquy.errors import ExportError
from colloquy.exports.registry import EXPORTERS, make_exporter
from colloquy.settings import load_settings
from colloquy.stages.publish import publish
from tests.sample_study import document_tables, sample_tables


@pytest.mark.parametrize("name", EXPORTERS)
def test_equal_tables_give_equal_bytes(name: str) -> None:
    tables = publish((sample_tables("P01"), document_tables("P05")))
    files = make_exporter(name)(tables, "Hubs", "v0001")
    assert files
    assert files == make_exporter(name)(tables, "Hubs", "v0001")
    assert all("/" not in file and content for file, content in files.items())


def test_an_unknown_format_names_the_likely_one() -> None:
    with pytest.raises(ExportError, match='Did you mean "docx"'):
        make_exporter("doc")


def test_the_formats_of_the_default_settings_exist() -> None:
    assert all(make_exporter(name) for name in load_settings().publish.exports)
