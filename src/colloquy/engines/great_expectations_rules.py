"""What a check is made of: one rule, and the few expectations of Great Expectations that all rules use."""

from __future__ import annotations

from dataclasses import dataclass

from great_expectations.expectations.core.expect_column_pair_values_a_to_be_greater_than_b import (
    ExpectColumnPairValuesAToBeGreaterThanB,
)
from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween
from great_expectations.expectations.core.expect_column_values_to_be_in_set import ExpectColumnValuesToBeInSet
from great_expectations.expectations.expectation import Expectation

from colloquy.domain.validation import Severity

REPORT_IT = "This is a fault in Colloquy: report it. The interview stays out of the dataset until it is mended."


@dataclass(frozen=True)
class Rule:
    """One check: it passes when all its expectations about `table` hold.

    `is_about_roles`: who is who is for a person to say, and a person who said it has answered the check.
    """

    check: str
    table: str
    severity: Severity
    description: str
    advice: str
    expectations: tuple[Expectation, ...]
    is_about_roles: bool = False


def critical(check: str, table: str, description: str, advice: str, *expectations: Expectation) -> Rule:
    return Rule(check, table, Severity.CRITICAL, description, advice, expectations)


def warning(check: str, table: str, description: str, advice: str, *expectations: Expectation) -> Rule:
    return Rule(check, table, Severity.WARNING, description, advice, expectations)


def holds(column: str) -> Expectation:
    return ExpectColumnValuesToBeInSet(column=column, value_set=[1])


def never(column: str) -> Expectation:
    return ExpectColumnValuesToBeInSet(column=column, value_set=[0])


def between(column: str, least: float | None = None, most: float | None = None) -> Expectation:
    return ExpectColumnValuesToBeBetween(column=column, min_value=least, max_value=most)


def after(later: str, earlier: str, *, or_equal: bool) -> Expectation:
    """Rows in which one of the two is unknown count as fine; whether times may be missing is a check of its own."""
    return ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=later, column_B=earlier, or_equal=or_equal, ignore_row_if="either_value_is_missing"
    )
