"""The report: everything on one page, nothing from outside, nothing that runs."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from colloquy.domain.interview import State
from colloquy.domain.validation import CheckResult, Severity, ValidationReport
from colloquy.exports.report import report
from colloquy.stages.publish import publish
from tests.sample_study import document_tables, sample_tables

ADVICE = "Add what was missed to the roster."
GOOD = CheckResult("pace", "Pace.", Severity.WARNING, True, True, 0, ())
SLOW = CheckResult(
    "pace", "There are 60 to 280 words per minute.", Severity.WARNING, False, True, 1, ("P05",), "Listen."
)
LEAK = CheckResult(
    "no-numbers",
    "No <number> is left.",
    Severity.CRITICAL,
    False,
    True,
    30,
    tuple(f"P03-u{n:04d}" for n in range(30)),
    ADVICE,
)
BROKEN = CheckResult("no-loops", "No loops.", Severity.WARNING, False, False, 0, (), "Run it again.")


def page(title: str = "Resilience hubs & culture") -> str:
    tables = publish((sample_tables("P01"), document_tables("P05")))
    reports = (
        ValidationReport("P01", (GOOD,)),
        ValidationReport("P05", (GOOD, SLOW)),
        ValidationReport("P03", (LEAK, BROKEN, GOOD)),
    )
    states = {"P01": State.DONE, "P05": State.DONE, "P03": State.DONE, "P04": State.FAILED}
    return report(tables, reports, states, title, "v0001").decode()


class Cells(HTMLParser):
    """Text of every table row, and every tag that was opened and not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data


def rows() -> dict[str, list[str]]:
    cells = Cells()
    cells.feed(page())
    assert cells.open == []
    return {row[0]: row[1:] for row in cells.rows}


def test_every_interview_has_a_row_whatever_became_of_it() -> None:
    found = rows()
    assert list(found) == ["Interview", "P01", "P03", "P04", "P05"]
    assert found["P01"][-2:] == ["1/1", "passed"]
    assert found["P03"][-2:] == ["1/3", "failed"]
    assert found["P04"] == ["–"] * 8 + ["failed before its checks"]
    assert found["P05"][-2:] == ["1/2", "passed with warnings"]


def test_a_row_shows_the_figures_of_its_interview() -> None:
    row = sample_tables().interviews[0]
    assert rows()["P01"][:7] == [
        f"{(row.duration_ms or 0) / 60_000:.1f}",
        "2",
        str(row.word_count),
        "4",
        "100%",
        "0.90",
        "0%",
    ]


def test_what_failed_says_what_where_and_what_to_do() -> None:
    text = page()
    assert "No &lt;number&gt; is left." in text
    assert "P03-u0000" in text
    assert "30 places" in text
    assert "and 18 more" in text
    assert ADVICE in text
    assert "This check could not be run" in text
    assert text.index("No &lt;number&gt;") < text.index("No loops.")


def test_without_failures_there_is_nothing_to_do() -> None:
    text = report(sample_tables(), (ValidationReport("P01", (GOOD,)),), {"P01": State.DONE}, "", "v0001").decode()
    assert "every interview passed all its checks" in text
    assert "<h1>Study report</h1>" in text


@pytest.mark.parametrize(
    "outside", ["<script", "http:", "https:", "<link", "<img", "@import", "url(", "javascript:", " on"]
)
def test_nothing_runs_and_nothing_comes_from_outside(outside: str) -> None:
    inside_tags = "".join(re.findall(r"<[^>]*>", page())) if outside == " on" else page()
    assert outside not in inside_tags


def test_no_speech_is_on_the_page() -> None:
    text = page()
    assert not any(word in text for word in ("wellbeing", "little about your work", "learned to ask", "Sarah"))


def test_a_title_cannot_break_the_page() -> None:
    assert "<script" not in page("<script>alert(1)</script>")
