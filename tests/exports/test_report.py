"""The report: everything on one page, nothing from outside, nothing that runs."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from colloquy.domain.interview import State
from colloquy.domain.record import InterviewState
from colloquy.domain.validation import ROLES_CHECK, CheckResult, Severity, ValidationReport
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
    states = {
        "P01": InterviewState("P01", State.DONE, "check"),
        "P05": InterviewState("P05", State.DONE, "check"),
        "P03": InterviewState("P03", State.FAILED, "check", "No number is left."),
        "P04": InterviewState("P04", State.FAILED, "prepare", "The file is <empty>. Copy it again."),
    }
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
    assert found["P04"] == ["–"] * 10 + ["failed before its checks"]
    assert found["P05"][-2:] == ["1/2", "passed with warnings"]


def test_a_row_shows_the_figures_of_its_interview() -> None:
    row = sample_tables().interviews[0]
    assert rows()["P01"][:9] == [
        f"{(row.duration_ms or 0) / 60_000:.1f}",
        "2",
        "machine 97%",
        str(row.word_count),
        "4",
        "100%",
        "0",
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


def one_more(*states: InterviewState, reports: tuple[ValidationReport, ...] = ()) -> str:
    """The page of a study in which P01 passed, and of whatever else `states` holds."""
    of = {"P01": InterviewState("P01", State.DONE, "check")} | {state.interview_id: state for state in states}
    return report(sample_tables(), (ValidationReport("P01", (GOOD,)), *reports), of, "", "v0001").decode()


def test_an_interview_that_failed_before_its_checks_says_why() -> None:
    text = page()
    assert "The file is &lt;empty&gt;. Copy it again." in text
    assert "stage prepare" in text


def test_every_interview_that_is_kept_out_is_counted() -> None:
    assert "<b>2</b><span>kept out of the dataset" in page()
    waits = InterviewState("P09", State.WAITS, "attribute", "Who asks?")
    assert "<b>1</b><span>kept out of the dataset" in one_more(waits)


def test_a_failure_now_counts_more_than_the_report_of_an_earlier_run() -> None:
    failed = InterviewState("P02", State.FAILED, "transcribe", "The model is missing.")
    text = one_more(failed, reports=(ValidationReport("P02", (GOOD,)),))
    assert "The model is missing." in text
    assert "failed before its checks" in text


@pytest.mark.parametrize("state", [s for s in State if s is not State.DONE])
def test_there_is_something_to_do_until_every_interview_is_done(state: State) -> None:
    text = one_more(InterviewState("P02", state, "attribute", "Who asks?"))
    assert "every interview passed" not in text
    assert "<h3>P02</h3>" in text


def test_a_check_that_broke_for_good_says_so() -> None:
    assert "The rules are gone." in one_more(InterviewState("P02", State.FAILED, "check", "The rules are gone."))


def test_without_failures_there_is_nothing_to_do() -> None:
    text = one_more(InterviewState("P01", State.DONE, "check"))
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


def test_it_says_where_interviews_were_transcribed_and_what_was_done_otherwise_than_asked() -> None:
    asked = publish((sample_tables("P01"), document_tables("P05")))
    said = "The GPU failed <no free memory>: the rest was done on the processor."
    (row,) = sample_tables("P02").interviews
    other = replace(row, device="cuda", precision="float16", fallbacks=(said,))
    tables = replace(asked, interviews=(*asked.interviews, other))
    shown = report(tables, (), {}, "", "v0001").decode()
    assert "1 on the processor (float32); 1 on the GPU (float16)" in shown
    assert "1 otherwise than the settings ask for:" in shown
    assert "<li>P02: The GPU failed &lt;no free memory&gt;: the rest was done on the processor.</li>" in shown
    assert "otherwise than the settings ask" not in report(asked, (), {}, "", "v0001").decode()
    texts = publish((document_tables("P05"),))
    assert "Transcribed:" not in report(texts, (), {}, "", "v0001").decode()


def test_what_is_unusual_about_a_recording_is_told_and_nothing_where_nothing_is() -> None:
    tables = sample_tables()
    quiet = replace(tables.interviews[0], sound_notes="Recorded very quietly & made louder.")
    told = report(replace(tables, interviews=(quiet,)), (), {}, "", "v0001").decode()
    assert f"<h2>Unusual recordings</h2><dl><dt>{quiet.interview_id}</dt><dd>Recorded very quietly &amp; made" in told
    assert "Unusual recordings" not in report(tables, (), {}, "", "v0001").decode()


ASKED = "Who is who: it is not clear who asks and who answers. Say it with: colloquy speakers hubs P02"
UNCLEAR = CheckResult(
    ROLES_CHECK, "It is clear who is who.", Severity.WARNING, False, True, 1, ("P02",), "Say it.", "it is not clear."
)


def test_an_interview_that_waits_is_told_of_once() -> None:
    waits = InterviewState("P02", State.WAITS, "check", ASKED)
    text = one_more(waits, reports=(ValidationReport("P02", (UNCLEAR, SLOW)),))
    assert text.count(ASKED) == 1
    assert UNCLEAR.description not in text
    assert SLOW.description in text  # another matter stays
    alone = one_more(waits, reports=(ValidationReport("P02", (UNCLEAR, GOOD)),))
    assert "<ol>" not in alone
    broken = replace(UNCLEAR, could_run=False)
    assert UNCLEAR.description in one_more(waits, reports=(ValidationReport("P02", (broken,)),))


def test_what_is_open_in_a_published_interview_is_told_with_its_check() -> None:
    done = InterviewState("P02", State.DONE, "check")
    text = one_more(done, reports=(ValidationReport("P02", (UNCLEAR,)),))
    assert f"{UNCLEAR.description}</b>" in text
    assert "<p>Open: it is not clear.</p>" in text


@pytest.mark.parametrize(
    ("changes", "cell", "said"),
    [
        ({}, "machine 97%", "decided by the machine, 97% sure."),
        ({"role_confidence": 0.9999}, "machine 99%", "99% sure"),
        ({"roles_by": "person", "role_confidence": None}, "person", "decided by a person."),
        ({"roles_by": "source", "role_confidence": None}, "text", "as the text itself says."),
        ({"roles_by": "source", "kind": "transcript"}, "text", "as the transcript itself says."),
        ({"role_question": "3 <voices>."}, "open", "guessed by the machine, and open; 3 &lt;voices&gt;."),
        ({"roles_by": "nobody", "role_question": "who asks?"}, "not known", "not known; who asks?."),
        ({"roles_by": "nobody"}, "not known", "not known."),
        ({"roles_by": ""}, "–", ""),
    ],
)
def test_who_decided_who_is_who_stands_in_the_row_and_in_a_section(
    changes: dict[str, Any], cell: str, said: str
) -> None:
    tables = sample_tables()
    row = replace(tables.interviews[0], **changes)
    text = report(replace(tables, interviews=(row,)), (), {}, "", "v0001").decode()
    assert f"<td>{cell}</td>" in text
    assert said in text
    assert ("<h2>Who is who</h2>" in text) == bool(said)


def test_the_speakers_stand_in_order_with_their_roles_and_shares() -> None:
    tables = sample_tables()
    count = sum(row.word_count for row in tables.utterances)
    asked = sum(row.word_count for row in tables.utterances if row.speaker == "INT")
    text = report(tables, (), {}, "", "v0001").decode()
    shares = f"INT (interviewer) {asked / count:.0%}, P01 (participant) {1 - asked / count:.0%} of the words"
    assert f"<dt>P01</dt><dd>{shares}; decided" in text


def test_what_told_the_voices_apart_and_how_many_were_asked_for_is_told() -> None:
    tables = publish((sample_tables("P01"), sample_tables("P02"), sample_tables("P03")))
    first, second, third = tables.interviews
    rows = (
        replace(first, diariser="embedded, learnt voices"),
        replace(second, diariser="embedded, learnt voices"),
        replace(third, diariser="embedded, computed voices", voices_asked="1 to 8"),
    )
    text = report(replace(tables, interviews=rows), (), {}, "", "v0001").decode()
    told = "2 by embedded, learnt voices (2 voices asked for); 1 by embedded, computed voices (1 to 8 voices asked for)"
    assert f"<p>Voices told apart: {told}.</p>" in text


def test_a_text_of_one_author_has_nobody_to_tell_apart() -> None:
    tables = document_tables()
    alone = replace(tables, interviews=(replace(tables.interviews[0], speaker_count=1),))
    text = report(alone, (), {}, "", "v0001").decode()
    assert "<h2>Who is who</h2>" not in text
    assert "<td>text</td>" not in text
