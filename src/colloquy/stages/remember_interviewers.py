"""Which of an interview's voices teach the study what its interviewers sound like, and which label each of them has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from colloquy.domain.speaker_decision import SpeakerDecision
from colloquy.domain.utterance import Attribution, Role, RoleDecision
from colloquy.domain.voice_print import InterviewerVoice, KnownInterviewer, Vector, VoiceNote, cosine, mean_vector
from colloquy.settings import AttributionSettings
from colloquy.stages.give_roles import give_roles
from colloquy.stages.group_voices import SURELY_SAME, group_voices
from colloquy.stages.recognise_interviewer import interviewer_label

# A guess by behaviour alone must be as sure as this for its voice to teach; see docs/benchmarks.md.
TEACHING_CONFIDENCE = 0.97

Taught = Mapping[str, tuple[InterviewerVoice, ...]]


def teaching_voices(
    settled: Attribution,
    guesses: tuple[RoleDecision, ...],
    vectors: Mapping[str, Vector],
    decision: SpeakerDecision | None,
    settings: AttributionSettings,
) -> dict[str, InterviewerVoice]:
    """By their labels in `settled`. `guesses` are by behaviour alone: what voices were known by teaches nothing new.

    None where a person is asked who is who, and none of a person who says too little for a vector.
    """
    if settled.question:
        return {}
    is_decided = decision is not None
    sure = {
        guess.speaker
        for guess in guesses
        if is_decided or (guess.role is Role.INTERVIEWER and guess.confidence >= TEACHING_CONFIDENCE)
    }
    own: dict[str, list[Vector]] = {}
    for role in settled.roles:
        if role.role is Role.INTERVIEWER and role.speaker in sure and role.speaker in vectors:
            own.setdefault(role.label, []).append(vectors[role.speaker])
    numbers = {interviewer_label(number, settings): number for number in range(1, 10)}
    # Who says no more than "interviewer" says nothing of which of them it is.
    said = {role.label for role in settled.roles if role.role is Role.INTERVIEWER}
    is_numbered = is_decided and said != {settings.interviewer_label}
    return {
        label: InterviewerVoice(mean_vector(found), numbers.get(label, 0) * is_numbered, is_decided, is_numbered)
        for label, found in own.items()
    }


def numbered_as_before(own: Mapping[str, InterviewerVoice], before: VoiceNote | None) -> dict[str, InterviewerVoice]:
    """`own` with the numbers that its voices had when this interview was looked at last."""

    def number(voice: InterviewerVoice) -> int:
        known = before.interviewers if before is not None and not voice.is_numbered else ()
        return next((o.number for o in known if cosine(o.vector, voice.vector) >= SURELY_SAME), voice.number)

    return {label: replace(voice, number=number(voice)) for label, voice in own.items()}


def hold_labels(
    settled: Attribution,
    own: Mapping[str, InterviewerVoice],
    others: Taught,
    settings: AttributionSettings,
    interview_id: str,
) -> tuple[Attribution, tuple[InterviewerVoice, ...]]:
    """One interviewer has one label throughout the study, unless a person gave another in this interview.

    `own` are the interviewers by their labels in `settled`. Gives them with their numbers, in the same order.
    """
    groups = group_voices({**others, interview_id: tuple(own.values())})
    labels: dict[str, str] = {}
    numbered: list[InterviewerVoice] = []
    taken = {role.label for role in settled.roles} - set(own)
    for place, (label, voice) in enumerate(own.items()):
        number = voice.number if voice.is_numbered else number_of(groups, interview_id, place)
        wanted = interviewer_label(number, settings)
        labels[label] = label if wanted in taken else wanted  # two people of one interview never have one label
        numbered.append(replace(voice, number=number))
    roles = tuple(_labelled(role, labels) for role in settled.roles)
    held = give_roles(settled, roles, settings, interview_id)
    if not any(voice.is_decided for voice in own.values()):
        held = replace(held, voices=tuple(replace(v, guess=_labelled(v.guess, labels)) for v in held.voices))
    return held, tuple(numbered)


def number_of(groups: tuple[KnownInterviewer, ...], interview_id: str, place: int) -> int:
    return next(group.number for group in groups if (interview_id, place) in group.members)


def _labelled(role: RoleDecision, labels: Mapping[str, str]) -> RoleDecision:
    if role.role is not Role.INTERVIEWER:
        return role
    return replace(role, label=labels.get(role.label, role.label))
