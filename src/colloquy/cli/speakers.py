"""`colloquy speakers`: who is who in an interview, where the machine is not sure, or wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from colloquy.cli.screen import print_result, show_note
from colloquy.cli.studies import find_study
from colloquy.errors import StudyError

if TYPE_CHECKING:
    from colloquy.domain.diarisation import Turn
    from colloquy.domain.interview import Interview
    from colloquy.domain.utterance import Attribution
    from colloquy.store.folders import StudyFolder


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
    """Say who is who: show the voices of an interview with quotes to know them by, and take a person's decision."""
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
    _print_remembered(folder)


def _print_remembered(folder: StudyFolder) -> None:
    from colloquy.settings import load_settings
    from colloquy.store.remembered_voices import read_voices, remembered

    teaching = [name for name in remembered(folder) if (note := read_voices(folder, name)) and note.interviewers]
    if not teaching:
        return
    print_result(f"The interviewers' voices are remembered from {', '.join(teaching)}.")
    command = f"colloquy run {folder.study_id}"
    if load_settings(folder.study_id).attribution.remember_interviewer:
        where = f"configs/studies/{folder.study_id}.toml"
        print_result(f"To forget them: attribution.remember_interviewer = false in {where}, then {command}")
    else:
        print_result(f"The settings want that no longer; the next run forgets them: {command}")


def _interview(folder: StudyFolder, interview_id: str) -> Interview:
    from colloquy.domain.interview import interview_order
    from colloquy.store.interviews import read_interviews

    interviews = {one.interview_id: one for one in read_interviews(folder)}
    if interview_id not in interviews:
        known = ", ".join(sorted(interviews, key=interview_order)) or "none"
        raise StudyError(f"{folder.study_id}: there is no interview {interview_id}; known: {known}.")
    found = interviews[interview_id]
    if found.is_set_aside:
        raise StudyError(f"{interview_id}: it is set aside. To take it up again: colloquy set-aside --undo.")
    return found


def _voices(folder: StudyFolder, interview: Interview) -> Attribution:
    """Raises StudyError before the voices are told apart, and where that, or the file, is another one since."""
    from colloquy.domain.stage import words_stage
    from colloquy.domain.utterance import Attribution
    from colloquy.store.results import load_result, result_path

    name, stage = interview.interview_id, words_stage(interview.kind)
    first = f"First: colloquy run {folder.study_id}"
    if not result_path(folder, stage, name).is_file():
        raise StudyError(f"{name}: its voices are not told apart yet. {first}")
    found = load_result(folder, stage, name, Attribution)
    if not found.source_sha256:
        raise StudyError(f"{name}: an earlier version of Colloquy worked on it last. {first}")
    if found.source_sha256 != interview.sha256:
        raise StudyError(f"{name}: its files are others now than when its voices were told apart. {first}")
    if _turns_sha256(folder, interview) != found.turns_sha256:
        raise StudyError(f"{name}: its voices were told apart anew since. {first}")
    if not found.voices:
        raise StudyError(f"{name}: nobody says a word in it, so there is nobody to name.")
    return found


def _turns(folder: StudyFolder, interview: Interview) -> tuple[Turn, ...]:
    """None in a text."""
    from colloquy.domain.diarisation import Diarisation
    from colloquy.domain.interview import SourceKind
    from colloquy.store.results import load_result

    if interview.kind is not SourceKind.RECORDING:
        return ()
    return load_result(folder, "diarise", interview.interview_id, Diarisation).turns


def _turns_sha256(folder: StudyFolder, interview: Interview) -> str:
    from colloquy.domain.interview import SourceKind
    from colloquy.domain.speaker_decision import turns_digest

    return turns_digest(_turns(folder, interview)) if interview.kind is SourceKind.RECORDING else ""


def _show(folder: StudyFolder, interview: Interview) -> None:
    from colloquy.cli.voices_shown import show_voices
    from colloquy.store.speaker_decisions import read_decision

    found, decision = _voices(folder, interview), read_decision(folder, interview.interview_id)
    show_voices(folder, interview, found, decision)


def _decide(folder: StudyFolder, interview: Interview, names: list[str]) -> None:
    from colloquy.domain.interview import SourceKind
    from colloquy.domain.speaker_decision import SpeakerDecision, voices_digest
    from colloquy.settings import load_settings
    from colloquy.stages.name_speakers import name_speakers
    from colloquy.store.lock import study_lock
    from colloquy.store.replaceable import was_published
    from colloquy.store.speaker_decisions import save_decision

    name, codes = interview.interview_id, _codes(folder, interview)
    with study_lock(folder):
        found = _voices(folder, interview)
        label = load_settings(folder.study_id).attribution.interviewer_label
        people = name_speakers(names, [voice.guess.speaker for voice in found.voices], codes, label)
        voices = "" if interview.kind is SourceKind.RECORDING else voices_digest(found.voices)
        is_published = was_published(folder, name)
        turns = _turns(folder, interview)
        save_decision(folder, SpeakerDecision(name, people, turns, found.source_sha256, voices))
    print_result(f"{name}: {', '.join(f'{voice} is {person}' for voice, person in people)}.")
    _note_shared(people)
    others = sorted({person for _, person in people} & set(codes) - set(interview.participant_ids))
    if others and interview.participant_ids:
        show_note(f"{', '.join(others)}: not in the name of this interview's file; taken as you said.")
    print_result(f"The next run applies it: colloquy run {folder.study_id}")
    if is_published:
        print_result("Versions of the dataset that were published before stay as they are: code with the next one.")


def _note_shared(people: tuple[tuple[str, str], ...]) -> None:
    """One person may have been taken for two voices; or two people were given one name by mistake."""
    from colloquy.domain.speaker_decision import INTERVIEWER, PARTICIPANT, shared_people

    taken = {person for _, person in people}
    for person, voices in shared_people(people):
        kind = next((one for one in (INTERVIEWER, PARTICIPANT) if person.startswith(one)), "")
        free = next((f"{kind}{number}" for number in range(2, 10) if f"{kind}{number}" not in taken), "other")
        other = f"write {free} for the other one" if kind else "give each their own code, or other"
        shown = f"{', '.join(voices[:-1])} and {voices[-1]}"
        show_note(f"{shown} are one person: {person}. If they are {len(voices)} people, {other}.")


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
