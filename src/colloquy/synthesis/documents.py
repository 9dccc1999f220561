"""Make the demo study's two sources without sound, and their truth.

python -m colloquy.synthesis.documents data/demo

Everybody and every service in them is invented. Identifiers are marked as in the scripts: {person:Helen Moore}.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from docx import Document

from colloquy.domain.document import SourceText
from colloquy.engines.registry import make_document_reader

REFLECTION_NAME = "P08 reflection.docx"
TRANSCRIPT_NAME = "P09 Teams.vtt"
MADE_AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
CALL_ID = "5d0c8a9e-41f7-4b6a-9d0e-7b1f6c2e8a35"
# Teams breaks a cue's text after about this many characters.
LINE_LENGTH = 46

_MARK = re.compile(r"\{(?P<category>[a-z_]+):(?P<text>[^}]*)\}")

REFLECTION = (
    "I have worked as a psychological wellbeing practitioner at {organisation:Moorside Talking Therapies} in "
    "{place:Huddersfield} for two years. This is what I took from the training on culture, and what I did with it.",
    "In the second week I saw a man who had come from {place:Eritrea}. I will call what he had low mood, because "
    "that is what the form calls it. His own word was a heavy heart. Before the training I would have moved on to "
    "the next question. This time I asked what a heavy heart keeps him from doing, and he told me about his church "
    "and about his daughter {person:Selam}, who no longer wanted to go with him.",
    "I found it hard. I worried that I would say something wrong, and I noticed that I spoke faster than I usually "
    "do. My supervisor, {person:Rachel Booth}, said that worry is useful when it makes us ask, and not useful when "
    "it makes us quiet. I wrote that on a card above my desk.",
    "What did not work was the interpreter on the telephone. We lost the line twice, and the third time he did not "
    "come back. I wrote to {person:Imran Sadiq} at {email:imran.sadiq@moorside.example} to ask for somebody who "
    "could sit in the room, and he found one within a week. {person:Rachel} was surprised, and so was I.",
    "If I had to begin again, I would ask for the interpreter first and read the form afterwards. The measures have "
    "not changed, but the conversation has, and people stay. I am also less tired in the evening.",
)
# Who, seconds from the last cue's end, seconds long, what.
INTERVIEWER, PARTICIPANT = "Sarah Whitfield", "Gareth Llewellyn (Guest)"
CUES: tuple[tuple[str, float, float, str], ...] = (
    (INTERVIEWER, 3.1, 4.2, "Good morning, {person:Gareth}. Can you hear me all right?"),
    (PARTICIPANT, 0.6, 2.3, "Yes, I can hear you & see you."),
    (INTERVIEWER, 0.9, 4.8, "Thank you for making the time. Could you tell me what you do at the moment?"),
    (PARTICIPANT, 1.2, 5.6, "Er, I'm a senior practitioner at {organisation:Calderbrook Wellbeing Service}, and I"),
    (PARTICIPANT, 0.1, 5.1, "supervise four trainees. Most of them are based in {place:Rochdale}."),
    (INTERVIEWER, 0.8, 3.4, "And how has the training changed what they do?"),
    (PARTICIPANT, 1.4, 6.2, "They ask more. One of them, {person:Priya}, had a client who had stopped coming,"),
    (PARTICIPANT, 0.2, 6.4, "and instead of closing the file she rang her and asked what would make it easier."),
    (PARTICIPANT, 3.5, 4.1, "It was the waiting room. That was all it was."),
    (INTERVIEWER, 0.4, 0.9, "Mm."),
    (PARTICIPANT, 0.3, 5.7, "She knew half the people in it. So now they meet at the library in {place:Heywood}."),
    (INTERVIEWER, 1.1, 3.9, "What would you need to do more of that?"),
    (PARTICIPANT, 1.6, 6.8, "Time, and somebody who says yes. {person:Dr Okafor} says yes, but she is there on"),
    (PARTICIPANT, 0.1, 2.2, "two days a week only."),
    (INTERVIEWER, 0.9, 4.3, "If I have questions later, what is the best way to reach you?"),
    (PARTICIPANT, 0.7, 6.1, "My mobile, {phone:07700 900 462}. Or ring the service and ask for {person:Gareth}."),
    (INTERVIEWER, 0.8, 2.6, "Thank you. That was very helpful."),
)


def make_reflection() -> bytes:
    """A Word file as Word writes it, with its author in the properties; the same bytes every time with one zlib."""
    document = Document()
    document.core_properties.author = "Megan Ashworth"
    document.core_properties.last_modified_by = "Megan Ashworth"
    document.core_properties.comments = ""
    document.core_properties.created = document.core_properties.modified = MADE_AT
    for text in REFLECTION:
        document.add_paragraph(_plain(text))
    written = io.BytesIO()
    document.save(written)
    return _with_fixed_times(written)


def _with_fixed_times(package: io.BytesIO) -> bytes:
    fixed = io.BytesIO()
    with zipfile.ZipFile(package) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, MADE_AT.timetuple()[:6])
            part.create_system, part.external_attr = 3, 0o600 << 16  # the same on every operating system
            target.writestr(part, source.read(name), zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def make_transcript() -> bytes:
    """Captions as Teams exports them: ids of call, turn and cue; one voice span a cue, over two lines when long."""
    blocks = ["WEBVTT"]
    at_ms, turn, part, before = 0, 4, 0, ""
    for speaker, pause_s, length_s, text in CUES:
        start_ms = at_ms + round(1000 * pause_s)
        at_ms = start_ms + round(1000 * length_s)
        turn, part = (turn, part + 1) if speaker == before else (turn + 1, 0)
        before = speaker
        shown = _plain(text).replace("&", "&amp;")
        split = shown.rfind(" ", 0, LINE_LENGTH) if len(shown) > LINE_LENGTH else -1
        if split > 0:
            shown = f"{shown[:split]}\n{shown[split + 1 :]}"
        blocks.append(f"{CALL_ID}/{turn}-{part}\n{_clock(start_ms)} --> {_clock(at_ms)}\n<v {speaker}>{shown}</v>")
    return ("\n\n".join(blocks) + "\n").encode()


def _clock(time_ms: int) -> str:
    minutes, rest = divmod(time_ms, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _plain(text: str) -> str:
    return _MARK.sub(lambda mark: mark["text"], text)


def make_truth(
    recording: str, source: SourceText, marked: tuple[str, ...], speakers: tuple[str, ...]
) -> dict[str, object]:
    """What is known of a source; `speakers` has one label a paragraph.

    `text` is the paragraphs as read, joined by \\n; identifiers have their offsets in it in code points, end
    exclusive, and the numbers of their words counted from 0, as in the recordings' truth.
    """
    words: list[dict[str, object]] = []
    identifiers: list[dict[str, object]] = []
    at = 0
    for raw, speaker in zip(marked, speakers, strict=True):
        first_word, shift = len(words), at
        text = _plain(raw)
        words += [{"text": word, "start_ms": None, "end_ms": None, "speaker": speaker} for word in text.split()]
        for mark in _MARK.finditer(raw):
            start = shift + mark.start()
            shift -= len(mark.group()) - len(mark["text"])
            begun = first_word + len(text[: start - at].split())
            numbers = list(range(begun, begun + len(mark["text"].split())))
            end = start + len(mark["text"])
            identifiers.append({"category": mark["category"], "words": numbers, "start": start, "end": end})
        at += len(text) + 1
    return {
        "recording": recording,
        "duration_ms": max((p.end_ms or 0 for p in source.paragraphs), default=0) or None,
        "speakers": sorted(set(speakers)),
        "text": "\n".join(paragraph.text for paragraph in source.paragraphs),
        "words": words,
        "identifiers": identifiers,
        "speaker_names": list(source.speaker_names),
    }


def make(demo: Path) -> None:
    """Write both sources into `inbox/` and their truth into `truth/` under `demo`."""
    labels = {INTERVIEWER: "INT", PARTICIPANT: "P09"}
    made = (
        ("P08", REFLECTION_NAME, make_reflection(), REFLECTION, ("P08",) * len(REFLECTION)),
        ("P09", TRANSCRIPT_NAME, make_transcript(), tuple(cue[3] for cue in CUES), tuple(labels[c[0]] for c in CUES)),
    )
    for interview_id, name, content, marked, speakers in made:
        inbox, truth = demo / "inbox" / name, demo / "truth" / f"{interview_id}.json"
        for folder in (inbox.parent, truth.parent):
            folder.mkdir(parents=True, exist_ok=True)
        inbox.write_bytes(content)
        source = make_document_reader(inbox.suffix).read(content)
        known = make_truth(name, source, marked, speakers)
        truth.write_text(json.dumps(known, ensure_ascii=False) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the demo study's sources without sound, and their truth.")
    parser.add_argument("demo", type=Path)
    make(parser.parse_args().demo)


if __name__ == "__main__":
    main()
