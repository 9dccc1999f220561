"""A source without sound, as read: a written reflection, or a transcript that somebody else made."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass, field

from colloquy.domain.speaker_label import is_code, is_name_shaped, person_name, read_label
from colloquy.errors import DocumentUnreadableError

# Labels are believed where most paragraphs have one; captions often name the speaker only when the voice changes.
SMALLEST_LABELLED_RATIO = 0.5
SMALLEST_LABELLED_CUE_RATIO = 0.1
FEWEST_CODES = 2
# What stands at the head of a transcript before a colon and speaks for nobody.
HEADINGS = frozenset(
    [
        "date",
        "place",
        "time",
        "duration",
        "length",
        "location",
        "venue",
        "setting",
        "present",
        "attendees",
        "title",
        "subject",
        "topic",
        "project",
        "study",
        "file",
        "recording",
        "interview",
        "transcriber",
        "transcribed",
        "version",
        "page",
        "note",
        "notes",
        "duration",
        "start",
        "end",
        "language",
    ]
)
# Invisible: soft hyphen, zero-width space, word joiner, BOM, direction marks. Inside a name they would hide it.
_INVISIBLE = dict.fromkeys(
    [0xAD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph or cue. `speaker` is the label as the source has it: often a full name."""

    text: str = field(repr=False)
    speaker: str | None = field(default=None, repr=False)
    start_ms: int | None = None
    end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SourceText:
    """All paragraphs in order. `encoding` is how bytes became text; empty where the format itself says so."""

    paragraphs: tuple[Paragraph, ...]
    encoding: str = ""

    @property
    def speaker_names(self) -> tuple[str, ...]:
        """Names of people in the speaker labels, in order; identifiable. They belong in the roster for redaction.

        Roles, codes and initials are left out: as spellings of a person they would match ordinary words.
        """
        labels = dict.fromkeys(p.speaker for p in self.paragraphs if p.speaker is not None)
        names = (person_name(label) for label in labels if not is_code(label))
        return tuple(dict.fromkeys(name for name in names if sum(map(str.isalpha, name)) > 2))


def make_source_text(paragraphs: list[Paragraph], encoding: str = "") -> SourceText:
    """Clean text (NFC, single spaces, nothing invisible), with the speakers that labels in the text name.

    Raises DocumentUnreadableError where no text is left.
    """
    visible = [Paragraph(_visible(p.text), _visible(p.speaker or "") or None, p.start_ms, p.end_ms) for p in paragraphs]
    if all(p.speaker is None for p in visible):
        visible = _with_speakers(visible)
    clean = tuple(
        Paragraph(" ".join(p.text.split()), p.speaker and " ".join(p.speaker.split()), p.start_ms, p.end_ms)
        for p in visible
        if p.text.strip()
    )
    if not clean:
        raise DocumentUnreadableError(
            "document: it holds no text. Open it: if you see words, they may be in a picture or a footnote; "
            "copy them into a plain document."
        )
    return SourceText(clean, encoding)


def _visible(text: str) -> str:
    """Lines stay apart here: a label may stand on one of its own."""
    shown = unicodedata.normalize("NFC", text).translate(_INVISIBLE)
    return "\n".join(" ".join(line.split()) for line in shown.split("\n") if line.strip())


def _with_speakers(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """Labels taken off the text, by lines where lines have them, else by paragraphs; as they were where none has."""
    lines = [Paragraph(line, None, p.start_ms, p.end_ms) for p in paragraphs for line in p.text.split("\n")]
    for candidate in (lines, paragraphs):
        present = [p for p in candidate if p.text.strip()]
        if accepted := _accepted_labels(present):
            return _split(present, accepted)
    return paragraphs


def _accepted_labels(paragraphs: list[Paragraph]) -> frozenset[str]:
    """Labels to believe; none where too few paragraphs have one, or none of them is a code or comes twice.

    The second rule spares written reflections under headings (`Feelings: …`, `Evaluation: …`).
    """
    is_timed = any(p.end_ms is not None for p in paragraphs)
    counts = Counter(found.label for p in paragraphs if (found := read_label(p.text)) is not None)
    codes = {label: count for label, count in counts.items() if is_code(label)}
    if sum(codes.values()) >= FEWEST_CODES:
        # Between titles and tables few paragraphs may have one; a word that comes once beside codes is a heading.
        return frozenset((*codes, *(label for label, count in counts.items() if _is_name(label, count))))
    accepted = {
        label: count
        for label, count in counts.items()
        if label.casefold().split()[0] not in HEADINGS
        and (is_code(label) or is_name_shaped(label) or (count > 1 and not is_timed))
    }
    smallest = SMALLEST_LABELLED_CUE_RATIO if is_timed else SMALLEST_LABELLED_RATIO
    is_enough = sum(accepted.values()) > smallest * len(paragraphs)
    is_repeated = any(count > 1 or is_code(label) for label, count in accepted.items())
    return frozenset(accepted) if is_enough and is_repeated else frozenset()


def _is_name(label: str, count: int) -> bool:
    """Whether a label beside codes is a person: two words or more, or a word that comes again."""
    words = label.casefold().split()
    return is_name_shaped(label) and words[0] not in HEADINGS and (count > 1 or len(words) > 1)


def _split(paragraphs: list[Paragraph], accepted: frozenset[str]) -> list[Paragraph]:
    """A speaker goes on over paragraphs without a label."""
    labelled: list[Paragraph] = []
    speaker: str | None = None
    for paragraph in paragraphs:
        found = read_label(paragraph.text)
        if found is None or found.label not in accepted:
            labelled.append(Paragraph(paragraph.text, speaker, paragraph.start_ms, paragraph.end_ms))
            continue
        speaker = found.label
        start_ms = paragraph.start_ms if paragraph.start_ms is not None else found.start_ms
        labelled.append(Paragraph(found.text, speaker, start_ms, paragraph.end_ms))
    return labelled
