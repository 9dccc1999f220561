"""Who is who: what a person said, else what the machine is sure of, else a question."""

from __future__ import annotations

from dataclasses import replace

from colloquy.domain.diarisation import Diarisation, SpeakerCount
from colloquy.domain.expected_speakers import ExpectedSpeakers
from colloquy.domain.speaker_decision import SpeakerDecision, turns_digest
from colloquy.domain.utterance import Attribution, Role, RoleDecision, Voice
from colloquy.settings import AttributionSettings
from colloquy.stages.assign_people import assign_people
from colloquy.stages.carry_decision import carry_decision
from colloquy.stages.choose_quotes import choose_quotes
from colloquy.stages.give_roles import give_roles

NO_LONGER_FITS = "the voices were told apart anew, and what was decided no longer fits them."
UNMATCHED = "the voices could not be matched with the participants."
OTHER_FILES = "it was decided for another file, or other files, than the interview has now."


def settle_speakers(
    machine: Attribution,
    diarisation: Diarisation,
    settings: AttributionSettings,
    expected: ExpectedSpeakers,
    decision: SpeakerDecision | None,
) -> Attribution:
    """`machine` is what `attribute` gives for `diarisation`, with a question where there is one already.

    A decision that fits its voices takes the guess's place. One that does not fit, or was made on other files, is never
    applied: the guess stands, and the question is open again.
    """
    shown = replace(machine, voices=_voices(machine), turns_sha256=turns_digest(diarisation.turns))
    if decision is None:
        asked = machine.question or _question(machine.roles, diarisation.heard_count, settings, expected)
        return replace(shown, question=asked)
    if not decision.is_of(machine.source_sha256):
        return replace(shown, question=OTHER_FILES)
    people = carry_decision(decision, diarisation.turns, tuple(role.speaker for role in machine.roles))
    if people is None:
        return replace(shown, question=NO_LONGER_FITS)
    return _decided(replace(shown, question=""), people, settings, decision.interview_id)


def _voices(machine: Attribution) -> tuple[Voice, ...]:
    counts = dict.fromkeys((role.label for role in machine.roles), 0)
    for utterance in machine.utterances:
        counts[utterance.speaker] += len(utterance.words)
    return tuple(
        Voice(role, counts[role.label], choose_quotes(machine.utterances, role.label)) for role in machine.roles
    )


def _question(
    roles: tuple[RoleDecision, ...], heard_count: int | None, settings: AttributionSettings, expected: ExpectedSpeakers
) -> str:
    """Empty without voices: that nobody says a word is for the checks to tell."""
    if not roles:
        return ""
    if odd := count_question(len(roles), expected.count):
        return odd
    few, many = expected.count.minimum, expected.count.maximum
    if heard_count is not None and not few <= heard_count <= many:  # an engine that is told a number gives as many
        heard = "1 voice" if heard_count == 1 else f"{heard_count} voices"
        if heard_count < few:
            return f"it sounds like {heard}, and {few} were expected; one person may have been taken for two."
        wanted = f"{'' if few == many else 'at most '}{many} {'was' if many == 1 else 'were'}"
        return f"it sounds like {heard}, and {wanted} expected; two people may have been taken for one."
    if any(role.role is Role.UNKNOWN for role in roles):
        return role_question(max(role.confidence for role in roles), settings)
    codes = {role.label for role in roles if role.role is Role.PARTICIPANT}
    if expected.participant_ids and codes != set(expected.participant_ids):
        return UNMATCHED
    if len(codes) > 1:
        return "several participants speak, and which is which cannot be heard; codes were given by who speaks first."
    return ""


def count_question(found_count: int, expected: SpeakerCount) -> str:
    """Empty where as many voices were found as expected."""
    few, many = expected.minimum, expected.maximum
    if few <= found_count <= many:
        return ""
    found = "1 voice was found" if found_count == 1 else f"{found_count} voices were found"
    wanted = f"{few}" if few == many else f"at least {few}" if found_count < few else f"at most {many}"
    return f"{found}, {wanted} {'was' if wanted == '1' else 'were'} expected."


def role_question(sure: float, settings: AttributionSettings) -> str:
    """`sure`: how certain the likeliest interviewer is."""
    needed = settings.lowest_role_confidence
    figures = f" (sure to {sure:.0%}, needed {needed:.0%})" if 0 < sure < needed else ""
    return f"it is not clear who asks and who answers{figures}."


def _decided(
    shown: Attribution, people: dict[str, str], settings: AttributionSettings, interview_id: str
) -> Attribution:
    return give_roles(shown, assign_people(shown.roles, people, settings), settings, interview_id)
