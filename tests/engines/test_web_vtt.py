"""What captions have of their own: voices, tags, times and stray lines."""

from __future__ import annotations

import pytest

from colloquy.errors import DocumentUnreadableError
from tests.source_files import TRANSCRIPTS, read, texts, vtt


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
