"""Words that may be invented, and how much of a recording was read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Suspicion(StrEnum):
    """Why somebody must listen."""

    IN_SILENCE = "words where nothing is heard"
    OUTSIDE_SPEECH = "words where voice activity found no speech"
    LOOP = "the same words again and again"
    SUBTITLE_PHRASE = "a phrase that is known from subtitles"
    TOO_FAST = "words faster than people speak"
    AFTER_END = "words after the end of the sound"
    VOCABULARY = "terms of the study's vocabulary that may come from the list and not from the sound"


@dataclass(frozen=True, slots=True)
class SuspectPassage:
    """A stretch of a transcript that was decoded again, and never its words.

    `is_mended`: the second reading was better and stands in the transcript, and nothing in it is suspect any more;
    else what was read first or second is kept, and a person must listen.
    """

    start_ms: int
    end_ms: int
    suspicions: tuple[Suspicion, ...]
    is_mended: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares from 0 to 1; those of the speech are None where voice activity found none.

    `read_ratio` and `speech_read_ratio` say how much of the recording, and of its speech, the engine was given to read;
    `speech_worded_ratio` how much of the speech lies in or near a word.
    """

    read_ratio: float
    speech_read_ratio: float | None
    speech_worded_ratio: float | None
