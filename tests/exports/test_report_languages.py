from __future__ import annotations

from dataclasses import replace

from colloquy.exports.report_languages import languages_section
from tests.sample_study import sample_tables

(ROW,) = sample_tables().interviews


def test_languages_that_were_found_stand_in_the_report_with_their_share() -> None:
    found = replace(ROW, language_ratio=0.876, other_languages=("cy",))
    alone = replace(ROW, interview_id="P02", language_ratio=1.0)
    section = languages_section((found, alone))
    assert "<dt>P01</dt><dd>English (en): 88% of the speech; the rest Welsh (cy)</dd>" in section
    assert "<dt>P02</dt><dd>English (en): 100% of the speech</dd>" in section


def test_where_the_study_set_the_language_there_is_no_section() -> None:
    assert languages_section((ROW,)) == ""
