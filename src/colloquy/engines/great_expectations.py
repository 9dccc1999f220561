"""Great Expectations as the validator of an interview's tables.

Its results may hold offending values, its exceptions quote them, and its expectations keep their arguments. So it is
given numbers and truth values only (`great_expectations_measures`), and only counts and row numbers are taken back.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.exceptions.exceptions import GreatExpectationsError

from colloquy.domain.dataset import DatasetTables
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.utterance import RolesBy
from colloquy.domain.validation import CheckResult
from colloquy.engines.great_expectations_measures import MEASURES, Evidence
from colloquy.engines.great_expectations_rules import Rule
from colloquy.engines.great_expectations_suite import interview_rules
from colloquy.engines.great_expectations_text import ForbiddenTerms
from colloquy.errors import CheckError
from colloquy.settings import CheckSettings
from colloquy.settings.expectations import CheckContext, Expectations

ROW = "row"
# Row numbers of what fails, never the values.
SAFE = {
    "result_format": "COMPLETE",
    "partial_unexpected_count": 0,
    "unexpected_index_column_names": [ROW],
    "include_unexpected_rows": False,
    "return_unexpected_index_query": False,
    "exclude_unexpected_values": True,
}
SUITES: dict[str, Callable[[Expectations], tuple[Rule, ...]]] = {"interview": interview_rules}
MOST_IDS_SHOWN = 50
DECIDED = "A person decided who is who."
BROKEN = "This check could not be run, and so it has not passed. That is a fault in Colloquy: report it."
ID = re.compile(r"[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*")
# What a measure raises over rows that are not what their types promise.
MEASURE_ERRORS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)

# Great Expectations keeps its project in a global; one validation at a time.
_lock = threading.Lock()


def make(settings: CheckSettings, context: CheckContext) -> GreatExpectationsValidator:  # noqa: ARG001  # every validator's signature
    """The validator for one study; the context of Great Expectations is made once in a process."""
    return GreatExpectationsValidator(context)


class GreatExpectationsValidator:
    """Implements DatasetValidator."""

    def __init__(self, context: CheckContext) -> None:
        self._limits = context.expectations
        self._terms = ForbiddenTerms(context.forbidden_terms, context.expectations.leaks.everyday_names)

    @property
    def identity(self) -> EngineIdentity:
        return EngineIdentity("great-expectations", gx.__version__)

    def validate(self, tables: DatasetTables, suite: str) -> tuple[CheckResult, ...]:
        """One result per check of `suite`, in the suite's order. Raises CheckError when nothing can be checked."""
        if suite not in SUITES:
            raise CheckError(f'checks: suite is "{suite}"; known: {", ".join(sorted(SUITES))}. Correct its name.')
        rules = SUITES[suite](self._limits)
        evidence = Evidence.of(tables, self._limits, self._terms)
        results: dict[str, CheckResult] = {}
        for table in dict.fromkeys(rule.table for rule in rules):
            of_table = [rule for rule in rules if rule.table == table]
            frame = _frame(table, evidence)
            outcomes = _run(table, of_table, frame)
            ids = _shown_ids(table, evidence)
            for rule in of_table:
                result = _result(rule, outcomes.get(rule.check, []), ids)
                results[rule.check] = _answered(result, tables) if rule.is_about_roles else result
        return tuple(results[rule.check] for rule in rules)


def _frame(table: str, evidence: Evidence) -> pd.DataFrame:
    """One column of float64 per measure; a measure that breaks leaves its column out, and its checks cannot run."""
    columns = {ROW: pd.Series(range(len(getattr(evidence.tables, table))), dtype="float64")}
    for name, measure in MEASURES[table].items():
        try:
            columns[name] = pd.Series(list(measure(evidence)), dtype="float64")
        except MEASURE_ERRORS:
            continue
    return pd.DataFrame(columns)


@cache
def _batch_definition() -> BatchDefinition[Any]:
    # Its log quotes what it choked on; nothing of it is needed, since what could not run is in the result.
    # The second logger gives itself a level of its own on import, and names a folder on every start.
    for name in ("great_expectations", "great_expectations.data_context.types.base"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("colloquy")
    return source.add_dataframe_asset("table").add_batch_definition_whole_dataframe("whole")


def _run(table: str, rules: list[Rule], frame: pd.DataFrame) -> dict[str, list[ExpectationValidationResult]]:
    suite = gx.ExpectationSuite(
        table,
        expectations=[
            expectation.copy(update={"meta": {"check": rule.check}, "severity": rule.severity.value})
            for rule in rules
            for expectation in rule.expectations
        ],
    )
    with _lock:
        try:
            batch = _batch_definition().get_batch({"dataframe": frame})
            validated = batch.validate(suite, result_format=SAFE)
        except GreatExpectationsError as error:
            raise CheckError(
                f"checks of {table}: Great Expectations stopped ({type(error).__name__}), expected results. "
                "Run the study again; report it if that does not help."
            ) from None
    outcomes: dict[str, list[ExpectationValidationResult]] = {}
    for outcome in validated.results:
        if outcome.expectation_config is not None and outcome.expectation_config.meta:
            outcomes.setdefault(outcome.expectation_config.meta["check"], []).append(outcome)
    return outcomes


def _result(rule: Rule, outcomes: list[ExpectationValidationResult], ids: list[str]) -> CheckResult:
    could_run = len(outcomes) == len(rule.expectations) and all(map(_could_run, outcomes))
    rows = sorted({row for outcome in outcomes for row in _failing_rows(outcome)}) if could_run else []
    is_passed = could_run and all(outcome.success for outcome in outcomes)
    return CheckResult(
        check=rule.check,
        description=rule.description,
        severity=rule.severity,
        is_passed=is_passed,
        could_run=could_run,
        failing_count=len(rows) or int(could_run and not is_passed),
        failing_ids=tuple(ids[row] for row in rows[:MOST_IDS_SHOWN]),
        advice=rule.advice if could_run else BROKEN,
    )


def _answered(result: CheckResult, tables: DatasetTables) -> CheckResult:
    """A check of who is who as a person's decision leaves it; without one it says what is open."""
    if not result.could_run:
        return result
    if tables.interviews and all(row.roles_by == RolesBy.PERSON and not row.role_question for row in tables.interviews):
        return replace(result, is_passed=True, failing_count=0, failing_ids=(), note=DECIDED)
    return replace(result, note=" ".join(row.role_question for row in tables.interviews if row.role_question))


def _could_run(outcome: ExpectationValidationResult) -> bool:
    # A dict of one entry where all went well, of one per broken metric otherwise.
    return outcome.exception_info.get("raised_exception") is False


def _failing_rows(outcome: ExpectationValidationResult) -> list[int]:
    rows: list[int] = []
    for entry in outcome.result.get("unexpected_index_list") or ():
        found = entry[ROW]
        rows.extend(map(int, found) if isinstance(found, list) else [int(found)])
    return rows


def _shown_ids(table: str, evidence: Evidence) -> list[str]:
    """Each row's id where it is a plain id without a known name; else the row's number."""
    id_column = {"interviews": "interview_id", "utterances": "utterance_id", "words": "word_id"}
    shown: list[str] = []
    for number, row in enumerate(getattr(evidence.tables, table), start=1):
        row_id = getattr(row, id_column.get(table, "redaction_id"))
        is_plain = isinstance(row_id, str) and ID.fullmatch(row_id) and not evidence.terms.stand_in_label(row_id)
        shown.append(row_id if is_plain else f"row {number} of {table}")
    return shown
