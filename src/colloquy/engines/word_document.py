"""Word documents (.docx) by python-docx: the text a reader sees once all tracked changes are accepted.

Read: paragraphs, tables, text boxes and content controls in document order; inserted text. Not read: deleted and hidden
text, comments, headers, footers, footnotes, pictures, and the properties (author, company) that Word keeps.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from colloquy.domain.document import Paragraph, SourceText, make_source_text
from colloquy.domain.engine import EngineIdentity
from colloquy.errors import DocumentUnreadableError

if TYPE_CHECKING:
    from lxml.etree import _Element

# Unpacked size: a 300-page thesis without pictures is about 10 MB of XML; pictures are already compressed.
LARGEST_UNPACKED_BYTES = 200_000_000
_OLE_HEADER = bytes.fromhex("D0CF11E0A1B11AE1")
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DELETED = f"{_WORD}del"
_UNREAD = frozenset(
    _WORD + name
    for name in ("del", "moveFrom", "pPr", "rPr", "sectPr", "tblPr", "delText", "instrText", "delInstrText")
) | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
_BREAKS = {f"{_WORD}tab": "\t", f"{_WORD}ptab": "\t", f"{_WORD}br": "\n", f"{_WORD}cr": "\n"}
_SIGNS = {**_BREAKS, f"{_WORD}noBreakHyphen": "-"}


class WordDocumentReader:
    """A table's cells and a text box's paragraphs are paragraphs of their own."""

    @property
    def identity(self) -> EngineIdentity:
        from docx import __version__

        return EngineIdentity("word-document", __version__)

    def read(self, content: bytes) -> SourceText:
        """Raises DocumentUnreadableError."""
        _refuse_other_formats(content)
        _refuse_traps(content)
        return make_source_text([Paragraph(text) for text in _join_open(_read_paragraphs(_body(content)))])


def _refuse_other_formats(content: bytes) -> None:
    if not content.startswith(_OLE_HEADER):
        return
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise DocumentUnreadableError(
            "Word document: it is protected by a password. Open it in Word, remove the password (File, Info, Protect "
            "Document) and save it again."
        )
    raise DocumentUnreadableError(
        'Word document: it is in the old format of Word (.doc). Open it and save it as "Word document (.docx)".'
    )


def _refuse_traps(content: bytes) -> None:
    """Zip bombs and XML document types, before anything is unpacked in full or parsed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            if sum(part.file_size for part in package.infolist()) > LARGEST_UNPACKED_BYTES:
                raise DocumentUnreadableError(
                    f"Word document: unpacked it is larger than {LARGEST_UNPACKED_BYTES // 1_000_000} MB. Copy its "
                    "text into a new document without pictures."
                )
            has_doctype = any(_has_doctype(package.read(part)) for part in package.infolist() if _is_xml(part.filename))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        raise _unreadable() from None
    if has_doctype:
        raise DocumentUnreadableError(
            "Word document: it holds an XML document type, which Word never writes and which can do harm. Do not open "
            "it; ask its sender where it comes from."
        )


def _is_xml(part_name: str) -> bool:
    return part_name.lower().endswith((".xml", ".rels"))


def _has_doctype(part: bytes) -> bool:
    return any(mark in part for mark in _DOCTYPES)


def _unreadable() -> DocumentUnreadableError:
    return DocumentUnreadableError(
        "Word document: it is damaged or not a Word document at all. Open it in Word and save it again as .docx; text "
        "can also be saved as .txt."
    )


def _body(content: bytes) -> _Element:
    from docx import Document
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        element: _Element = Document(io.BytesIO(content)).element
        body = element.find(f"{_WORD}body")
    except (OpcError, LxmlError, zipfile.BadZipFile, zlib.error, LookupError, ValueError, AttributeError, EOFError):
        raise _unreadable() from None
    except (NotImplementedError, RuntimeError, OSError, TypeError):
        raise _unreadable() from None
    # resolve_entities is off in python-docx; a document type in an encoding that was not looked for stops here.
    if body is None or element.getroottree().docinfo.doctype:
        raise _unreadable()
    return body


def _read_paragraphs(element: _Element) -> Iterator[tuple[str, bool]]:
    """Text of each paragraph in document order, and whether its end was deleted so that the next one joins it."""
    for child in element:
        if child.tag in _UNREAD or (child.tag == f"{_WORD}tr" and _has_property(child, "trPr", _DELETED)):
            continue
        if child.tag != f"{_WORD}p":
            yield from _read_paragraphs(child)
            continue
        pieces: list[str] = []
        boxes: list[_Element] = []
        _read_inline(child, pieces, boxes)
        mark = child.find(f"{_WORD}pPr/{_WORD}rPr/{_DELETED}")
        yield "".join(pieces), mark is not None
        for box in boxes:
            yield from _read_paragraphs(box)


def _read_inline(element: _Element, pieces: list[str], boxes: list[_Element]) -> None:
    for child in element:
        if child.tag in _UNREAD or (child.tag == f"{_WORD}r" and _is_hidden(child)):
            continue
        if child.tag == f"{_WORD}t":
            pieces.append(child.text or "")
        elif child.tag in _SIGNS:
            pieces.append(_SIGNS[child.tag])
        elif child.tag == f"{_WORD}txbxContent":
            boxes.append(child)
        else:
            _read_inline(child, pieces, boxes)


def _has_property(element: _Element, properties: str, name: str) -> bool:
    return element.find(f"{_WORD}{properties}/{name}") is not None


def _is_hidden(run: _Element) -> bool:
    hidden = run.find(f"{_WORD}rPr/{_WORD}vanish")
    return hidden is not None and hidden.get(f"{_WORD}val", "true") not in ("0", "false", "off")


def _join_open(paragraphs: Iterator[tuple[str, bool]]) -> Iterator[str]:
    begun = ""
    for text, is_open in paragraphs:
        begun += text
        if not is_open:
            yield begun
            begun = ""
    yield begun


def make() -> WordDocumentReader:
    return WordDocumentReader()
