"""Who is who in a ready-made transcript: what a person said, else what it says itself, else a question."""

from __future__ import annotations

from dataclasses import replace

from colloquy.domain.document import SourceText
from colloquy.domain.expected_speakers import ExpectedSpeakers
from colloquy.domain.speaker_decision import SpeakerDecision, voices_digest
from colloquy.domain.speaker_label import stated_role
from colloquy.domain.utterance import Attribution, Role, Voice
from colloquy.settings import AttributionSettings
from colloquy.stages.assign_people import assign_people
from colloquy.stages.join_paragraphs import join_paragraphs
from colloquy.stages.settle_speakers import OTHER_FILES, UNMATCHED, count_question, role_question

NO_LONGER_FITS = "its speakers are read otherwise than before, and what was decided no longer fits them."


def settle_document(
    machine: Attribution,
    source: SourceText,
    settings: AttributionSettings,
    expected: ExpectedSpeakers,
    decision: SpeakerDecision | None,
) -> Attribution:
    """`machine` is what `read_document` gives for `source`. A decision made on it takes the guess's place.

    Any other decision is never applied: the guess stands, and the question is open again.
    """
    if decision is None:
        return replace(machine, question=_question(machine.voices, settings, expected))
    if not decision.is_of(machine.source_sha256):
        return replace(machine, question=OTHER_FILES)
    if decision.voices_sha256 != voices_digest(machine.voices):
        return replace(machine, question=NO_LONGER_FITS)
    roles = assign_people(machine.roles, dict(decision.people), settings)
    by_name = {voice.name.casefold(): role for voice, role in zip(machine.voices, roles, strict=True)}
    utterances = join_paragraphs(source.paragraphs, by_name, settings, decision.interview_id)
    return replace(machine, utterances=utterances, roles=roles)


def _question(voices: tuple[Voice, ...], settings: AttributionSettings, expected: ExpectedSpeakers) -> str:
    """Of a text that names its speakers: of any other a person could not say either who speaks where."""
    named = tuple(voice for voice in voices if voice.name)
    if not named:
        return ""
    if any(not _is_stated(voice) for voice in named) and (odd := count_question(len(named), expected.count)):
        return odd
    roles = tuple(voice.guess for voice in named)
    sure = max((role.confidence for role in roles if role.role is Role.INTERVIEWER), default=0.0)
    if any(role.role is Role.UNKNOWN for role in roles) or 0 < sure < settings.lowest_role_confidence:
        return role_question(sure, settings)
    codes = {role.label for role in roles if role.role is Role.PARTICIPANT}
    return UNMATCHED if expected.participant_ids and codes != set(expected.participant_ids) else ""


def _is_stated(voice: Voice) -> bool:
    """The transcript itself says who this is, and not only what it is called."""
    is_labelled_so = voice.guess.role is Role.PARTICIPANT and voice.guess.confidence == 1.0
    return is_labelled_so or stated_role(voice.name) is not None
