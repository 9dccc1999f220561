"""The voices of an interview as `colloquy speakers` shows them, on the terminal and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colloquy.cli.screen import print_result

if TYPE_CHECKING:
    from colloquy.domain.interview import Interview
    from colloquy.domain.speaker_decision import SpeakerDecision
    from colloquy.domain.utterance import Attribution, Voice
    from colloquy.store.folders import StudyFolder

ADVICE = (
    "Two voices of one person get the same name; a second interviewer is interviewer2; whoever is neither is other.\n"
)
ADVICE_SOUND = (
    "Does one voice hold two people? No name mends that: say how many speak in it, in the column speakers of files.csv "
    "(as 3, or 2 to 4), and run again; or leave the interview out: colloquy set-aside."
)
ADVICE_TEXT = (
    "Does one voice hold two people? No name mends that: leave this one out (colloquy set-aside), and drop the "
    "transcript again with its speakers corrected."
)


def show_voices(
    folder: StudyFolder, interview: Interview, found: Attribution, decision: SpeakerDecision | None
) -> None:
    """With the machine's guess, quotes, and what a person decided."""
    from colloquy.domain.interview import SourceKind

    name = interview.interview_id
    count = sum(voice.word_count for voice in found.voices)
    print_result(f"{name}: {len(found.voices)} voice{'' if len(found.voices) == 1 else 's'}")
    for voice in found.voices:
        _print_voice(voice, count)
    if found.question:
        print_result(f"\nTo be decided: {found.question}")
    if decision is not None:
        undo = f"To take it back: colloquy speakers {folder.study_id} {name} --forget"
        print_result(f"\n{_decided(found, decision)} {undo}")
    command = f"colloquy speakers {folder.study_id} {name} {_example(found.voices, interview.participant_ids)}"
    print_result(f"\nName each voice, for example: {command}")
    print_result(ADVICE + (ADVICE_SOUND if interview.kind is SourceKind.RECORDING else ADVICE_TEXT))


def _decided(found: Attribution, decision: SpeakerDecision) -> str:
    """By the voices as they are shown: after another diarisation they may be called otherwise than they were then."""
    from colloquy.domain.speaker_decision import turns_digest, voices_digest

    is_theirs = decision.is_of(found.source_sha256) and (
        decision.voices_sha256 == voices_digest(found.voices)
        if decision.voices_sha256
        else turns_digest(decision.turns) == found.turns_sha256
    )
    if is_theirs:
        return f"A person decided: {' '.join(f'{voice}={person}' for voice, person in decision.people)}."
    if found.is_decided:
        return f"A person decided, of voices called otherwise; now {_shown_roles(found)}."
    return "What a person decided before no longer fits, and is not applied."


def _shown_roles(found: Attribution) -> str:
    return ", ".join(f"{role.speaker} is {role.label}" for role in found.roles)


def _example(voices: tuple[Voice, ...], codes: tuple[str, ...]) -> str:
    """By the machine's guess where it has one; a voice alone is rather the participant's."""
    from colloquy.domain.speaker_decision import INTERVIEWER, OTHER, PARTICIPANT
    from colloquy.domain.utterance import Role

    # Text above the first speaker of a transcript is nobody's.
    named = [voice for voice in voices if voice.name] or list(voices)
    asking = next((voice for voice in named if voice.guess.role is Role.INTERVIEWER), None)
    if asking is None and len(named) > 1:
        asking = named[0]
    left = iter(codes or (PARTICIPANT,))
    people = {id(one): INTERVIEWER if one is asking else next(left, OTHER) for one in named}
    return " ".join(f"{voice.guess.speaker}={people.get(id(voice), OTHER)}" for voice in voices)


def _print_voice(voice: Voice, count: int) -> None:
    from colloquy.domain.verbatim import clock

    guess = voice.guess
    who = "not clear who" if guess.role.value == "unknown" else f"{guess.role.value} ({guess.label})"
    called = f', in the transcript "{voice.name}"' if voice.name else ""
    print_result(f"\n{guess.speaker}{called}: {voice.word_count / max(count, 1):.0%} of the words")
    print_result(f"  The machine's guess: {who}, sure to {guess.confidence:.0%}; {guess.reason}")
    for quote in voice.quotes:
        print_result(f"  {clock(quote.start_ms)}  {quote.text}" if quote.start_ms is not None else f"  {quote.text}")
