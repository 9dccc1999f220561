"""Plain text and Markdown: bytes to paragraphs. `decode` serves the other readers of text files too."""

from __future__ import annotations

import codecs
import re

from colloquy.domain.document import Paragraph, SourceText, make_source_text
from colloquy.domain.engine import EngineIdentity
from colloquy.errors import DocumentUnreadableError

VERSION = "1"
# A long interview is about 0.1 MB of text; what is a hundred times longer is something else.
LARGEST_BYTES = 20_000_000
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x85\u2028\u2029]")
_HEADING = re.compile(r"^#{1,6} +", re.MULTILINE)
_STRONG = re.compile(r"\*\*(?=\S)([^*\n]{1,200}?)(?<=\S)\*\*")


class PlainTextReader:
    """Blocks between blank lines are paragraphs; without blank lines each line is one."""

    @property
    def identity(self) -> EngineIdentity:
        return EngineIdentity("plain-text", VERSION)

    def read(self, content: bytes) -> SourceText:
        """Raises DocumentUnreadableError."""
        text, encoding = decode(content)
        text = _STRONG.sub(r"\1", _HEADING.sub("", text)).strip()
        blocks = re.split(r"\n[ \t]*\n", text)
        if len(blocks) == 1:
            blocks = text.split("\n")
        return make_source_text([Paragraph(block) for block in blocks], encoding)


def decode(content: bytes) -> tuple[str, str]:
    """Text with \\n at line ends, and its encoding: by BOM, else UTF-8, else cp1252 (a guess the caller can see).

    Raises DocumentUnreadableError where it is not text.
    """
    if len(content) > LARGEST_BYTES:
        raise DocumentUnreadableError(
            f"text file: it has {len(content):,} bytes; at most {LARGEST_BYTES:,} are read. Check that it is the right "
            "file, or split it."
        )
    by_bom = [encoding for bom, encoding in _BOMS if content.startswith(bom)]
    for encoding in by_bom or ["utf-8", "cp1252"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return _LINE_ENDS.sub("\n", text), encoding
    raise DocumentUnreadableError(
        "text file: its bytes are not text in UTF-8, UTF-16 or Windows' encoding. Open it in an editor and save it as "
        "UTF-8, or as a Word document."
    )


def make() -> PlainTextReader:
    return PlainTextReader()
