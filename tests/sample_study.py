"""A small made-up study that the tests of checks, dataset and exports share. Every person in it is invented."""

from __future__ import annotations

from colloquy.domain.audio import Region
from colloquy.domain.dataset import DatasetTables
from colloquy.domain.figures import InterviewFigures
from colloquy.domain.interview import Interview, SourceFile, SourceKind
from colloquy.domain.redaction import Category, RedactedInterview, Redaction
from colloquy.domain.suspect_passage import Coverage
from colloquy.domain.utterance import AttributedWord, Role, Utterance
from colloquy.settings import load_settings, read_verbatim_style
from colloquy.stages.tabulate import tabulate

LINES = (
    ("INT", "Thank you for coming in today. Could you tell me a little about your work?"),
    ("P01", "Yes, of course. I'm [Person 1] and I work as a wellbeing practitioner in [Place 1]."),
    ("INT", "What did you learn that you still use?"),
    ("P01", "I learned to ask. Then [Person 2] came from [Place 1], and she may well have helped."),
)
CATEGORIES = {"[Person 1]": Category.PERSON, "[Person 2]": Category.PERSON, "[Place 1]": Category.PLACE}
VERBATIM = read_verbatim_style(load_settings(), "en")
WORD_MS = 300
TURN_GAP_MS = 400


def interview(interview_id: str = "P01", kind: SourceKind = SourceKind.RECORDING) -> Interview:
    return Interview("hubs", interview_id, kind, ("P01",), (SourceFile("0" * 64, ".wav", "P01 Sarah.wav"),))


def redacted(interview_id: str = "P01", *, has_times: bool = True) -> RedactedInterview:
    """LINES as utterances, one word every 300 ms; each placeholder is one word and stands in the log."""
    utterances: list[Utterance] = []
    redactions: list[Redaction] = []
    now_ms = 0
    for number, (speaker, line) in enumerate(LINES, start=1):
        words: list[AttributedWord] = []
        for text in _split(line):
            start_ms, end_ms = (now_ms, now_ms + WORD_MS) if has_times else (None, None)
            words.append(AttributedWord(text, start_ms, end_ms, 0.9 if has_times else None, speaker))
            now_ms += WORD_MS
        utterance_id = f"{interview_id}-u{number:04d}"
        role = Role.INTERVIEWER if speaker == "INT" else Role.PARTICIPANT
        utterance = Utterance(utterance_id, speaker, role, tuple(words), words[0].start_ms, words[-1].end_ms)
        utterances.append(utterance)
        position = 0
        while (start := utterance.text.find("[", position)) >= 0:
            position = utterance.text.index("]", start) + 1
            placeholder = utterance.text[start:position]
            redaction_id = f"{interview_id}-r{len(redactions) + 1:04d}"
            category = CATEGORIES[placeholder]
            redactions.append(
                Redaction(redaction_id, utterance_id, start, position, category, placeholder, "roster", 1.0)
            )
        now_ms += TURN_GAP_MS
    return RedactedInterview(tuple(utterances), tuple(redactions), ())


def figures(of: RedactedInterview) -> InterviewFigures:
    ends = [utterance.end_ms or 0 for utterance in of.utterances]
    speech = tuple(Region(u.start_ms or 0, u.end_ms or 0) for u in of.utterances)
    return InterviewFigures(
        "en",
        ends[-1] + 500,
        speech,
        31.5,
        "openai-whisper small.en",
        "pyannote",
        clipped_ratio=0.0,
        bandwidth_hz=8_000,
        is_truncated=False,
        sound_notes="",
        coverage=Coverage(0.98, 1.0, 1.0),
        passages_to_check=(),
        device="cpu",
        precision="float32",
        roles_by="machine",
        role_confidence=0.97,
        voices_asked="2",
    )


def sample_tables(interview_id: str = "P01") -> DatasetTables:
    """A recording that passes every check."""
    material = redacted(interview_id)
    return tabulate(interview(interview_id), material, figures(material), VERBATIM)


def document_tables(interview_id: str = "P05") -> DatasetTables:
    """The same words as a document: no times, no speech, no confidence."""
    material = redacted(interview_id, has_times=False)
    of = interview(interview_id, SourceKind.DOCUMENT)
    return tabulate(of, material, InterviewFigures("en", roles_by="source"), VERBATIM)


def _split(line: str) -> list[str]:
    words: list[str] = []
    for part in line.split():
        if words and words[-1].startswith("[") and "]" not in words[-1]:
            words[-1] += f" {part}"
        else:
            words.append(part)
    return words
