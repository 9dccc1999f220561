from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from colloquy.domain.document import Paragraph, SourceText
from colloquy.domain.utterance import Role, RolesBy
from colloquy.settings import AttributionSettings, load_settings
from colloquy.stages.read_document import read_document

CASES = json.loads((Path(__file__).parents[1] / "golden" / "read_document" / "labels.json").read_text("utf-8"))
SETTINGS = load_settings().attribution


def settings(**changes: Any) -> AttributionSettings:
    return SETTINGS.model_copy(update=changes)


def cues(*rows: tuple[str | None, int, int, str]) -> SourceText:
    return SourceText(tuple(Paragraph(text, speaker, start, end) for speaker, start, end, text in rows))


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_labels_and_roles(case: dict[str, Any]) -> None:
    source = SourceText(tuple(Paragraph(text, speaker) for speaker, text in case["paragraphs"]))
    attribution = read_document(source, SETTINGS, "P01", tuple(case["participant_ids"]))
    assert [utterance.speaker for utterance in attribution.utterances] == case["labels"]
    assert [utterance.role.value for utterance in attribution.utterances] == case["roles"]


@pytest.mark.parametrize(
    ("rows", "codes", "roles_by", "confidence"),
    [
        ([("INT", "Why?"), ("P07", "So.")], ("P07",), RolesBy.SOURCE, None),
        ([("Interviewer", "Why?"), ("P12", "So.")], (), RolesBy.SOURCE, None),
        ([(None, "It was good.")], ("P08",), RolesBy.SOURCE, None),
        ([(None, "Title"), ("INT", "Why?"), ("P03", "So.")], ("P03",), RolesBy.SOURCE, None),
        ([("Mary", "Why?"), ("Owen", "So.")], ("P09",), RolesBy.MACHINE, 0.8),
        ([("Mary", "Why?"), ("Owen", "So? No.")], ("P09",), RolesBy.NOBODY, None),
        ([("INT", "Why?"), ("Owen", "So.")], ("P09",), RolesBy.MACHINE, 0.8),
        ([("Mary", "So."), ("Owen", "So.")], ("P09",), RolesBy.NOBODY, None),
    ],
)
def test_it_is_known_whether_the_text_itself_or_the_machine_says_who_is_who(
    rows: list[tuple[str | None, str]], codes: tuple[str, ...], roles_by: RolesBy, confidence: float | None
) -> None:
    source = SourceText(tuple(Paragraph(text, speaker) for speaker, text in rows))
    found = read_document(source, SETTINGS, "P09", codes)
    assert (found.roles_by, found.role_confidence) == (roles_by, confidence)


def test_no_speaker_name_survives_anywhere_in_the_result() -> None:
    source = cues(("Mary Stone", 0, 900, "Why?"), ("Owen Pike", 1000, 2000, "Because."), ("Bea Fox", 2000, 3000, "No."))
    attribution = read_document(source, SETTINGS, "P09", ())
    shown = repr(attribution) + "".join(
        utterance.speaker + utterance.text + "".join(word.speaker for word in utterance.words)
        for utterance in attribution.utterances
    )
    assert not any(name in shown for name in ("Mary", "Stone", "Owen", "Pike", "Bea", "Fox"))


def test_names_stay_out_of_the_representation_of_a_source() -> None:
    assert "Mary" not in repr(cues(("Mary Stone", 0, 900, "Mary here.")))


def test_cues_of_one_speaker_join_and_keep_the_outer_times() -> None:
    source = cues(("Mary Stone", 100, 900, "One"), ("mary stone", 1000, 2000, "two."), ("Owen Pike", 2100, 3000, "Hm?"))
    first, second = read_document(source, SETTINGS, "P09", ()).utterances
    assert (first.utterance_id, first.text, first.start_ms, first.end_ms) == ("P09-u0001", "One two.", 100, 2000)
    assert (second.utterance_id, second.start_ms, second.end_ms) == ("P09-u0002", 2100, 3000)


def test_words_of_a_cue_have_no_invented_times() -> None:
    (utterance,) = read_document(cues(("Mary Stone", 0, 900, "One two")), SETTINGS, "P09", ()).utterances
    assert [(w.text, w.start_ms, w.end_ms, w.confidence) for w in utterance.words] == [
        ("One", None, None, None),
        ("two", None, None, None),
    ]


@pytest.mark.parametrize(("longest_pause_ms", "count"), [(499, 2), (500, 1)])
def test_a_pause_longer_than_the_setting_begins_a_new_utterance(longest_pause_ms: int, count: int) -> None:
    source = cues(("Mary Stone", 0, 1000, "One"), ("Mary Stone", 1500, 2000, "two."))
    attribution = read_document(source, settings(longest_pause_ms=longest_pause_ms), "P09", ())
    assert len(attribution.utterances) == count


@pytest.mark.parametrize(("longest_utterance_ms", "count"), [(1999, 2), (2000, 1)])
def test_joined_cues_stay_within_the_longest_utterance(longest_utterance_ms: int, count: int) -> None:
    source = cues(("Mary Stone", 0, 1000, "One"), ("Mary Stone", 1000, 2000, "two."))
    attribution = read_document(source, settings(longest_utterance_ms=longest_utterance_ms), "P09", ())
    assert len(attribution.utterances) == count


def test_the_interviewers_label_is_the_studys() -> None:
    source = cues(("Mary Stone", 0, 900, "Why?"), ("Owen Pike", 1000, 2000, "Because."))
    attribution = read_document(source, settings(interviewer_label="RES"), "P09", ("P09",))
    assert [utterance.speaker for utterance in attribution.utterances] == ["RES", "P09"]


def test_captions_without_speakers_join_under_an_unknown_role() -> None:
    (utterance,) = read_document(cues((None, 0, 900, "One"), (None, 900, 2000, "two.")), SETTINGS, "R01", ()).utterances
    assert (utterance.speaker, utterance.role, utterance.text) == ("S1", Role.UNKNOWN, "One two.")


def test_paragraphs_of_one_author_stay_apart() -> None:
    source = SourceText((Paragraph("First."), Paragraph("Second.")))
    assert [u.text for u in read_document(source, SETTINGS, "P08", ("P08",)).utterances] == ["First.", "Second."]


def test_a_label_for_an_unknown_voice_never_equals_a_participants_code() -> None:
    source = SourceText((Paragraph("Hm.", "Ann Lee"), Paragraph("Yes.", "Bo Hart")))
    assert [u.speaker for u in read_document(source, SETTINGS, "S1", ("S1", "S9")).utterances] == ["V1", "S2"]


def test_a_decision_says_how_sure_it_is_and_why() -> None:
    source = cues(
        ("Mary Stone", 0, 9, "Why? How? Who?"), ("Owen Pike", 10, 20, "Pardon?"), ("Mary Stone", 20, 30, "Why?")
    )
    interviewer, participant = read_document(source, SETTINGS, "P09", ("P09",)).roles
    assert (interviewer.confidence, interviewer.reason) == (0.8, "asks 4 of 5 questions")
    assert (participant.speaker, participant.label, participant.confidence) == ("S2", "P09", 0.8)
