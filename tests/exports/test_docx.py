"""Word documents in the layout that the analysis tools read."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace

import pytest
from docx import Document

from colloquy.exports.docx import export
from tests.sample_study import document_tables, sample_tables

LABELLED = re.compile(r"\[\d\d:\d\d:\d\d\] [A-Z0-9]+: \S")


def test_one_document_an_interview_with_every_utterance_labelled() -> None:
    tables = sample_tables()
    files = export(tables, "Resilience hubs", "v0001")
    assert set(files) == {"P01.docx"}
    texts = [paragraph.text for paragraph in Document(io.BytesIO(files["P01.docx"])).paragraphs]
    spoken = texts[texts.index("") + 1 :]
    assert len(spoken) == len(tables.utterances)
    assert all(LABELLED.match(text) for text in spoken)


def test_there_are_no_tables_and_no_soft_breaks() -> None:
    tables = sample_tables()
    broken = replace(tables, utterances=(replace(tables.utterances[0], text_full="one\ntwo\x0bthree\x00"),))
    document = Document(io.BytesIO(export(broken, "Hubs", "v0001")["P01.docx"]))
    assert document.tables == []
    assert document.paragraphs[-1].text.endswith("INT: one two three")
    assert "w:br" not in document.element.xml


def test_a_document_without_times_has_labels_alone() -> None:
    document = Document(io.BytesIO(export(document_tables(), "Hubs", "v0001")["P05.docx"]))
    assert document.paragraphs[-1].text.startswith("P01: I learned to ask.")


def test_the_title_makes_no_false_speaker() -> None:
    document = Document(io.BytesIO(export(sample_tables(), "Hubs: a study", "v0001")["P01.docx"]))
    heading = [paragraph.text for paragraph in document.paragraphs][:5]
    assert heading[:2] == ["Interview P01", "Hubs – a study"]
    assert not any(re.search(r":(?!\d)", line) for line in heading)


def test_pages_are_numbered_and_nobody_is_named_as_author() -> None:
    document = Document(io.BytesIO(export(sample_tables(), "Hubs", "v0001")["P01.docx"]))
    footer = document.sections[0].footer.paragraphs[0]
    assert 'w:instr="PAGE"' in footer._p.xml
    assert (document.core_properties.author, document.core_properties.last_modified_by) == ("Colloquy", "Colloquy")
    assert document.core_properties.comments == ""


@pytest.mark.parametrize(
    ("code", "language"), [("en", "en-GB"), ("cy", "cy-GB"), ("de", "de-DE"), ("haw", "haw"), ("und", "x-none")]
)
def test_words_spelling_checker_is_told_the_interviews_language(code: str, language: str) -> None:
    tables = sample_tables()
    spoken = replace(tables, interviews=tuple(replace(row, language=code) for row in tables.interviews))
    document = Document(io.BytesIO(export(spoken, "Hubs", "v0001")["P01.docx"]))
    assert document.core_properties.language == language
    (mark,) = re.findall(r"<w:lang [^>]*>", document.styles.element.xml)
    assert re.findall(r'"(.*?)"', mark) == [language] * 3
    assert "w:lang" not in document.element.xml  # nothing in the text says otherwise


def test_the_file_holds_no_time_of_writing() -> None:
    content = export(sample_tables(), "Hubs", "v0001")["P01.docx"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {part.date_time[0] for part in archive.infolist()} == {1980}
        assert b"dcterms:created" not in archive.read("docProps/core.xml").replace(b"xmlns:dcterms", b"")
