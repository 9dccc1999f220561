"""Word documents that NVivo, MAXQDA, ATLAS.ti, QualCoder and people can read."""

from __future__ import annotations

import io
import zipfile

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from colloquy.domain.dataset import DatasetTables
from colloquy.domain.language import UNDETERMINED
from colloquy.domain.verbatim import VerbatimLevel
from colloquy.exports.layout import Transcript, transcripts

# The oldest time a zip file can hold: equal transcripts give equal files.
NO_TIME = (1980, 1, 1, 0, 0, 0)
LEFT_OUT = "docProps/thumbnail.jpeg"  # a picture of python-docx's template
NO_SPELLING = "x-none"  # as Word marks what is in no language
# The region whose spelling a language's text is checked by; of British English, since the rules of redaction are.
OWN_REGION = frozenset((
    "bg", "de", "es", "fi", "fr", "hr", "hu", "id", "is", "it", "lt", "lv", "mk", "mt", "nl", "pl", "pt", "ro", "ru",
    "sk", "th", "tr",
))  # fmt: skip
REGIONS = {
    "en": "GB", "cy": "GB", "ar": "SA", "bn": "BD", "bs": "BA", "ca": "ES", "cs": "CZ", "da": "DK", "el": "GR",
    "et": "EE", "eu": "ES", "fa": "IR", "gl": "ES", "gu": "IN", "he": "IL", "hi": "IN", "ja": "JP", "ko": "KR",
    "nn": "NO", "pa": "IN", "sl": "SI", "so": "SO", "sq": "AL", "sv": "SE", "sw": "KE", "ta": "IN", "te": "IN",
    "uk": "UA", "ur": "PK", "vi": "VN", "yo": "NG", "zh": "CN",
}  # fmt: skip


def export(
    tables: DatasetTables, study_title: str, version: str, level: VerbatimLevel = VerbatimLevel.FULL
) -> dict[str, bytes]:
    """One document an interview: a title, then one plain paragraph an utterance in the common layout."""
    return {
        f"{transcript.interview_id}.docx": _document(transcript)
        for transcript in transcripts(tables, study_title, version, level)
    }


def _document(transcript: Transcript) -> bytes:
    document = Document()
    _style(document)
    _mark_language(document, word_language(transcript.language))
    title, *rest = transcript.heading
    document.add_heading(title, level=1)
    for line in rest:
        document.add_paragraph(line).paragraph_format.space_after = Pt(0)
    document.add_paragraph()
    for text in transcript.paragraphs:
        document.add_paragraph(text)
    _number_pages(document, transcript)
    _describe(document, title)
    buffer = io.BytesIO()
    document.save(buffer)
    return _without_times(buffer.getvalue())


def _style(document: WordDocument) -> None:
    normal = document.styles["Normal"]
    normal.font.name = "Calibri"
    normal.font.size = Pt(11)
    normal.paragraph_format.space_after = Pt(8)
    normal.paragraph_format.line_spacing = 1.25


def word_language(code: str) -> str:
    """As Word names languages: with a region, since it has no dictionary for a language at large.

    `code` is ISO 639-1; where no region is known, it stays as it is.
    """
    if code == UNDETERMINED:
        return NO_SPELLING
    region = code.upper() if code in OWN_REGION else REGIONS.get(code)
    return f"{code}-{region}" if region else code


def _mark_language(document: WordDocument, language: str) -> None:
    """In the style that all others build on, for every kind of writing: Word's spelling checker goes by it."""
    document.core_properties.language = language
    for mark in document.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr/w:lang"):
        for kind in ("w:val", "w:eastAsia", "w:bidi"):
            mark.set(qn(kind), language)


def _number_pages(document: WordDocument, transcript: Transcript) -> None:
    footer = document.sections[0].footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    footer.add_run(f"{transcript.interview_id}, page ")
    _add_field(footer, "PAGE")
    footer.add_run(" of ")
    _add_field(footer, "NUMPAGES")


def _add_field(paragraph: Paragraph, instruction: str) -> None:
    """A value that Word works out when it shows the page."""
    element = OxmlElement("w:fldSimple")
    element.set(qn("w:instr"), instruction)
    run = OxmlElement("w:r")
    shown = OxmlElement("w:t")
    shown.text = "1"
    run.append(shown)
    element.append(run)
    paragraph._p.append(element)


def _describe(document: WordDocument, title: str) -> None:
    properties = document.core_properties
    properties.author = properties.last_modified_by = "Colloquy"
    properties.title = title
    properties.comments = ""
    element = properties._element
    for name in ("dcterms:created", "dcterms:modified", "cp:revision"):
        for found in element.xpath(name):
            element.remove(found)


def _without_times(content: bytes) -> bytes:
    """The same parts in the same order, without the time of writing and without the template's picture."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name == LEFT_OUT:
                continue
            part = source.read(name)
            if name == "_rels/.rels":
                part = _without_thumbnail(part)
            target.writestr(zipfile.ZipInfo(name, NO_TIME), part, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _without_thumbnail(relationships: bytes) -> bytes:
    from docx.oxml import parse_xml
    from lxml import etree

    root = parse_xml(relationships)
    for found in [child for child in root if child.get("Target") == LEFT_OUT]:
        root.remove(found)
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return content
