"""Each check passes on a sound interview and fails on the fault that it is there for; nothing of the text comes out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from colloquy.domain.dataset import DatasetTables
from colloquy.domain.validation import CheckResult, Severity
from colloquy.engines import great_expectations as engine
from colloquy.engines.great_expectations_rules import Rule
from colloquy.engines.great_expectations_suite import interview_rules
from colloquy.engines.registry import make_validator
from colloquy.errors import CheckError, UnknownEngineError
from colloquy.settings import CheckSettings, configs_folder, read_toml
from colloquy.settings.expectations import CheckContext, Expectations
from tests.sample_study import document_tables, sample_tables

SETTINGS = CheckSettings(validator="great-expectations", expectations_file="expectations")
LIMITS = read_toml(Expectations, configs_folder() / "expectations.toml")
CANARY = "Zebediah Quixotham"
OPEN = "the voices could not be matched with the participants."
TERMS = (CANARY, "Zebediah", "Quixotham", "Will")


@pytest.fixture(scope="module")
def validator() -> engine.GreatExpectationsValidator:
    return engine.make(SETTINGS, CheckContext(LIMITS, TERMS))


Edit = Callable[[DatasetTables], DatasetTables]


def at(table: str, number: int, **changes: Any) -> Edit:
    """An edit of one row; a change may be a function of the old value."""

    def edit(tables: DatasetTables) -> DatasetTables:
        rows = list(getattr(tables, table))
        new = {k: v(getattr(rows[number], k)) if callable(v) else v for k, v in changes.items()}
        rows[number] = replace(rows[number], **new)
        return replace(tables, **{table: tuple(rows)})

    return edit


def say(sentence: str, number: int = 2) -> Edit:
    """Utterance `number` says `sentence` and nothing else, its words agreeing with it."""

    def edit(tables: DatasetTables) -> DatasetTables:
        spoken = tables.utterances[number]
        of_it = [word for word in tables.words if word.utterance_id == spoken.utterance_id]
        first = tables.words.index(of_it[0])
        step = (of_it[-1].end_ms - of_it[0].start_ms) // len(sentence.split())
        new = [
            replace(
                of_it[0],
                word_id=f"{of_it[0].word_id}-{position}",
                text=text,
                start_ms=of_it[0].start_ms + position * step,
                end_ms=of_it[0].start_ms + (position + 1) * step,
            )
            for position, text in enumerate(sentence.split())
        ]
        words = (*tables.words[:first], *new, *tables.words[first + len(of_it) :])
        utterances = list(tables.utterances)
        utterances[number] = replace(
            spoken, text=sentence, text_full=sentence, text_intelligent=sentence, word_count=len(new)
        )
        row = replace(tables.interviews[0], word_count=len(words))
        return replace(tables, words=words, utterances=tuple(utterances), interviews=(row,))

    return edit


def no_words(tables: DatasetTables) -> DatasetTables:
    return replace(tables, words=())


def unlogged(tables: DatasetTables) -> DatasetTables:
    row = replace(tables.interviews[0], redaction_count=len(tables.redactions) - 1)
    return replace(tables, redactions=tables.redactions[1:], interviews=(row,))


FAULTS: list[tuple[str, Edit]] = [
    ("has-words", no_words),
    ("counts-agree", at("interviews", 0, word_count=3)),
    ("text-equals-words", at("utterances", 2, text="What did you learn?")),
    ("text-equals-words", at("utterances", 2, word_count=1)),
    ("full-verbatim", at("utterances", 2, text_full="What did you learn?")),
    ("intelligent-verbatim", at("utterances", 2, text_intelligent="What did we learn?")),
    ("interviews-types", at("interviews", 0, language=None)),
    ("utterances-types", at("utterances", 1, has_overlap=1)),
    ("words-types", at("words", 1, confidence="high")),
    ("redactions-types", at("redactions", 0, score=None)),
    ("interviews-ids", at("interviews", 0, interview_id="")),
    ("utterances-ids", at("utterances", 1, utterance_id="P01-u0001")),
    ("utterances-ids", at("utterances", 1, interview_id="P09")),
    ("words-ids", at("words", 1, word_id="P01-w00001")),
    ("words-ids", at("words", 1, utterance_id="P01-u0099")),
    ("redactions-ids", at("redactions", 1, redaction_id="P01-r0001")),
    ("redactions-ids", at("redactions", 1, utterance_id="P01-u0099")),
    ("utterances-times", at("utterances", 0, start_ms=-5)),
    ("utterances-times", at("utterances", 1, end_ms=lambda end: end + 10**6)),
    ("utterances-in-order", at("utterances", 3, start_ms=10)),
    ("words-times", at("words", 4, start_ms=None)),
    ("words-times", at("words", 4, end_ms=None, start_ms=None)),
    ("words-times", at("words", 4, end_ms=lambda end: end - 300)),
    ("words-times", at("interviews", 0, duration_ms=None)),
    ("words-times", at("words", -1, end_ms=10**7)),
    ("words-in-order", at("words", 5, start_ms=0)),
    ("words-have-speaker", at("words", 5, speaker=" ")),
    ("utterances-have-speaker", at("utterances", 1, speaker="")),
    ("utterances-have-speaker", at("utterances", 1, role="guest")),
    ("speakers-found", at("interviews", 0, speaker_count=0)),
    ("who-is-who", at("interviews", 0, roles_by="nobody")),
    ("who-is-who", at("interviews", 0, role_question=OPEN)),
    ("who-is-who", lambda t: at("utterances", 1, role="unknown")(at("utterances", 3, role="unknown")(t))),
    ("who-is-who", lambda t: at("utterances", 0, role="unknown")(at("utterances", 2, role="unknown")(t))),
    ("speech-not-lost", at("interviews", 0, covered_ratio=0.5)),
    ("speech-not-lost", at("interviews", 0, covered_ratio=None)),
    ("speech-covered", at("interviews", 0, covered_ratio=0.8)),
    ("pace", at("interviews", 0, speech_ms=10**6)),
    ("pace", at("interviews", 0, speech_ms=5_000)),
    ("pace", at("interviews", 0, speech_ms=None)),
    ("speech-read", at("interviews", 0, speech_read_ratio=0.9)),
    ("speech-read", at("interviews", 0, speech_read_ratio=None)),
    ("no-suspect-passages", at("utterances", 1, suspect_word_count=1)),
    ("no-suspect-passages", at("utterances", 1, suspect_word_count=None)),
    ("confidence", at("interviews", 0, mean_confidence=0.2)),
    ("confidence-is-a-share", at("words", 0, confidence=1.2)),
    ("overlap", at("interviews", 0, overlap_ratio=0.5)),
    ("recording-complete", at("interviews", 0, is_truncated=True)),
    ("recording-complete", at("interviews", 0, is_truncated=None)),
    ("clipping", at("interviews", 0, clipped_ratio=0.02)),
    ("clipping", at("interviews", 0, clipped_ratio=None)),
    ("no-loops", say("I think so. I think so. I think so. I think so.")),
    ("no-numbers", say("It is 07700 900 123 I believe")),
    ("no-numbers", at("utterances", 2, text_intelligent="It is 07700 900 123")),
    ("no-numbers", say("It is four eight five, seven seven seven, er, three four five six")),
    ("no-addresses", say("Write to sam at hub dot org please")),
    ("no-addresses", say("We met in LS6 2AB then")),
    ("no-known-names-in-utterances", say("And then ZEBEDIAH came")),
    ("no-known-names-in-utterances", at("utterances", 0, speaker="zebediah")),
    ("no-known-names-in-words", at("words", 2, text="Zebédiah's")),
    ("no-known-names-in-words", at("words", 2, second_speaker=CANARY)),
    ("no-known-names-in-interviews", at("interviews", 0, participant_ids=("zebediah_q",))),
    ("no-known-names-in-redactions", at("redactions", 0, placeholder=f"[{CANARY}]")),
    ("no-everyday-names", say("Will came too")),
    ("redactions-in-text", at("redactions", 0, start=lambda start: start + 1)),
    ("redactions-in-text", at("redactions", 0, placeholder="[Person 9]")),
    ("placeholders-in-log", unlogged),
]


def test_a_sound_interview_passes_every_check(validator: engine.GreatExpectationsValidator) -> None:
    results = validator.validate(sample_tables(), "interview")
    assert [result.check for result in results if not result.is_passed] == []
    assert all(result.could_run and result.description and result.advice for result in results)


def test_a_document_without_times_passes_every_check(validator: engine.GreatExpectationsValidator) -> None:
    tables = document_tables()
    only_writer = tuple(replace(row, role="participant") for row in tables.utterances)
    results = validator.validate(replace(tables, utterances=only_writer), "interview")
    assert [result.check for result in results if not result.is_passed] == []


@pytest.mark.parametrize(("check", "edit"), FAULTS, ids=[f"{n}-{check}" for n, (check, _) in enumerate(FAULTS)])
def test_the_fault_is_found_by_its_check(check: str, edit: Edit, validator: engine.GreatExpectationsValidator) -> None:
    result = one(validator, edit(sample_tables()), check)
    assert result.could_run
    assert not result.is_passed
    assert result.failing_count >= 1
    assert "zebed" not in repr(result).casefold()


def test_each_check_has_a_fault_that_it_finds(validator: engine.GreatExpectationsValidator) -> None:
    known = {result.check for result in validator.validate(sample_tables(), "interview")}
    assert known == {check for check, _ in FAULTS}


def no_interviewer(tables: DatasetTables) -> DatasetTables:
    return at("utterances", 0, role="unknown")(at("utterances", 2, role="unknown")(tables))


def test_a_person_who_said_who_is_who_has_answered_that_check_and_no_other(
    validator: engine.GreatExpectationsValidator,
) -> None:
    odd = at("interviews", 0, overlap_ratio=0.5)(no_interviewer(sample_tables()))
    results = validator.validate(at("interviews", 0, roles_by="person", role_confidence=None)(odd), "interview")
    assert [result.check for result in results if not result.is_passed] == ["overlap"]
    assert {result.check: result.note for result in results if result.note} == {"who-is-who": engine.DECIDED}
    (answered,) = (result for result in results if result.check == "who-is-who")
    assert (answered.failing_count, answered.failing_ids) == (0, ())
    by_itself = validator.validate(odd, "interview")
    assert [result.check for result in by_itself if not result.is_passed] == ["who-is-who", "overlap"]


def test_what_is_open_about_who_is_who_is_told_and_a_decision_that_leaves_it_open_answers_nothing(
    validator: engine.GreatExpectationsValidator,
) -> None:
    for roles_by in ("machine", "person"):
        tables = at("interviews", 0, role_question=OPEN, roles_by=roles_by)(sample_tables())
        result = one(validator, tables, "who-is-who")
        assert (result.is_passed, result.severity, result.note) == (False, Severity.WARNING, OPEN)


def test_a_check_of_who_is_who_that_could_not_run_is_answered_by_nobody(
    validator: engine.GreatExpectationsValidator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> list[float]:
        raise ValueError

    monkeypatch.setitem(engine.MEASURES["interviews"], "has_known_roles", broken)
    result = one(validator, at("interviews", 0, roles_by="person")(sample_tables()), "who-is-who")
    assert (result.is_passed, result.could_run, result.note) == (False, False, "")


def test_a_text_whose_speakers_nobody_knows_is_warned_of(validator: engine.GreatExpectationsValidator) -> None:
    assert one(validator, document_tables(), "who-is-who").is_passed
    assert not one(validator, at("interviews", 0, roles_by="nobody")(document_tables()), "who-is-who").is_passed


def test_failing_rows_come_out_as_ids_and_counts(validator: engine.GreatExpectationsValidator) -> None:
    result = one(validator, say("Zebediah came")(sample_tables()), "no-known-names-in-utterances")
    assert (result.failing_count, result.failing_ids, result.severity) == (1, ("P01-u0003",), Severity.CRITICAL)


def test_an_id_that_holds_a_name_comes_out_as_a_row_number(validator: engine.GreatExpectationsValidator) -> None:
    tables = at("utterances", 1, utterance_id="zebediah-u0002")(sample_tables())
    result = one(validator, tables, "no-known-names-in-utterances")
    assert result.failing_ids == ("row 2 of utterances",)


def test_everyday_names_count_only_with_a_capital_within_a_sentence(
    validator: engine.GreatExpectationsValidator,
) -> None:
    within = one(validator, say("And then Will came")(sample_tables()), "no-known-names-in-utterances")
    as_a_verb = validator.validate(say("And then it will come")(sample_tables()), "interview")
    assert not within.is_passed
    assert all(result.is_passed for result in as_a_verb)


def test_an_interview_whose_diariser_looks_for_no_overlaps_passes_every_check(
    validator: engine.GreatExpectationsValidator,
) -> None:
    tables = at("interviews", 0, overlap_ratio=None)(sample_tables())
    unknown = tuple(replace(row, has_overlap=None) for row in tables.utterances)
    results = validator.validate(replace(tables, utterances=unknown), "interview")
    assert [result.check for result in results if not result.is_passed] == []


def test_advice_names_only_what_there_is() -> None:
    """No command or screen mends a transcript, redacts by hand or does one interview again."""
    given = " ".join([engine.BROKEN, *(rule.advice for rule in interview_rules(LIMITS))]).casefold()
    for absent in ("by hand", "correct the transcript", "list of participants", "interview again", "run it again"):
        assert absent not in given


def test_broken_checks_have_not_passed_and_leak_nothing(
    validator: engine.GreatExpectationsValidator, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tables = at("words", 3, start_ms=CANARY, text=None)(at("utterances", 0, text=None)(say(CANARY)(sample_tables())))
    results = validator.validate(tables, "interview")
    broken = {result.check for result in results if not result.could_run}
    assert {"words-times", "words-in-order", "no-numbers", "no-known-names-in-utterances", "no-loops"} <= broken
    assert all(not result.is_passed and not result.failing_ids for result in results if not result.could_run)
    shown = "".join([repr(results), *capfd.readouterr(), caplog.text])
    for canary in (*CANARY.split(), "wellbeing"):
        assert canary.casefold() not in shown.casefold()


def test_great_expectations_sees_numbers_only(validator: engine.GreatExpectationsValidator) -> None:
    """No text goes in, so none can come out through results, arguments, exceptions or data docs."""
    evidence = engine.Evidence.of(sample_tables(), LIMITS, validator._terms)
    for table in engine.MEASURES:
        frame = engine._frame(table, evidence)
        assert len(frame.columns) == len(engine.MEASURES[table]) + 1
        assert {str(kind) for kind in frame.dtypes} == {"float64"}
    stored = "".join(repr(rule.expectations) for rule in engine.SUITES["interview"](LIMITS))
    assert "zebediah" not in stored.casefold()


def test_validating_writes_nothing_to_the_terminal(
    validator: engine.GreatExpectationsValidator, capfd: pytest.CaptureFixture[str]
) -> None:
    validator.validate(say(CANARY)(sample_tables()), "interview")
    assert capfd.readouterr() == ("", "")


def test_the_context_is_set_up_once_for_a_process(validator: engine.GreatExpectationsValidator) -> None:
    before = engine._batch_definition()
    engine.make(SETTINGS, CheckContext(LIMITS, ())).validate(sample_tables(), "interview")
    assert engine._batch_definition() is before


@pytest.mark.parametrize(
    ("section", "limit", "value", "check"),
    [
        ("coverage", "warning_below", 1.0, "speech-covered"),
        ("coverage", "critical_below", 1.0, "speech-not-lost"),
        ("pace", "slowest_words_per_minute", 1000.0, "pace"),
        ("pace", "fastest_words_per_minute", 10.0, "pace"),
        ("confidence", "warning_below", 0.95, "confidence"),
        ("overlap", "warning_above", 0.01, "overlap"),
        ("clipping", "warning_above", 0.001, "clipping"),
        ("reading", "warning_below", 1.0, "speech-read"),
    ],
)
def test_each_limit_changes_the_outcome(section: str, limit: str, value: float, check: str) -> None:
    tables = at("interviews", 0, covered_ratio=0.97, overlap_ratio=0.05, clipped_ratio=0.005, speech_read_ratio=0.995)(
        sample_tables()
    )
    stricter = LIMITS.model_copy(update={section: getattr(LIMITS, section).model_copy(update={limit: value})})
    assert one(engine.make(SETTINGS, CheckContext(LIMITS, ())), tables, check).is_passed
    assert not one(engine.make(SETTINGS, CheckContext(stricter, ())), tables, check).is_passed


def test_the_registry_makes_it_and_says_who_it_is() -> None:
    made = make_validator(SETTINGS, CheckContext(LIMITS, ()))
    assert (made.identity.name, made.identity.version) == ("great-expectations", "1.24.1")
    with pytest.raises(UnknownEngineError, match='Did you mean "great-expectations"'):
        make_validator(SETTINGS.model_copy(update={"validator": "great_expectation"}), CheckContext(LIMITS, ()))


def test_an_unknown_suite_is_an_error(validator: engine.GreatExpectationsValidator) -> None:
    with pytest.raises(CheckError, match="known: interview"):
        validator.validate(sample_tables(), "study")


def one(validator: engine.GreatExpectationsValidator, tables: DatasetTables, check: str) -> CheckResult:
    """The result of one check, without the time that the others take."""

    def only(limits: Expectations) -> tuple[Rule, ...]:
        return tuple(rule for rule in interview_rules(limits) if rule.check == check)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(engine.SUITES, "one", only)
        (result,) = validator.validate(tables, "one")
    return result
