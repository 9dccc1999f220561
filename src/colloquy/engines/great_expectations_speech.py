"""The checks of how well the sound was written down, each against its limit in `configs/expectations.toml`."""

from __future__ import annotations

from colloquy.engines.great_expectations_rules import REPORT_IT, Rule, between, critical, holds, never, warning
from colloquy.settings.expectations import Expectations

SKIP_IT = "Listen to the recording at these places, and leave out of the coding what nobody says there."
KNOW_IT = "Listen to a few minutes of the recording and decide whether the transcript is good enough for coding."


def speech_rules(limits: Expectations) -> tuple[Rule, ...]:
    return (*_speech(limits), *_sound(limits), *_figures(limits))


def _speech(limits: Expectations) -> tuple[Rule, ...]:
    coverage = limits.coverage
    return (
        critical(
            "speech-not-lost",
            "interviews",
            f"At least {coverage.critical_below:.0%} of the speech lies near a word.",
            "Parts of the interview were not transcribed. Listen to the recording; choose another model in the study's "
            "settings (section transcription) and run the study again.",
            between("covered_ratio", least=coverage.critical_below),
        ),
        warning(
            "speech-covered",
            "interviews",
            f"At least {coverage.warning_below:.0%} of the speech lies near a word.",
            KNOW_IT,
            between("covered_ratio", least=coverage.warning_below),
        ),
        warning(
            "speech-read",
            "interviews",
            f"The transcriber was given at least {limits.reading.warning_below:.0%} of the speech to read.",
            KNOW_IT,
            between("speech_read_ratio", least=limits.reading.warning_below),
        ),
        warning(
            "no-suspect-passages",
            "utterances",
            "No words stand where they may be invented: in silence or after the end, in loops, as phrases known from "
            "subtitles, as a list of the study's vocabulary, or faster than people speak.",
            SKIP_IT,
            between("suspect_word_count", most=limits.suspect_passages.most_words),
        ),
        warning(
            "no-loops",
            "words",
            "The transcript does not say the same phrase again and again.",
            SKIP_IT,
            never("starts_loop"),
        ),
    )


def _sound(limits: Expectations) -> tuple[Rule, ...]:
    return (
        warning(
            "recording-complete",
            "interviews",
            "The file was read to its end.",
            "The file breaks off or ends before its own header says: copy it again from the recorder and compare the "
            "length. A longer file becomes an interview of its own; then leave this one out: colloquy set-aside.",
            holds("is_complete"),
        ),
        warning(
            "clipping",
            "interviews",
            f"At most {limits.clipping.warning_above:.0%} of the sound is cut off because it was too loud.",
            KNOW_IT,
            between("clipped_ratio", most=limits.clipping.warning_above),
        ),
    )


def _figures(limits: Expectations) -> tuple[Rule, ...]:
    slowest, fastest = limits.pace.slowest_words_per_minute, limits.pace.fastest_words_per_minute
    return (
        warning(
            "pace",
            "interviews",
            f"There are {slowest:.0f} to {fastest:.0f} words per minute of speech.",
            KNOW_IT,
            between("words_per_minute", slowest, fastest),
        ),
        warning(
            "confidence",
            "interviews",
            f"The transcriber's mean confidence is at least {limits.confidence.warning_below:.2f}.",
            KNOW_IT,
            between("mean_confidence", least=limits.confidence.warning_below),
        ),
        critical(
            "confidence-is-a-share", "words", "Each confidence is from 0 to 1.", REPORT_IT, between("confidence", 0, 1)
        ),
        warning(
            "overlap",
            "interviews",
            f"At most {limits.overlap.warning_above:.0%} of the words are spoken while another voice speaks.",
            KNOW_IT,
            between("overlap_ratio", most=limits.overlap.warning_above),
        ),
    )
