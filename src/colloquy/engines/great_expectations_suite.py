"""The checks as Great Expectations' expectations, each with a sentence for the team and what to do about it."""

from __future__ import annotations

from great_expectations.expectations.core.expect_column_values_to_be_unique import ExpectColumnValuesToBeUnique
from great_expectations.expectations.core.expect_column_values_to_not_be_null import ExpectColumnValuesToNotBeNull
from great_expectations.expectations.core.expect_table_row_count_to_be_between import ExpectTableRowCountToBeBetween

from colloquy.domain.validation import ROLES_CHECK, Severity
from colloquy.engines.great_expectations_rules import REPORT_IT, Rule, after, between, critical, holds, never, warning
from colloquy.engines.great_expectations_speech import speech_rules
from colloquy.settings.expectations import Expectations

WHO_IS_WHO = (
    "Read the first utterances. Say who is who with colloquy speakers. If two people have one label, write how many "
    "speak into the interview's line of files.csv (column speakers) and run the study again."
)
SET_VOICES = (
    "Listen to the recording and count the voices, write their number into the interview's line of files.csv (column "
    "speakers) and run the study again."
)
ADD_TO_ROSTER = (
    "Add the name as it stands there to roster.csv and run the study again; report it if the name is still left. Share "
    "nothing of this interview until then."
)
SLIPPED = (
    "Listen to the recording at these places. Is it somebody's number or address? Then redaction missed it: report "
    "this fault, without the number itself. Share nothing of this interview until it is mended."
)


def interview_rules(limits: Expectations) -> tuple[Rule, ...]:
    """Every check of the suite `interview`."""
    return (
        *_structure(),
        *_ids(),
        *_times(),
        *_people(),
        *speech_rules(limits),
        *_leaks(),
        *_log(),
    )


def _structure() -> tuple[Rule, ...]:
    return (
        critical(
            "has-words",
            "words",
            "The interview has at least one word.",
            "Was anybody recorded? Listen to the recording; where nobody speaks it stays out of the dataset.",
            ExpectTableRowCountToBeBetween(min_value=1),
        ),
        critical(
            "counts-agree",
            "interviews",
            "The counts of utterances, words and redactions agree with the tables.",
            REPORT_IT,
            holds("counts_agree"),
        ),
        critical(
            "text-equals-words",
            "utterances",
            "Each utterance's text and word count are those of its words.",
            REPORT_IT,
            holds("matches_words"),
        ),
        critical(
            "full-verbatim",
            "utterances",
            "The full level holds every word, with nothing but marks added.",
            REPORT_IT,
            holds("full_adds_marks_alone"),
        ),
        critical(
            "intelligent-verbatim",
            "utterances",
            "The intelligent level leaves words out and holds no others.",
            REPORT_IT,
            holds("intelligent_leaves_out_alone"),
        ),
        *(
            critical(
                f"{table}-types",
                table,
                f"Each value in {table} is there and of the right type.",
                REPORT_IT,
                holds("has_right_types"),
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
        critical(
            f"{table}-ids",
            table,
            f"Each id in {table} is there, occurs once and leads to what it belongs to.",
            REPORT_IT,
            ExpectColumnValuesToNotBeNull(column=column),
            ExpectColumnValuesToBeUnique(column=column),
            *((holds(leads_to),) if leads_to else ()),
        )
        for table, column, leads_to in unique
    )


def _times() -> tuple[Rule, ...]:
    return tuple(
        rule
        for table in ("utterances", "words")
        for rule in (
            critical(
                f"{table}-times",
                table,
                f"In a recording the {table} have a start and an end, in this order and inside the recording.",
                REPORT_IT,
                holds("has_times"),
                between("start_ms", least=0),
                after("end_ms", "start_ms", or_equal=False),
                after("latest_ms", "end_ms", or_equal=True),
            ),
            critical(
                f"{table}-in-order",
                table,
                f"The {table} are in the order of their start.",
                REPORT_IT,
                after("start_ms", "previous_start_ms", or_equal=True),
            ),
        )
    )


def _people() -> tuple[Rule, ...]:
    return (
        critical("words-have-speaker", "words", "Each word has a speaker.", REPORT_IT, holds("has_speaker")),
        critical(
            "utterances-have-speaker",
            "utterances",
            "Each utterance has a speaker with a known role.",
            REPORT_IT,
            holds("has_speaker"),
            holds("has_known_role"),
        ),
        critical(
            "speakers-found",
            "interviews",
            "At least one speaker was found.",
            SET_VOICES,
            between("speaker_count", least=1),
        ),
        Rule(
            ROLES_CHECK,
            "interviews",
            Severity.WARNING,
            "It is clear who is who: an interviewer and a participant speak, and nothing about them is open.",
            WHO_IS_WHO,
            (holds("has_known_roles"), between("participant_count", least=1), between("interviewer_count", least=1)),
            is_about_roles=True,
        ),
    )


def _leaks() -> tuple[Rule, ...]:
    return (
        critical(
            "no-numbers",
            "utterances",
            "No telephone, NHS or other long number is left, in digits or spoken.",
            SLIPPED,
            never("has_number"),
        ),
        critical(
            "no-addresses",
            "utterances",
            "No e-mail address or postcode is left, written or spoken.",
            SLIPPED,
            never("has_address"),
        ),
        *(
            critical(
                f"no-known-names-in-{table}",
                table,
                f"No name or other identifier that the study knows is left in {table}, nor in their ids and labels.",
                advice,
                never("has_forbidden_term"),
            )
            for table, advice in (
                ("interviews", REPORT_IT),
                ("utterances", ADD_TO_ROSTER),
                ("words", ADD_TO_ROSTER),
                ("redactions", REPORT_IT),
            )
        ),
        warning(
            "no-everyday-names",
            "utterances",
            "No sentence begins with a word that is also a name which the study knows.",
            "Read these sentences: is it the name or the everyday word? If it is the name, add it to roster.csv "
            "together with the word that follows it, and run the study again.",
            never("has_everyday_name"),
        ),
    )


def _log() -> tuple[Rule, ...]:
    return (
        critical(
            "redactions-in-text",
            "redactions",
            "Each replacement in the log stands in the text where the log says.",
            REPORT_IT,
            holds("stands_in_text"),
        ),
        critical(
            "placeholders-in-log",
            "utterances",
            "Each placeholder in the text stands in the log.",
            REPORT_IT,
            holds("placeholders_are_logged"),
        ),
    )
