"""Give voices other roles and labels than they had, and their utterances with them."""

from __future__ import annotations

from dataclasses import replace

from colloquy.domain.utterance import AttributedWord, Attribution, RoleDecision
from colloquy.settings import AttributionSettings
from colloquy.stages.attribute_words import relabel
from colloquy.stages.form_utterances import form_utterances


def give_roles(
    before: Attribution, roles: tuple[RoleDecision, ...], settings: AttributionSettings, interview_id: str
) -> Attribution:
    """`roles` are of the same voices, in the same order. Voices that have one label now are one person."""
    if roles == before.roles:
        return before
    labels = {old.label: new.label for old, new in zip(before.roles, roles, strict=True)}
    words = tuple(_renamed(word, labels) for utterance in before.utterances for word in utterance.words)
    role_of = {role.label: role.role for role in roles}
    return replace(before, utterances=form_utterances(words, role_of, settings, interview_id), roles=roles)


def _renamed(word: AttributedWord, labels: dict[str, str]) -> AttributedWord:
    """Where two voices are one person, that person does not talk over itself."""
    renamed = relabel(word, labels)
    return replace(renamed, second_speaker=None) if renamed.second_speaker == renamed.speaker else renamed
