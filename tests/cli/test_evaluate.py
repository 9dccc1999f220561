"""What `colloquy evaluate` shows and gives to programs; the demo's own figures are in tests/end_to_end/test_demo.py."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from colloquy.cli import evaluate
from colloquy.inspect.diarisation_error import DiarisationError, DiarisationScore
from colloquy.inspect.jaccard_error import JaccardError
from colloquy.inspect.redaction_recall import CategoryCount, RedactionRecall
from colloquy.inspect.scores import MEASURES, Scores
from colloquy.inspect.speaker_error import WordSpeakerError
from colloquy.inspect.word_error import WordErrors

TIME = DiarisationError(10_000, 100, 200, 300)
ONE = Scores(
    WordErrors(1, 2, 3, 100),
    WordErrors(2, 3, 3, 100),
    DiarisationScore(TIME, TIME, DiarisationError.zero()),
    JaccardError(2, 0.3),
    WordSpeakerError(100, 90, 9),
    RedactionRecall((CategoryCount("person", 4, 1),), 10, 2),
)
TEXT = Scores.of_text(RedactionRecall((CategoryCount("person", 4, 0),), 4, 0))


def test_each_interview_has_a_line_that_fits_a_narrow_screen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    evaluate._show_interviews({"P06-P07": ONE, "P08": TEXT, "all": replace(ONE, redaction=TEXT.redaction)})
    shown = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "P06-P07 6.0 % 8.0 % 6.0 % 15.0 % 10.0 % 3 of 4 2 of 10" in lines
    assert "P08 – – – – – 4 of 4 0 of 4" in lines
    assert "…" not in shown


def test_all_are_told_with_an_interval_what_it_rests_on_and_what_each_figure_means(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    better = replace(ONE, words=WordErrors(0, 0, 2, 100))
    evaluate._show_all((ONE, better, better, TEXT), ONE + better + better + TEXT)
    shown = capsys.readouterr().out
    for measure in MEASURES:
        (line,) = [line for line in shown.splitlines() if measure.meaning in line]
        assert line.lstrip().startswith(measure.title)
    assert "3.3 % 2.0 to 6.0 % 3" in " ".join(shown.split())
    overlap = next(line for line in shown.splitlines() if "overlap" in line)
    assert overlap.split()[2:4] == ["–", "–"]


def test_programs_get_rates_and_intervals_and_nothing_where_nothing_was_measured() -> None:
    better = replace(ONE, words=WordErrors(0, 0, 2, 100))
    told = json.loads(json.dumps(evaluate.plain(TEXT) | evaluate.plain_intervals((ONE, better, better))))
    assert told["redaction_recall"] == 1
    assert told["word_error_rate"] is None
    assert told["word_error_rate_interval"] == {"low": 0.02, "high": 0.06, "level": 0.95, "interview_count": 3}
    assert told["jaccard_error_rate_interval"] is None
    assert {f"{measure.key}{more}" for measure in MEASURES for more in ("", "_interval")} < set(told)
