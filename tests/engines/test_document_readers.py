"""One contract for every reader of sources without sound, and what each format has of its own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import parse_xml

from colloquy.domain.document import SourceText
from colloquy.engines.registry import DOCUMENT_READERS, make_document_reader
from colloquy.errors import DocumentUnreadableError, UnknownEngineError

TRANSCRIPTS = Path(__file__).parents[3] / "shared" / "data" / "transcripts"
NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
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


CONVERSATION = {
    ".docx": docx("INT: Did it help?", f"Anna {SECRET}: It did.", "INT: Thank you."),
    ".vtt": vtt("<v INT>Did it help?</v>", f"<v Anna {SECRET}>It did.</v>", "<v INT>Thank you.</v>").encode(),
    ".srt": (
        "1\r\n00:00:00,000 --> 00:00:01,500\r\nINT: Did it help?\r\n\r\n"
        f"2\r\n00:00:02,000 --> 00:00:03,500\r\nAnna {SECRET}: It did.\r\n\r\n"
        "3\r\n00:00:04,000 --> 00:00:05,500\r\nINT: Thank you.\r\n"
    ).encode(),
    ".txt": f"INT: Did it help?\nAnna {SECRET}: It did.\nINT: Thank you.\n".encode(),
    ".md": f"# Notes\n\n**INT:** Did it help?\n\n**Anna {SECRET}:** It did.\n\n**INT:** Thank you.\n".encode(),
}
EMPTY = {".docx": docx(), ".vtt": b"WEBVTT\n", ".srt": b"", ".txt": b" \n", ".md": b""}
BROKEN = {
    ".docx": b"PK\x03\x04" + SECRET.encode(),
    ".vtt": f"WEBVTT\n\n00:00:01.000 --> 00:xx:02.000\n{SECRET}\n".encode(),
    ".srt": f"{SECRET}\n\n1\n00:00:01,000 --> 00:00:02,000\nHm.\n".encode(),
    ".txt": f"{SECRET}\0\0".encode(),
    ".md": f"{SECRET}\0\0".encode(),
}
SUFFIXES = sorted(CONVERSATION)


def test_every_registered_ending_is_under_contract() -> None:
    assert set(SUFFIXES) | {".doc"} == set(DOCUMENT_READERS)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_speakers_are_told_apart_from_what_they_say(suffix: str) -> None:
    spoken = [(p.speaker, p.text) for p in read(suffix, CONVERSATION[suffix]).paragraphs if p.speaker is not None]
    assert spoken == [("INT", "Did it help?"), (f"Anna {SECRET}", "It did."), ("INT", "Thank you.")]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_names_of_speakers_are_given_for_redaction(suffix: str) -> None:
    assert read(suffix, CONVERSATION[suffix]).speaker_names == (f"Anna {SECRET}",)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_source_is_refused(suffix: str) -> None:
    with pytest.raises(DocumentUnreadableError):
        read(suffix, EMPTY[suffix])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_damaged_source_is_refused_without_quoting_it(suffix: str) -> None:
    with pytest.raises(DocumentUnreadableError) as caught:
        read(suffix, BROKEN[suffix])
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_reader_says_who_it_is(suffix: str) -> None:
    identity = make_document_reader(suffix.upper()).identity
    assert identity.name.replace("-", "_") == DOCUMENT_READERS[suffix]
    assert identity.version


def test_an_unknown_ending_is_named() -> None:
    with pytest.raises(UnknownEngineError, match=r"\.vt.*Did you mean"):
        make_document_reader(".vt")


# Word


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


# Captions


def test_blocks_that_are_not_speech_are_skipped() -> None:
    source = (
        "\ufeffWEBVTT Kind: captions\r\nLanguage: en\r\n\r\nNOTE made by hand\r\nover two lines\r\n\r\n"
        "STYLE\r\n::cue { color: red }\r\n\r\nid-1\r\n00:01.500 --> 00:02.000 align:start\r\n<v Ann Lee>Yes.\r\n"
    )
    (paragraph,) = read(".vtt", source).paragraphs
    assert (paragraph.speaker, paragraph.text) == ("Ann Lee", "Yes.")
    assert (paragraph.start_ms, paragraph.end_ms) == (1500, 2000)


@pytest.mark.parametrize(
    ("cue", "expected"),
    [
        ("<v Ann Lee>Over\ntwo lines</v>", [("Ann Lee", "Over two lines")]),
        ("<v Ann Lee>Yes.</v> <v Bo Hart>No.</v>", [("Ann Lee", "Yes."), ("Bo Hart", "No.")]),
        ("<v Ann Lee>Yes.\n<v Bo Hart>No.", [("Ann Lee", "Yes."), ("Bo Hart", "No.")]),
        ("<v.loud.first Ann Lee>Yes <i>indeed</i>, <00:00:00.500>now</v>", [("Ann Lee", "Yes indeed, now")]),
        ("<v Ann &amp; Bo>I &lt;3 R&amp;D &gt;&nbsp;tea &quot;x&quot;</v>", [("Ann & Bo", 'I <3 R&D > tea "x"')]),
        ("<v>Who said this?</v>", [(None, "Who said this?")]),
    ],
    ids=["two lines", "two voices", "no end tags", "other tags", "entities", "a voice without a name"],
)
def test_voices_tags_and_entities(cue: str, expected: list[tuple[str | None, str]]) -> None:
    assert [(p.speaker, p.text) for p in read(".vtt", vtt(cue)).paragraphs] == expected


def test_voices_in_one_cue_share_its_times() -> None:
    source = read(".vtt", vtt("<v Ann Lee>Yes.</v><v Bo Hart>No.</v>"))
    assert [(p.start_ms, p.end_ms) for p in source.paragraphs] == [(0, 1500), (0, 1500)]


@pytest.mark.parametrize(
    "times",
    ["00:00:05.000 --> 00:00:04.000", "00:61:00.000 --> 00:62:00.000", "00:00:0a.000 --> 00:00:04.000", "1 --> 2"],
)
def test_bad_times_name_the_cue(times: str) -> None:
    with pytest.raises(DocumentUnreadableError, match="cue 2:"):
        read(".vtt", vtt("One.") + f"\n{times}\nTwo.\n")


def test_cues_out_of_order_are_put_in_order() -> None:
    source = "WEBVTT\n\n00:05.000 --> 00:06.000\nTwo.\n\n00:01.000 --> 00:02.000\nOne.\n"
    assert texts(read(".vtt", source)) == ["One.", "Two."]


def test_no_words_are_lost_at_blank_or_missing_blank_lines() -> None:
    source = (
        "WEBVTT\n\n1\n00:01.000 --> 00:02.000\nOne\n\nand a half.\n\n"
        "2\n00:03.000 --> 00:04.000\nTwo.\n3\n00:05.000 --> 00:06.000\nThree."
    )
    assert texts(read(".vtt", source)) == ["One and a half.", "Two.", "Three."]


def test_a_real_teams_transcript() -> None:
    path = TRANSCRIPTS / "teams_es.vtt"
    if not path.is_file():
        pytest.skip("the shared test material is not beside this checkout")
    source = read(".vtt", path.read_bytes())
    assert len(source.paragraphs) == 4
    assert source.paragraphs[0].text == "Y vamos a compartir la pantalla acá ay, yo ya detecté."
    assert (source.paragraphs[3].start_ms, source.paragraphs[3].end_ms) == (22_275, 27_235)
    assert len(source.speaker_names) == 1


# Plain text


@pytest.mark.parametrize(
    ("content", "encoding", "is_guess"),
    [
        ("Zoë".encode(), "utf-8", False),
        ("Zoë".encode("utf-8-sig"), "utf-8-sig", False),
        (b"\xff\xfe" + "Zoë".encode("utf-16-le"), "utf-16", False),
        (b"\xfe\xff" + "Zoë".encode("utf-16-be"), "utf-16", False),
        ("Zoë".encode("cp1252"), "cp1252", True),
    ],
)
def test_the_encoding_is_found_and_a_guess_can_be_seen(content: bytes, encoding: str, is_guess: bool) -> None:
    source = read(".txt", content)
    assert (texts(source), source.encoding, source.has_guessed_encoding) == (["Zoë"], encoding, is_guess)


def test_blank_lines_part_paragraphs_and_lines_do_where_there_are_none() -> None:
    assert texts(read(".txt", "One\nwrapped.\n\nTwo.")) == ["One wrapped.", "Two."]
    assert texts(read(".txt", "One.\r\nTwo.\r\n")) == ["One.", "Two."]


def test_a_file_too_large_to_be_an_interview_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("colloquy.engines.plain_text.LARGEST_BYTES", 10)
    with pytest.raises(DocumentUnreadableError, match="11 bytes"):
        read(".txt", "x" * 11)
