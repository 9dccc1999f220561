"""Give voices the people that a person said they are."""

from __future__ import annotations

from collections.abc import Mapping

from colloquy.domain.speaker_decision import INTERVIEWER, OTHER, PARTICIPANT
from colloquy.domain.utterance import Role, RoleDecision, RolesBy
from colloquy.settings import AttributionSettings
from colloquy.stages.attribute_roles import free_label


def assign_people(
    guesses: tuple[RoleDecision, ...], people: Mapping[str, str], settings: AttributionSettings
) -> tuple[RoleDecision, ...]:
    """The machine's guesses, in their order, with what was said in their place; `people` names every voice."""
    return tuple(_role(guess.speaker, people, settings) for guess in guesses)


def _role(voice: str, people: Mapping[str, str], settings: AttributionSettings) -> RoleDecision:
    person = people[voice]
    if person == OTHER:
        label, role = free_label(voice, settings, tuple(people.values())), Role.UNKNOWN
    elif person.startswith(INTERVIEWER):
        label, role = person.replace(INTERVIEWER, settings.interviewer_label, 1), Role.INTERVIEWER
    elif person.startswith(PARTICIPANT):
        first = next(one for one in people if people[one] == person)  # two voices of one person have one label
        label, role = free_label(first, settings, tuple(people.values())), Role.PARTICIPANT
    else:
        label, role = person, Role.PARTICIPANT
    return RoleDecision(voice, label, role, 1.0, "a person said so", RolesBy.PERSON)
