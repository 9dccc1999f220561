"""Rows of the dataset. A field's name is the column's name everywhere; its metadata is the data dictionary."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def column(
    description: str, *, unit: str = "", holds_text: bool = False, is_label: bool = False, is_newer: bool = False
) -> Any:
    """A dataset column.

    `holds_text` keeps it out of logs and out of the Parquet footer's statistics; `is_label` marks a column of few
    different values, which Parquet stores as a dictionary; `is_newer` one that published versions may lack: it is read
    as empty then.
    """
    metadata = {
        "description": description,
        "unit": unit,
        "holds_text": holds_text,
        "is_label": is_label,
        "is_newer": is_newer,
    }
    return field(repr=not holds_text, metadata=metadata)


@dataclass(frozen=True, slots=True)
class InterviewRow:
    """One interview."""

    interview_id: str = column("Id of the interview in this study.")
    kind: str = column("recording, transcript or document.", is_label=True)
    participant_ids: tuple[str, ...] = column("Codes of the participants who speak.")
    language: str = column("Language, ISO 639-1; the one most spoken where it was found from the sound.", is_label=True)
    language_ratio: float | None = column("Share of the speech in this language; empty where the language was set.")
    other_languages: tuple[str, ...] = column("Further languages that were found, most spoken first.")
    duration_ms: int | None = column("Length of the recording.", unit="ms")
    speech_ms: int | None = column("Time in which somebody speaks, by voice activity.", unit="ms")
    covered_ratio: float | None = column("Share of the speech that lies within or near a word.")
    read_ratio: float | None = column("Share of the recording that the transcriber was given to read.")
    speech_read_ratio: float | None = column("Share of the speech that the transcriber was given to read.")
    suspect_passage_count: int | None = column("Passages that may be invented and that somebody must listen to.")
    speaker_count: int = column("Speakers that have a label of their own.")
    roles_by: str = column(
        "Who says who is who: person, somebody of the team; machine, from what the voices do; source, the transcript "
        "or text itself, by its labels; nobody, it is not known.",
        is_label=True,
        is_newer=True,
    )
    role_confidence: float | None = column(
        "How sure the machine is of who is who, 0 to 1; empty where its word does not count.", is_newer=True
    )
    role_question: str = column(
        "What is not clear about who is who and was published all the same; empty for most.", is_newer=True
    )
    utterance_count: int = column("Number of utterances.")
    word_count: int = column("Number of words after redaction.")
    redaction_count: int = column("Number of replacements.")
    mean_confidence: float | None = column("Mean confidence of the words, 0 to 1.")
    overlap_ratio: float | None = column(
        "Share of words spoken while another voice speaks; empty where the engine looks for no overlaps."
    )
    signal_to_noise_db: float | None = column("Level of speech above the background.", unit="dB")
    clipped_ratio: float | None = column("Share of the recording's samples that are cut off at full scale.")
    bandwidth_hz: int | None = column("Frequency up to which the recording holds sound.", unit="Hz")
    is_truncated: bool | None = column("The file ends before its own header says, or is damaged on the way.")
    sound_notes: str = column("What is unusual about the recording; empty for most, and where there is none.")
    transcriber: str = column("Engine and model that wrote the words down.", is_label=True)
    device: str = column("Where it was transcribed: cpu, the processor, or cuda, the GPU.", is_label=True)
    precision: str = column("Numbers that the transcriber's weights were kept in.", is_label=True)
    fallbacks: tuple[str, ...] = column("What was done otherwise than the settings ask for, a sentence each.")
    diariser: str = column(
        "Engine that told the voices apart; of embedded, whether by computed or learnt voices.", is_label=True
    )
    voices_asked: str = column(
        "Number of voices that the engine was asked for, such as 2; or 1 to 8, where it was to find out.",
        is_label=True,
        is_newer=True,
    )


@dataclass(frozen=True, slots=True)
class UtteranceRow:
    """One utterance: what one speaker said without giving up the floor."""

    utterance_id: str = column("Id of the utterance, unique in the study.")
    interview_id: str = column("Interview it belongs to.")
    utterance_number: int = column("Position in the interview, from 1.")
    speaker: str = column("Label of the speaker.", is_label=True)
    role: str = column("interviewer, participant or unknown.", is_label=True)
    start_ms: int | None = column("Start of the first word.", unit="ms")
    end_ms: int | None = column("End of the last word.", unit="ms")
    text: str = column("Redacted text, the words as they stand in the table words.", holds_text=True)
    text_full: str = column(
        "The same with (2.1) for pauses in seconds, [overlap] where a second voice begins, and [inaudible 00:12:03] "
        "for words that nobody could hear.",
        holds_text=True,
    )
    text_intelligent: str = column(
        "The same made readable: without hesitations, stutters and immediate repetitions.", holds_text=True
    )
    word_count: int = column("Number of words in the text.")
    redaction_count: int = column("Number of replacements in the text.")
    inaudible_word_count: int = column("Words of the text that stand as [inaudible ...] in text_full.")
    suspect_word_count: int | None = column("Words in passages that may be invented; listen to them.")
    has_overlap: bool | None = column(
        "Another voice speaks during a word of this utterance; empty where the engine looks for no overlaps."
    )


@dataclass(frozen=True, slots=True)
class WordRow:
    """One word; a placeholder counts as one word."""

    word_id: str = column("Id of the word, unique in the study.")
    utterance_id: str = column("Utterance it belongs to.")
    interview_id: str = column("Interview it belongs to.")
    word_number: int = column("Position in the interview, from 1.")
    speaker: str = column("Label of the speaker.", is_label=True)
    second_speaker: str | None = column("Label of a voice that speaks at the same time.", is_label=True)
    is_overlap: bool | None = column(
        "Another voice speaks during the word; empty where the engine looks for no overlaps.", is_newer=True
    )
    text: str = column("Redacted word with its punctuation.", holds_text=True)
    start_ms: int | None = column("Start of the word.", unit="ms")
    end_ms: int | None = column("End of the word.", unit="ms")
    confidence: float | None = column("The transcriber's confidence, 0 to 1.")
    is_redacted: bool = column("The word is a placeholder.")


@dataclass(frozen=True, slots=True)
class RedactionRow:
    """One replacement; never the original."""

    redaction_id: str = column("Id of the replacement, unique in the study.")
    utterance_id: str = column("Utterance it belongs to.")
    interview_id: str = column("Interview it belongs to.")
    start: int = column("Offset of the placeholder in the utterance's text, in code points.")
    end: int = column("End of the placeholder, exclusive.")
    category: str = column("What kind of identifier stood there.", is_label=True)
    placeholder: str = column("What stands there now.", is_label=True)
    source: str = column("Rule or detector that found it.", is_label=True)
    score: float = column("The detector's score, 0 to 1.")


@dataclass(frozen=True, slots=True)
class DatasetTables:
    """The tables of one interview, or of a whole study."""

    interviews: tuple[InterviewRow, ...]
    utterances: tuple[UtteranceRow, ...]
    words: tuple[WordRow, ...]
    redactions: tuple[RedactionRow, ...]


Row = InterviewRow | UtteranceRow | WordRow | RedactionRow

# Table name, everywhere it appears, to the class of its rows.
TABLES: dict[str, type[Row]] = {
    "interviews": InterviewRow,
    "utterances": UtteranceRow,
    "words": WordRow,
    "redactions": RedactionRow,
}
