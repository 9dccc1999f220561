"""Sources without sound that the tests of their readers write and read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from docx import Document

from colloquy.domain.document import SourceText
from colloquy.engines.registry import make_document_reader

TRANSCRIPTS = Path(__file__).resolve().parents[2] / "shared" / "data" / "transcripts"
SECRET = "Whitfield"


def docx(*texts: str, prepare: Callable[..., None] | None = None) -> bytes:
    document = Document()
    for text in texts:
        document.add_paragraph(text)
    if prepare is not None:
        prepare(document)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for part in source.namelist():
            copy.writestr(part, change(source.read(part)) if part == name else source.read(part))
    return target.getvalue()


def read(suffix: str, content: bytes | str) -> SourceText:
    return make_document_reader(suffix).read(content if isinstance(content, bytes) else content.encode())


def texts(source: SourceText) -> list[str]:
    return [paragraph.text for paragraph in source.paragraphs]


def vtt(*cues: str) -> str:
    blocks = [f"00:00:{2 * i:02d}.000 --> 00:00:{2 * i + 1:02d}.500\n{cue}" for i, cue in enumerate(cues)]
    return "WEBVTT\n\n" + "\n\n".join(blocks) + "\n"
