"""One interview becomes rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from colloquy.domain.audio import Region
from colloquy.domain.figures import InterviewFigures
from colloquy.domain.interview import SourceKind
from colloquy.domain.language import LanguageShare
from colloquy.domain.redaction import RedactedInterview
from colloquy.domain.suspect_passage import SuspectPassage, Suspicion
from colloquy.domain.utterance import AttributedWord, Role, Utterance
from colloquy.stages.tabulate import tabulate
from tests.sample_study import VERBATIM, document_tables, figures, interview, redacted, sample_tables


def spoken(*spans: tuple[int, int]) -> RedactedInterview:
    words = tuple(AttributedWord("yes", start, end, 0.5, "P01") for start, end in spans)
    utterance = Utterance("P01-u0001", "P01", Role.PARTICIPANT, words, spans[0][0], spans[-1][1])
    return RedactedInterview((utterance,), (), ())


def test_words_are_numbered_through_the_interview() -> None:
    words = sample_tables().words
    assert [word.word_number for word in words] == list(range(1, len(words) + 1))
    assert words[41].word_id == "P01-w00042"


def test_words_that_hold_a_placeholder_are_marked_and_no_others() -> None:
    marked = [word.text for word in sample_tables().words if word.is_redacted]
    assert marked == ["[Person 1]", "[Place 1].", "[Person 2]", "[Place 1],"]


def test_the_interview_row_counts_what_the_tables_hold() -> None:
    tables = sample_tables()
    (row,) = tables.interviews
    assert (row.utterance_count, row.word_count, row.redaction_count) == (
        len(tables.utterances),
        len(tables.words),
        len(tables.redactions),
    )
    assert (row.speaker_count, row.mean_confidence, row.overlap_ratio) == (2, pytest.approx(0.9), 0.0)
    assert (row.kind, row.participant_ids, row.covered_ratio) == ("recording", ("P01",), 1.0)


def test_utterances_keep_their_text_and_count_their_replacements() -> None:
    utterances = sample_tables().utterances
    assert [row.redaction_count for row in utterances] == [0, 2, 0, 2]
    assert all(
        row.word_count == sum(w.utterance_id == row.utterance_id for w in sample_tables().words) for row in utterances
    )


def test_redactions_point_at_their_placeholder() -> None:
    tables = sample_tables()
    texts = {row.utterance_id: row.text for row in tables.utterances}
    assert all(texts[row.utterance_id][row.start : row.end] == row.placeholder for row in tables.redactions)


def test_a_document_has_no_times_and_no_figures_of_sound() -> None:
    (row,) = document_tables().interviews
    assert row.duration_ms is row.speech_ms is row.covered_ratio is row.overlap_ratio is row.mean_confidence is None
    assert row.is_truncated is row.clipped_ratio is row.bandwidth_hz is None
    assert row.word_count > 0


@pytest.mark.parametrize(
    ("spans", "speech", "ratio"),
    [
        ([(0, 1000)], [(0, 1000)], 1.0),
        ([(0, 1000)], [(0, 3000)], 0.5),  # 500 ms after the word still count
        ([(0, 100), (200, 300)], [(0, 1600)], 0.5),  # near stretches are not counted twice
        ([(1000, 2000)], [(0, 400), (5000, 5600)], 0.0),
        ([(1000, 2000)], [(0, 1000), (2000, 3000)], 0.5),
    ],
)
def test_covered_ratio_is_the_share_of_speech_near_a_word(
    spans: list[tuple[int, int]], speech: list[tuple[int, int]], ratio: float
) -> None:
    regions = tuple(Region(start, end) for start, end in speech)
    (row,) = tabulate(interview(), spoken(*spans), InterviewFigures("en", 6000, regions), VERBATIM).interviews
    assert row.covered_ratio == pytest.approx(ratio)


def test_without_speech_there_is_no_covered_ratio() -> None:
    (row,) = tabulate(interview(), spoken((0, 100)), InterviewFigures("en", 6000, ()), VERBATIM).interviews
    assert (row.covered_ratio, row.speech_ms) == (None, 0)


def test_overlap_is_a_share_of_words_and_marks_the_utterance() -> None:
    material = redacted()
    first = material.utterances[0]
    words = (replace(first.words[0], second_speaker="P01"), *first.words[1:])
    overlapping = replace(material, utterances=(replace(first, words=words), *material.utterances[1:]))
    tables = tabulate(interview(), overlapping, figures(material), VERBATIM)
    assert tables.interviews[0].overlap_ratio == pytest.approx(1 / len(tables.words))
    assert [row.has_overlap for row in tables.utterances] == [True, False, False, False]
    assert (tables.words[0].is_overlap, tables.words[0].second_speaker) == (True, "P01")
    assert {(word.is_overlap, word.second_speaker) for word in tables.words[1:]} == {(False, None)}


def test_a_diariser_that_looks_for_no_overlaps_gives_an_unknown_overlap_and_not_none_at_all() -> None:
    material = redacted()
    tables = tabulate(interview(), material, replace(figures(material), finds_overlaps=False), VERBATIM)
    assert tables.interviews[0].overlap_ratio is None
    assert {row.has_overlap for row in tables.utterances} == {None}
    assert {word.is_overlap for word in tables.words} == {None}


def test_who_said_who_is_who_and_how_many_voices_were_asked_for_come_through() -> None:
    material = redacted()
    known = replace(
        figures(material), roles_by="nobody", role_confidence=0.5, role_question="Who asks?", voices_asked="2 to 3"
    )
    (row,) = tabulate(interview(), material, known, VERBATIM).interviews
    assert (row.roles_by, row.role_confidence, row.role_question) == ("nobody", 0.5, "Who asks?")
    assert row.voices_asked == "2 to 3"


def test_the_figures_of_the_sound_come_through() -> None:
    material = redacted()
    heard = replace(
        figures(material),
        clipped_ratio=0.03,
        bandwidth_hz=3_400,
        is_truncated=True,
        sound_notes=("A.", "B."),
        device="cuda",
        precision="float16",
        fallbacks=("The GPU's memory was full: 4 windows at once instead of 8.",),
    )
    (row,) = tabulate(interview(), material, heard, VERBATIM).interviews
    assert (row.clipped_ratio, row.bandwidth_hz, row.is_truncated) == (0.03, 3_400, True)
    assert (row.device, row.precision, row.fallbacks) == ("cuda", "float16", heard.fallbacks)
    assert row.sound_notes == "A. B."


def test_without_a_recognised_participant_the_codes_of_the_file_stand() -> None:
    material = redacted()
    unknown = tuple(replace(u, role=Role.UNKNOWN) for u in material.utterances)
    of = replace(interview(kind=SourceKind.RECORDING), participant_ids=("P06", "P07"))
    (row,) = tabulate(of, replace(material, utterances=unknown), figures(material), VERBATIM).interviews
    assert row.participant_ids == ("P06", "P07")


def test_words_in_passages_to_listen_to_are_counted_where_they_stand() -> None:
    material = redacted()
    last = material.utterances[0].words[-1]
    assert last.start_ms is not None
    assert last.end_ms is not None
    passages = (SuspectPassage(last.start_ms, last.end_ms, (Suspicion.LOOP,)),)
    tables = tabulate(interview(), material, replace(figures(material), passages_to_check=passages), VERBATIM)
    assert [row.suspect_word_count for row in tables.utterances] == [1, 0, 0, 0]
    assert tables.interviews[0].suspect_passage_count == 1
    assert (tables.interviews[0].read_ratio, tables.interviews[0].speech_read_ratio) == (0.98, 1.0)


def test_languages_that_were_found_stand_with_the_share_of_the_first() -> None:
    material = redacted()
    shares = (LanguageShare("en", 0.88, 0.97), LanguageShare("cy", 0.12, 0.95))
    (row,) = tabulate(interview(), material, replace(figures(material), languages=shares), VERBATIM).interviews
    assert (row.language, row.language_ratio, row.other_languages) == ("en", 0.88, ("cy",))
    (row,) = tabulate(interview(), material, figures(material), VERBATIM).interviews
    assert (row.language, row.language_ratio, row.other_languages) == ("en", None, ())


def test_without_a_recording_nothing_is_said_of_passages_and_reading() -> None:
    tables = document_tables()
    row = tables.interviews[0]
    assert row.suspect_passage_count is row.read_ratio is row.speech_read_ratio is None
    assert {row.suspect_word_count for row in tables.utterances} == {None}
