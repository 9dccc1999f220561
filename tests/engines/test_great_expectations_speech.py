"""The check of suspect passages names where to listen, and follows its limit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from colloquy.domain.validation import Severity
from colloquy.engines import great_expectations as engine
from colloquy.settings import CheckSettings, configs_folder, read_toml
from colloquy.settings.expectations import CheckContext, Expectations, SuspectPassageLimits
from tests.sample_study import sample_tables

SETTINGS = CheckSettings(validator="great-expectations", expectations_file="expectations")
LIMITS = read_toml(Expectations, configs_folder() / "expectations.toml")


@pytest.mark.parametrize(("most_words", "failing"), [(0, ("P01-u0002",)), (2, ())])
def test_suspect_words_warn_by_their_utterance_beyond_the_limit(most_words: int, failing: tuple[str, ...]) -> None:
    tables = sample_tables()
    first, second, *rest = tables.utterances
    tables = replace(tables, utterances=(first, replace(second, suspect_word_count=2), *rest))
    limits = LIMITS.model_copy(update={"suspect_passages": SuspectPassageLimits(most_words=most_words)})
    results = engine.make(SETTINGS, CheckContext(limits, ())).validate(tables, "interview")
    (result,) = (result for result in results if result.check == "no-suspect-passages")
    assert (result.is_passed, result.failing_ids, result.severity) == (not failing, failing, Severity.WARNING)
