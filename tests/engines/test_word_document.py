"""What Word files have of their own: tables, changes, hidden text, and traps."""

from __future__ import annotations

import pytest
from docx.oxml import parse_xml

from colloquy.errors import DocumentUnreadableError
from tests.source_files import SECRET, TRANSCRIPTS, docx, read, texts, with_part

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def test_tables_are_read_in_their_place_and_soft_breaks_part_words() -> None:
    def prepare(document: object) -> None:
        table = document.add_table(1, 2)  # type: ignore[attr-defined]
        table.cell(0, 0).text, table.cell(0, 1).text = "left", "right"
        document.add_paragraph("soft").add_run().add_break()  # type: ignore[attr-defined]
        document.paragraphs[-1].add_run("break")  # type: ignore[attr-defined]

    assert texts(read(".docx", docx("before", prepare=prepare))) == ["before", "left", "right", "soft break"]


def test_headers_footers_comments_and_properties_are_not_read() -> None:
    def prepare(document: object) -> None:
        section = document.sections[0]  # type: ignore[attr-defined]
        section.header.paragraphs[0].text = section.footer.paragraphs[0].text = SECRET
        run = document.paragraphs[0].runs[0]  # type: ignore[attr-defined]
        document.add_comment(run, text=SECRET, author=SECRET)  # type: ignore[attr-defined]
        document.core_properties.author = SECRET  # type: ignore[attr-defined]

    assert texts(read(".docx", docx("Body.", prepare=prepare))) == ["Body."]


@pytest.mark.parametrize(
    ("paragraphs", "expected"),
    [
        ("<w:p><w:r><w:t>a </w:t></w:r><w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p>", ["a new"]),
        ("<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:r><w:t>b</w:t></w:r></w:p>", ["b"]),
        ("<w:p><w:moveFrom><w:r><w:t>old</w:t></w:r></w:moveFrom><w:r><w:t>b</w:t></w:r></w:p>", ["b"]),
        (
            "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>jo</w:t></w:r></w:p><w:p><w:r><w:t>in</w:t></w:r></w:p>",
            ["join"],
        ),
        ("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:t>b</w:t></w:r></w:p>", ["b"]),
        ("<w:sdt><w:sdtContent><w:p><w:r><w:t>in a form</w:t></w:r></w:p></w:sdtContent></w:sdt>", ["in a form"]),
        ("<w:p><w:hyperlink><w:r><w:t>a link</w:t></w:r></w:hyperlink></w:p>", ["a link"]),
        ("<w:p><w:r><w:instrText>AUTHOR</w:instrText><w:t>b</w:t></w:r></w:p>", ["b"]),
        (
            "<w:p><w:r><w:t>well</w:t><w:noBreakHyphen/><w:t>being</w:t><w:tab/><w:t>x</w:t></w:r></w:p>",
            ["well-being x"],
        ),
        (
            "<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p><w:r><w:t>old</w:t></w:r></w:p></w:tc></w:tr>"
            "<w:tr><w:tc><w:p><w:r><w:t>kept</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
            ["kept"],
        ),
    ],
    ids=[
        *("inserted", "deleted", "moved away", "deleted end of paragraph", "hidden", "content control", "link"),
        *("field code", "signs", "deleted row"),
    ],
)
def test_the_text_is_what_stands_there_once_changes_are_accepted(paragraphs: str, expected: list[str]) -> None:
    def prepare(document: object) -> None:
        body = document.element.body  # type: ignore[attr-defined]
        for element in reversed(parse_xml(f"<w:body {NAMESPACE}>{paragraphs}</w:body>")):
            body.insert(0, element)

    assert texts(read(".docx", docx(prepare=prepare))) == expected


def test_a_word_file_with_an_xml_document_type_is_refused() -> None:
    trap = b'<?xml version="1.0"?><!DOCTYPE w:document [<!ENTITY x SYSTEM "file:///etc/hostname">]>'

    def change(part: bytes) -> bytes:
        return trap + part.split(b"?>", 1)[1].replace(b"Body.", b"&x;")

    with pytest.raises(DocumentUnreadableError, match="document type"):
        read(".docx", with_part(docx("Body."), "word/document.xml", change))


def test_a_document_type_in_an_encoding_that_hides_it_is_refused_too() -> None:
    def change(part: bytes) -> bytes:
        text = part.decode().split("?>", 1)[1]
        return ('<?xml version="1.0" encoding="UTF-32"?><!DOCTYPE w:document [<!ENTITY x "y">]>' + text).encode(
            "utf-32"
        )

    with pytest.raises(DocumentUnreadableError):
        read(".docx", with_part(docx("Body."), "word/document.xml", change))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("colloquy.engines.word_document.LARGEST_UNPACKED_BYTES", 1_000_000)
    bomb = with_part(docx("Body."), "word/document.xml", lambda part: part + b" " * 2_000_000)
    assert len(bomb) < 60_000
    with pytest.raises(DocumentUnreadableError, match="larger than 1 MB"):
        read(".docx", bomb)


def test_a_password_and_the_old_format_are_told_apart() -> None:
    ole = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 500
    with pytest.raises(DocumentUnreadableError, match="password"):
        read(".docx", ole + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(DocumentUnreadableError, match=r"old format.*\.docx"):
        read(".doc", ole + "WordDocument".encode("utf-16-le"))


@pytest.mark.parametrize("part", ["[Content_Types].xml", "_rels/.rels", "word/document.xml"])
def test_a_package_with_a_broken_part_is_refused(part: str) -> None:
    for change in (lambda _: b"<broken", lambda _: b'<a xmlns="b"/>'):
        with pytest.raises(DocumentUnreadableError):
            read(".docx", with_part(docx("Body."), part, change))


def test_a_word_file_of_another_program_is_read() -> None:
    path = TRANSCRIPTS / "qualianon_interview.docx"
    if not path.is_file():
        pytest.skip("the shared test material is not beside this checkout")
    assert texts(read(".docx", path.read_bytes())) == ["Hallo Wölt!", "New paragraph"]
