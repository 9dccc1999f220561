"""`colloquy speakers`: who is who in a recording, where the machine is not sure, or wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from colloquy.cli.screen import print_result, show_note
from colloquy.cli.studies import find_study
from colloquy.errors import StudyError

if TYPE_CHECKING:
    from colloquy.domain.interview import Interview
    from colloquy.domain.utterance import Attribution, Voice
    from colloquy.store.folders import StudyFolder

ADVICE = (
    "Two voices of one person get the same name; a second interviewer is interviewer2; whoever is neither is other.\n"
    "Does one voice hold two people? No name mends that: set the number of voices in the study's settings (section "
    "diarisation) and run again, or leave the interview out: colloquy set-aside."
)


def speakers(
    study: Annotated[str, typer.Argument(help="Its id.")],
    interview: Annotated[
        str | None, typer.Argument(help="As `colloquy status` shows it: P07; without it, those that wait.")
    ] = None,
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Each voice once: S1=interviewer S2=P07. A third: S3=interviewer2, S3=other."),
    ] = None,
    is_forgotten: Annotated[bool, typer.Option("--forget", help="Take back what was decided.")] = False,
) -> None:
    """Say who is who: show the voices of a recording with quotes to know them by, and take a person's decision."""
    folder = find_study(study)
    if interview is None:
        if is_forgotten:
            raise StudyError("Which interview? For example: colloquy speakers STUDY P07 --forget")
        _list(folder)
        return
    found = _interview(folder, interview.upper())
    if is_forgotten:
        if names:
            raise StudyError("Either name the speakers or take the names back with --forget, not both.")
        _forget(folder, found)
    elif names:
        _decide(folder, found, names)
    else:
        _show(folder, found)


def _list(folder: StudyFolder) -> None:
    from colloquy.domain.interview import State
    from colloquy.store.ledger import read_states

    waiting = [state for state in read_states(folder) if state.state is State.WAITS]
    for state in waiting:
        print_result(f"{state.interview_id}: {state.reason}")
    if not waiting:
        print_result(f"{folder.study_id}: no interview waits for a person.")


def _interview(folder: StudyFolder, interview_id: str) -> Interview:
    from colloquy.domain.interview import SourceKind, interview_order
    from colloquy.store.interviews import read_interviews

    interviews = {one.interview_id: one for one in read_interviews(folder)}
    if interview_id not in interviews:
        known = ", ".join(sorted(interviews, key=interview_order)) or "none"
        raise StudyError(f"{folder.study_id}: there is no interview {interview_id}; known: {known}.")
    found = interviews[interview_id]
    if found.kind is not SourceKind.RECORDING:
        raise StudyError(f"{interview_id}: it is a text and has no voices to name.")
    if found.is_set_aside:
        raise StudyError(f"{interview_id}: it is set aside. To take it up again: colloquy set-aside --undo.")
    return found


def _voices(folder: StudyFolder, interview: Interview) -> Attribution:
    """Raises StudyError before the voices are told apart, and where that was done anew since."""
    from colloquy.domain.diarisation import Diarisation
    from colloquy.domain.speaker_decision import turns_digest
    from colloquy.domain.utterance import Attribution
    from colloquy.store.results import load_result, result_path

    name = interview.interview_id
    if not result_path(folder, "attribute", name).is_file():
        raise StudyError(f"{name}: its voices are not told apart yet. First: colloquy run {folder.study_id}")
    found = load_result(folder, "attribute", name, Attribution)
    if turns_digest(load_result(folder, "diarise", name, Diarisation).turns) != found.turns_sha256:
        raise StudyError(f"{name}: its voices were told apart anew since. First: colloquy run {folder.study_id}")
    if not found.voices:
        raise StudyError(f"{name}: nobody says a word in it, so there is nobody to name.")
    return found


def _show(folder: StudyFolder, interview: Interview) -> None:
    from colloquy.store.speaker_decisions import read_decision

    name, found = interview.interview_id, _voices(folder, interview)
    decision = read_decision(folder, name)
    count = sum(voice.word_count for voice in found.voices)
    print_result(f"{name}: {len(found.voices)} voice{'' if len(found.voices) == 1 else 's'}")
    for voice in found.voices:
        _print_voice(voice, count)
    if found.question:
        print_result(f"\nTo be decided: {found.question}")
    if decision is not None:
        said = " ".join(f"{voice}={person}" for voice, person in decision.people)
        print_result(
            f"\nA person decided: {said}. To take it back: colloquy speakers {folder.study_id} {name} --forget"
        )
    command = f"colloquy speakers {folder.study_id} {name} {_example(found.voices, interview.participant_ids)}"
    print_result(f"\nName each voice, for example: {command}")
    print_result(ADVICE)


def _example(voices: tuple[Voice, ...], codes: tuple[str, ...]) -> str:
    """By the machine's guess where it has one; a voice alone is rather the participant's."""
    from colloquy.domain.speaker_decision import INTERVIEWER, OTHER, PARTICIPANT
    from colloquy.domain.utterance import Role

    asking = next((voice for voice in voices if voice.guess.role is Role.INTERVIEWER), None)
    if asking is None and len(voices) > 1:
        asking = voices[0]
    left = iter(codes or (PARTICIPANT,))
    return " ".join(
        f"{voice.guess.speaker}={INTERVIEWER if voice is asking else next(left, OTHER)}" for voice in voices
    )


def _print_voice(voice: Voice, count: int) -> None:
    from colloquy.domain.verbatim import clock

    guess = voice.guess
    who = "not clear who" if guess.role.value == "unknown" else f"{guess.role.value} ({guess.label})"
    print_result(f"\n{guess.speaker}: {voice.word_count / max(count, 1):.0%} of the words")
    print_result(f"  The machine's guess: {who}, sure to {guess.confidence:.0%}; {guess.reason}")
    for quote in voice.quotes:
        print_result(f"  {clock(quote.start_ms)}  {quote.text}")


def _decide(folder: StudyFolder, interview: Interview, names: list[str]) -> None:
    from colloquy.domain.diarisation import Diarisation
    from colloquy.domain.speaker_decision import SpeakerDecision
    from colloquy.settings import load_settings
    from colloquy.stages.name_speakers import name_speakers
    from colloquy.store.lock import study_lock
    from colloquy.store.replaceable import was_published
    from colloquy.store.results import load_result
    from colloquy.store.speaker_decisions import save_decision

    name, codes = interview.interview_id, _codes(folder, interview)
    with study_lock(folder):
        found = _voices(folder, interview)
        label = load_settings(folder.study_id).attribution.interviewer_label
        people = name_speakers(names, [voice.guess.speaker for voice in found.voices], codes, label)
        turns = load_result(folder, "diarise", name, Diarisation).turns
        is_published = was_published(folder, name)
        save_decision(folder, SpeakerDecision(name, people, turns))
    print_result(f"{name}: {', '.join(f'{voice} is {person}' for voice, person in people)}.")
    others = sorted({person for _, person in people} & set(codes) - set(interview.participant_ids))
    if others and interview.participant_ids:
        show_note(f"{', '.join(others)}: not in the name of this interview's file; taken as you said.")
    print_result(f"The next run applies it: colloquy run {folder.study_id}")
    if is_published:
        print_result("Versions of the dataset that were published before stay as they are: code with the next one.")


def _codes(folder: StudyFolder, interview: Interview) -> tuple[str, ...]:
    """The interview's own participants first, then all that the study lists."""
    from colloquy.domain.utterance import Role
    from colloquy.store.roster import read_participants

    listed = (one.participant_id.upper() for one in read_participants(folder) if one.role != Role.INTERVIEWER.value)
    return tuple(dict.fromkeys((*interview.participant_ids, *listed)))


def _forget(folder: StudyFolder, interview: Interview) -> None:
    from colloquy.store.lock import study_lock
    from colloquy.store.speaker_decisions import forget_decision

    with study_lock(folder):
        forget_decision(folder, interview.interview_id)
    print_result(
        f"{interview.interview_id}: what was decided is forgotten. The next run goes by the machine's guess: "
        f"colloquy run {folder.study_id}"
    )
