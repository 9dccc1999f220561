"""Who the interviewer is by the voice, where that is known from other interviews of the study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from colloquy.domain.utterance import Role, RoleDecision
from colloquy.domain.voice_print import KnownInterviewer, Vector, cosine
from colloquy.settings import AttributionSettings
from colloquy.stages.attribute_roles import free_label
from colloquy.stages.group_voices import SURELY_SAME

# By how much less every other voice of the recording must be like the known one; see docs/benchmarks.md.
CLEAR_BY = 0.08
# Of a role that is known by the voice alone; a study that asks for more leaves it to a person.
HEARD_CONFIDENCE = 0.9
CONTRADICTION = "by the voice, somebody who answers here is an interviewer in other interviews."


@dataclass(frozen=True, slots=True)
class Recognised:
    """`roles` as they are with the voices heard; a `question` where voice and behaviour contradict each other.

    `heard` are the known interviewers on whom that rests, none where it rests on behaviour alone.
    """

    roles: tuple[RoleDecision, ...]
    question: str = ""
    heard: tuple[KnownInterviewer, ...] = ()


def recognise_interviewer(
    roles: tuple[RoleDecision, ...],
    vectors: Mapping[str, Vector],
    known: tuple[KnownInterviewer, ...],
    settings: AttributionSettings,
    ids: tuple[str, ...],
) -> Recognised:
    """`roles` by behaviour; `vectors` by the voice's name, of all that speak long enough; `ids` of the participants.

    The voice decides only where one is surely a known interviewer's and all others clearly are not: roles that are not
    clear, and a second interviewer where there are as many voices more than participants. It overrules nothing.
    """
    found = _find(roles, vectors, known)
    if not found:
        return Recognised(roles)
    heard = tuple(found.values())
    asking = {role.speaker for role in roles if role.role is Role.INTERVIEWER}
    answering = {role.speaker for role in roles if role.role is Role.PARTICIPANT}
    if asking and asking <= set(found) and not answering & set(found):
        return Recognised(_settled(roles, found, settings, ids), heard=heard)
    is_plain = bool(ids) and len(roles) - len(found) == len(ids)
    if asking - set(found) or (answering & set(found) and not (asking and is_plain)):
        return Recognised(roles, CONTRADICTION, heard)
    if settings.lowest_role_confidence > HEARD_CONFIDENCE:
        return Recognised(roles)
    return Recognised(_settled(roles, found, settings, ids), heard=heard)


def interviewer_label(number: int, settings: AttributionSettings) -> str:
    """`INT`, `INT2`, …, as where a person names a further interviewer."""
    return settings.interviewer_label if number == 1 else f"{settings.interviewer_label}{number}"


def _find(
    roles: tuple[RoleDecision, ...], vectors: Mapping[str, Vector], known: tuple[KnownInterviewer, ...]
) -> dict[str, KnownInterviewer]:
    """The known interviewers among the voices; none where another voice is nearly as like one of them."""
    found: dict[str, KnownInterviewer] = {}
    if any(role.speaker not in vectors for role in roles):
        return {}
    for voice in (role.speaker for role in roles):
        best = max(known, key=lambda one: cosine(vectors[voice], one.vector), default=None)
        if best is None or cosine(vectors[voice], best.vector) < SURELY_SAME:
            continue
        rivals = [cosine(vectors[role.speaker], best.vector) for role in roles if role.speaker != voice]
        if max(rivals, default=-1.0) > cosine(vectors[voice], best.vector) - CLEAR_BY:
            return {}
        found[voice] = best
    return found if len({one.number for one in found.values()}) == len(found) else {}


def _settled(
    roles: tuple[RoleDecision, ...],
    found: Mapping[str, KnownInterviewer],
    settings: AttributionSettings,
    ids: tuple[str, ...],
) -> tuple[RoleDecision, ...]:
    is_counted_anew = any(role.role is Role.PARTICIPANT and role.speaker in found for role in roles)
    others = [role.speaker for role in roles if role.speaker not in found]
    codes = dict(zip(others, ids, strict=True)) if len(others) == len(ids) else {}

    def settle(role: RoleDecision) -> RoleDecision:
        if role.speaker in found:
            return _interviewer(role, found[role.speaker], settings)
        if role.role is Role.PARTICIPANT and not is_counted_anew:
            return role
        label = codes.get(role.speaker) or free_label(role.speaker, settings, ids)
        return RoleDecision(role.speaker, label, Role.PARTICIPANT, HEARD_CONFIDENCE, role.reason)

    return tuple(settle(role) for role in roles)


def _interviewer(role: RoleDecision, known: KnownInterviewer, settings: AttributionSettings) -> RoleDecision:
    label, count = interviewer_label(known.number, settings), len(known.members)
    reason = f"the interviewer's voice, as in {count} other interview{'' if count == 1 else 's'}"
    if role.role is Role.INTERVIEWER:
        return replace(role, label=label, reason=f"{role.reason}; {reason}")
    return RoleDecision(role.speaker, label, Role.INTERVIEWER, HEARD_CONFIDENCE, reason)
