from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from colloquy.engines.registry import make_document_reader
from colloquy.settings import load_settings
from colloquy.stages.read_document import read_document
from colloquy.synthesis.documents import make, make_reflection

DEMO = Path(__file__).parents[2] / "data" / "demo"
SOURCES = {"P08": "P08 reflection.docx", "P09": "P09 Teams.vtt"}


def truth(demo: Path, interview_id: str) -> dict[str, Any]:
    known: dict[str, Any] = json.loads((demo / "truth" / f"{interview_id}.json").read_text("utf-8"))
    return known


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_the_same_bytes_come_out_every_time() -> None:
    assert make_reflection() == make_reflection()


def test_what_is_shipped_is_what_the_program_makes(tmp_path: Path) -> None:
    """Word files part by part: compressed bytes may differ between releases of zlib."""
    make(tmp_path)
    for interview_id, name in SOURCES.items():
        made, shipped = ((demo / "inbox" / name).read_bytes() for demo in (tmp_path, DEMO))
        if name.endswith(".docx"):
            assert parts(made) == parts(shipped)
        else:
            assert made == shipped
        assert truth(tmp_path, interview_id) == truth(DEMO, interview_id)


@pytest.mark.parametrize(
    ("interview_id", "expected"),
    [
        (
            "P08",
            {"Moorside Talking Therapies", "Huddersfield", "Eritrea", "Selam", "Rachel Booth", "Imran Sadiq", "Rachel"}
            | {"imran.sadiq@moorside.example"},
        ),
        (
            "P09",
            {"Gareth", "Calderbrook Wellbeing Service", "Rochdale", "Priya", "Heywood", "Dr Okafor", "07700 900 462"},
        ),
    ],
)
def test_identifiers_have_their_places_in_the_text_and_their_words(interview_id: str, expected: set[str]) -> None:
    known = truth(DEMO, interview_id)
    assert {known["text"][i["start"] : i["end"]] for i in known["identifiers"]} == expected
    for identifier in known["identifiers"]:
        words = " ".join(known["words"][number]["text"] for number in identifier["words"])
        assert known["text"][identifier["start"] : identifier["end"]] in words


@pytest.mark.parametrize("interview_id", SOURCES)
def test_reading_gives_the_truths_words_and_speakers(interview_id: str) -> None:
    source = DEMO / "inbox" / SOURCES[interview_id]
    read = make_document_reader(source.suffix).read(source.read_bytes())
    attribution = read_document(read, load_settings().attribution, interview_id, (interview_id,))
    known = truth(DEMO, interview_id)
    heard = [(word.text, word.speaker) for utterance in attribution.utterances for word in utterance.words]
    assert heard == [(word["text"], word["speaker"]) for word in known["words"]]
    assert "\n".join(paragraph.text for paragraph in read.paragraphs) == known["text"]


def test_the_reflection_has_an_author_whom_reading_does_not_pass_on() -> None:
    content = make_reflection()
    assert b"Megan Ashworth" in parts(content)["docProps/core.xml"]
    assert "Megan" not in str(make_document_reader(".docx").read(content).paragraphs)
    assert not any("Megan" in paragraph.text for paragraph in make_document_reader(".docx").read(content).paragraphs)


def test_the_reflection_is_about_250_words() -> None:
    assert 220 <= len(truth(DEMO, "P08")["words"]) <= 330
