"""The checks as Great Expectations' expectations, each with a sentence for the team and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from great_expectations.expectations.core.expect_column_pair_values_a_to_be_greater_than_b import (
    ExpectColumnPairValuesAToBeGreaterThanB,
)
from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween
from great_expectations.expectations.core.expect_column_values_to_be_in_set import ExpectColumnValuesToBeInSet
from great_expectations.expectations.core.expect_column_values_to_be_unique import ExpectColumnValuesToBeUnique
from great_expectations.expectations.core.expect_column_values_to_not_be_null import ExpectColumnValuesToNotBeNull
from great_expectations.expectations.core.expect_table_row_count_to_be_between import ExpectTableRowCountToBeBetween
from great_expectations.expectations.expectation import Expectation

from colloquy.domain.validation import Severity
from colloquy.settings.expectations import Expectations

REPORT_IT = (
    "This is a fault in Colloquy or a damaged file: run the interview again, and report it if that does not help."
)
LISTEN = "Open the recording at these places and correct the transcript, or leave the interview out."
REDACT_AGAIN = (
    "Add what was missed to the study's roster, then run the interview again. Share nothing of it until then."
)
KNOW_IT = "Listen to a few minutes of the recording and decide whether the transcript is good enough for coding."


@dataclass(frozen=True)
class Rule:
    """One check: it passes when all its expectations about `table` hold."""

    check: str
    table: str
    severity: Severity
    description: str
    advice: str
    expectations: tuple[Expectation, ...]


def interview_rules(limits: Expectations) -> tuple[Rule, ...]:
    """Every check of the suite `interview`."""
    return (*_structure(), *_ids(), *_times(), *_people(), *_speech(limits), *_figures(limits), *_leaks(), *_log())


def _critical(check: str, table: str, description: str, advice: str, *expectations: Expectation) -> Rule:
    return Rule(check, table, Severity.CRITICAL, description, advice, expectations)


def _warning(check: str, table: str, description: str, advice: str, *expectations: Expectation) -> Rule:
    return Rule(check, table, Severity.WARNING, description, advice, expectations)


def _holds(column: str) -> Expectation:
    return ExpectColumnValuesToBeInSet(column=column, value_set=[1])


def _never(column: str) -> Expectation:
    return ExpectColumnValuesToBeInSet(column=column, value_set=[0])


def _between(column: str, least: float | None = None, most: float | None = None) -> Expectation:
    return ExpectColumnValuesToBeBetween(column=column, min_value=least, max_value=most)


def _after(later: str, earlier: str, *, or_equal: bool) -> Expectation:
    """Rows in which one of the two is unknown count as fine; whether times may be missing is a check of its own."""
    return ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=later, column_B=earlier, or_equal=or_equal, ignore_row_if="either_value_is_missing"
    )


def _structure() -> tuple[Rule, ...]:
    return (
        _critical(
            "has-words",
            "words",
            "The interview has at least one word.",
            "Was anybody recorded? Listen to the recording; leave it out if it is silent.",
            ExpectTableRowCountToBeBetween(min_value=1),
        ),
        _critical(
            "counts-agree",
            "interviews",
            "The counts of utterances, words and redactions agree with the tables.",
            REPORT_IT,
            _holds("counts_agree"),
        ),
        _critical(
            "text-equals-words",
            "utterances",
            "Each utterance's text and word count are those of its words.",
            REPORT_IT,
            _holds("matches_words"),
        ),
        *(
            _critical(
                f"{table}-types",
                table,
                f"Each value in {table} is there and of the right type.",
                REPORT_IT,
                _holds("has_right_types"),
            )
            for table in ("interviews", "utterances", "words", "redactions")
        ),
    )


def _ids() -> tuple[Rule, ...]:
    unique = (
        ("interviews", "interview_id", None),
        ("utterances", "utterance_id", "has_interview"),
        ("words", "word_id", "has_utterance"),
        ("redactions", "redaction_id", "has_utterance"),
    )
    return tuple(
        _critical(
            f"{table}-ids",
            table,
            f"Each id in {table} is there, occurs once and leads to what it belongs to.",
            REPORT_IT,
            ExpectColumnValuesToNotBeNull(column=column),
            ExpectColumnValuesToBeUnique(column=column),
            *((_holds(leads_to),) if leads_to else ()),
        )
        for table, column, leads_to in unique
    )


def _times() -> tuple[Rule, ...]:
    return tuple(
        rule
        for table in ("utterances", "words")
        for rule in (
            _critical(
                f"{table}-times",
                table,
                f"In a recording the {table} have a start and an end, in this order and inside the recording.",
                REPORT_IT,
                _holds("has_times"),
                _between("start_ms", least=0),
                _after("end_ms", "start_ms", or_equal=False),
                _after("latest_ms", "end_ms", or_equal=True),
            ),
            _critical(
                f"{table}-in-order",
                table,
                f"The {table} are in the order of their start.",
                REPORT_IT,
                _after("start_ms", "previous_start_ms", or_equal=True),
            ),
        )
    )


def _people() -> tuple[Rule, ...]:
    return (
        _critical("words-have-speaker", "words", "Each word has a speaker.", REPORT_IT, _holds("has_speaker")),
        _critical(
            "utterances-have-speaker",
            "utterances",
            "Each utterance has a speaker with a known role.",
            REPORT_IT,
            _holds("has_speaker"),
            _holds("has_known_role"),
        ),
        _critical(
            "speakers-found",
            "interviews",
            "At least one speaker was found.",
            LISTEN,
            _between("speaker_count", least=1),
        ),
        *(
            _warning(
                f"{role}-found",
                "interviews",
                f"One of the voices was recognised as {article} {role}.",
                "Look who speaks in the report, and name the roles in the study's list of participants.",
                _between(f"{role}_count", least=1),
            )
            for article, role in (("a", "participant"), ("an", "interviewer"))
        ),
    )


def _speech(limits: Expectations) -> tuple[Rule, ...]:
    coverage = limits.coverage
    return (
        _critical(
            "speech-not-lost",
            "interviews",
            f"At least {coverage.critical_below:.0%} of the speech lies near a word.",
            "Parts of the interview were not transcribed. Run it again; try a larger model if that does not help.",
            _between("covered_ratio", least=coverage.critical_below),
        ),
        _warning(
            "speech-covered",
            "interviews",
            f"At least {coverage.warning_below:.0%} of the speech lies near a word.",
            KNOW_IT,
            _between("covered_ratio", least=coverage.warning_below),
        ),
        _warning(
            "no-loops",
            "words",
            "The transcript does not say the same phrase again and again.",
            LISTEN,
            _never("starts_loop"),
        ),
    )


def _figures(limits: Expectations) -> tuple[Rule, ...]:
    slowest, fastest = limits.pace.slowest_words_per_minute, limits.pace.fastest_words_per_minute
    return (
        _warning(
            "pace",
            "interviews",
            f"There are {slowest:.0f} to {fastest:.0f} words per minute of speech.",
            KNOW_IT,
            _between("words_per_minute", slowest, fastest),
        ),
        _warning(
            "confidence",
            "interviews",
            f"The transcriber's mean confidence is at least {limits.confidence.warning_below:.2f}.",
            KNOW_IT,
            _between("mean_confidence", least=limits.confidence.warning_below),
        ),
        _critical(
            "confidence-is-a-share", "words", "Each confidence is from 0 to 1.", REPORT_IT, _between("confidence", 0, 1)
        ),
        _warning(
            "overlap",
            "interviews",
            f"At most {limits.overlap.warning_above:.0%} of the words are spoken while another voice speaks.",
            KNOW_IT,
            _between("overlap_ratio", most=limits.overlap.warning_above),
        ),
    )


def _leaks() -> tuple[Rule, ...]:
    return (
        _critical(
            "no-numbers",
            "utterances",
            "No telephone, NHS or other long number is left, in digits or spoken.",
            REDACT_AGAIN,
            _never("has_number"),
        ),
        _critical(
            "no-addresses",
            "utterances",
            "No e-mail address or postcode is left, written or spoken.",
            REDACT_AGAIN,
            _never("has_address"),
        ),
        *(
            _critical(
                f"no-known-names-in-{table}",
                table,
                f"No name or other identifier that the study knows is left in {table}, nor in their ids and labels.",
                REDACT_AGAIN,
                _never("has_forbidden_term"),
            )
            for table in ("interviews", "utterances", "words", "redactions")
        ),
        _warning(
            "no-everyday-names",
            "utterances",
            "No sentence begins with a word that is also a name which the study knows.",
            "Read these sentences: is it the name or the everyday word? If it is the name, redact it by hand.",
            _never("has_everyday_name"),
        ),
    )


def _log() -> tuple[Rule, ...]:
    return (
        _critical(
            "redactions-in-text",
            "redactions",
            "Each replacement in the log stands in the text where the log says.",
            REPORT_IT,
            _holds("stands_in_text"),
        ),
        _critical(
            "placeholders-in-log",
            "utterances",
            "Each placeholder in the text stands in the log.",
            REPORT_IT,
            _holds("placeholders_are_logged"),
        ),
    )
