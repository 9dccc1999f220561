"""Take what a person said of voices over to the voices of another diarisation, or find that it no longer fits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from colloquy.domain.diarisation import Turn
from colloquy.domain.speaker_decision import OTHER, SpeakerDecision

# Set by hand: from one diarisation to the next edges move a little, while two voices that were mixed share turns.
_SAME_VOICE_SHARE = 0.8


def carry_decision(
    decision: SpeakerDecision, turns: tuple[Turn, ...], voices: tuple[str, ...]
) -> dict[str, str] | None:
    """Who each of `voices` is, by who speaks when; their names alone prove nothing.

    None where it does not fit: one of `voices` speaks less than 0.8 of its time where one and the same person spoke, a
    person's time went to other voices, or is two voices now that were one: they may be two people.
    """
    named = dict(decision.people)
    if turns == decision.turns:
        return {voice: named[voice] for voice in voices} if set(voices) <= set(named) else None
    if not named:
        return None
    # Two voices that are `other` are two people; a participant's code may look like a voice.
    persons = {voice: (person, voice if person == OTHER else "") for voice, person in named.items()}
    shared: Counter[tuple[str, tuple[str, str]]] = Counter()
    for new, old, length_ms in _shared(turns, decision.turns):
        if old in persons:
            shared[new, persons[old]] += length_ms
    found: dict[str, tuple[str, str]] = {}
    for voice in voices:
        person = max(set(persons.values()), key=lambda person: (shared[voice, person], person))
        if shared[voice, person] < max(_SAME_VOICE_SHARE * _length_ms(turns, {voice}), 1):
            return None
        found[voice] = person
    for person in set(persons.values()):
        own = {voice for voice in persons if persons[voice] == person}
        kept_ms = sum(shared[voice, person] for voice in found if found[voice] == person)
        is_split = sum(found[voice] == person for voice in found) > len(own)
        if is_split or kept_ms < _SAME_VOICE_SHARE * _length_ms(decision.turns, own):
            return None
    return {voice: person for voice, (person, _) in found.items()}


def _length_ms(turns: tuple[Turn, ...], voices: set[str]) -> int:
    return sum(turn.end_ms - turn.start_ms for turn in turns if turn.speaker in voices)


def _shared(turns: tuple[Turn, ...], others: tuple[Turn, ...]) -> Iterator[tuple[str, str, int]]:
    """Voice, other voice, and for how long both have the floor; each in order and exclusive."""
    at = other_at = 0
    while at < len(turns) and other_at < len(others):
        turn, other = turns[at], others[other_at]
        shared_ms = min(turn.end_ms, other.end_ms) - max(turn.start_ms, other.start_ms)
        if shared_ms > 0:
            yield turn.speaker, other.speaker, shared_ms
        if turn.end_ms <= other.end_ms:
            at += 1
        else:
            other_at += 1
