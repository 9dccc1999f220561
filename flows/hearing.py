"""Who is who with the voices heard: what the study remembers of its interviewers' voices, and what becomes of that."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from colloquy.domain.diarisation import Diarisation
from colloquy.domain.interview import Interview, SourceKind
from colloquy.domain.utterance import Attribution
from colloquy.domain.voice_print import KnownInterviewer, Vector, VoiceNote
from colloquy.stages.give_roles import give_roles
from colloquy.stages.group_voices import SURELY_SAME, group_voices
from colloquy.stages.recognise_interviewer import Recognised, recognise_interviewer
from colloquy.stages.remember_interviewers import Taught, hold_labels, number_of, numbered_as_before, teaching_voices
from colloquy.stages.settle_speakers import settle_speakers
from colloquy.store import remembered_voices as store
from colloquy.store import results
from colloquy.store.interviews import read_interviews
from flows.work import StudyWork

Notes = dict[str, VoiceNote]


def settle(work: StudyWork, interview: Interview, guessed: Attribution, diarisation: Diarisation) -> Attribution:
    """As `settle_speakers`; where the study remembers its interviewers' voices, by these too, and remembers its own."""
    settings, expected = work.settings.attribution, work.expected_speakers(interview)
    decision, name = work.decision(interview), interview.interview_id
    if not settings.remember_interviewer:
        return settle_speakers(guessed, diarisation, settings, expected, decision)
    vectors = _vectors(work, interview, guessed, diarisation)
    others = _teaching(_notes(work), name)
    independent = {one: note for one, note in others.items() if _is_independent(work, interview, note)}
    known, ids = _known(_taught(independent), _taught(others)), interview.participant_ids
    recognised = recognise_interviewer(guessed.roles, vectors, known, settings, ids)
    machine = replace(give_roles(guessed, recognised.roles, settings, name), question=recognised.question)
    settled = settle_speakers(machine, diarisation, settings, expected, decision)
    teaching = teaching_voices(settled, guessed.roles, vectors, decision, settings)
    voted = numbered_as_before(teaching, store.read_voices(work.folder, name))
    settled, numbered = hold_labels(settled, voted, _taught(others), settings, name)
    heard_from = () if decision is not None else _sources(recognised, others)
    identity, seen = work.voice_embedder.identity, _digest(others)
    store.save_voices(work.folder, VoiceNote(name, identity, numbered, bool(settled.question), heard_from, seen))
    return settled


def to_hear_again(work: StudyWork) -> Iterator[Interview]:
    """Those of which other voices may be made by what the study's interviews teach by now.

    One that is settled stays so, unless what it rests on is gone, its interviewer has got another number, or no other
    interview confirms the voice that it teaches.
    """
    if not work.settings.attribution.remember_interviewer:
        return
    recordings = [one for one in work.interviews.values() if one.kind is SourceKind.RECORDING]
    memory: _Memory | None = None
    for interview in (*recordings, *recordings):  # a later one may take away what an earlier one rests on
        memory = memory or _Memory(_notes(work))
        if memory.asks_for(interview.interview_id):
            memory = None  # it may be other after this
            yield interview


class _Memory:
    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._groups = group_voices(_taught(notes))
        self._surely = group_voices(_taught(notes), SURELY_SAME)

    def asks_for(self, name: str) -> bool:
        """Also of one that left no note behind, or whose note is damaged."""
        note = self._notes.get(name)
        if note is None:
            return True
        others = _teaching(self._notes, name)
        if any(one not in others or others[one].taught_sha256 != digest for one, digest in note.heard_from):
            return True
        own = [(place, voice) for place, voice in enumerate(note.interviewers) if not voice.is_numbered]
        if any(voice.number != number_of(self._groups, name, place) for place, voice in own):
            return True
        alone = {one.members[0] for one in self._surely if len(one.members) == 1 < len(self._surely)}
        is_alone = any((name, place) in alone and not voice.is_decided for place, voice in own)
        return note.compared_with != _digest(others) and (note.is_open or is_alone)


def heard(work: StudyWork, interview: Interview) -> str:
    """What voices had a part in who is who, for the provenance; empty where none had."""
    note = store.read_voices(work.folder, interview.interview_id)
    count = len(note.heard_from) if note is not None and work.settings.attribution.remember_interviewer else 0
    return f"the interviewer's voice, as in {count} other interview{'' if count == 1 else 's'}" if count else ""


def has_unwanted_voices(work: StudyWork) -> bool:
    return bool(set(store.remembered(work.folder)) - _wanted(work))


def forget_unwanted_voices(work: StudyWork) -> str:
    """Voices of interviews that are gone, or all where the study wants none: deleted, and a sentence that says so."""
    count = store.forget_all_but(work.folder, _wanted(work))
    if not count:
        return ""
    why = "of interviews that are gone" if work.settings.attribution.remember_interviewer else "as the settings ask"
    return f"Forgotten, {why}: the interviewer's voice as remembered from {count} interview{'' if count == 1 else 's'}."


def _wanted(work: StudyWork) -> set[str]:
    """Of one that is set aside the note stays, as its results do; it is not used."""
    if not work.settings.attribution.remember_interviewer:
        return set()
    return {one.interview_id for one in read_interviews(work.folder)}


def _notes(work: StudyWork) -> Notes:
    """Of the interviews that count, in the vectors of this encoder."""
    found = {name: store.read_voices(work.folder, name) for name in work.interviews}
    identity = work.voice_embedder.identity
    return {name: note for name, note in found.items() if note is not None and note.engine == identity}


def _teaching(notes: Notes, name: str) -> Notes:
    """Those of the other interviews that teach something."""
    return {one: note for one, note in notes.items() if note.interviewers and one != name}


def _is_independent(work: StudyWork, interview: Interview, other: VoiceNote) -> bool:
    """Two interviews of one participant hold the same two voices: a guess that is wrong in one would be in both."""
    own, theirs = set(interview.participant_ids), set(work.interview(other.interview_id).participant_ids)
    return other.is_decided or bool(own and theirs and not own & theirs)


def _known(independent: Taught, all_others: Taught) -> tuple[KnownInterviewer, ...]:
    """Who may be recognised; a person who sounds otherwise on the telephone has one number and two voices."""
    numbers = group_voices(all_others)
    surely = group_voices(independent, SURELY_SAME)
    return tuple(replace(one, number=number_of(numbers, *one.members[0])) for one in surely)


def _taught(notes: Notes) -> Taught:
    return {name: note.interviewers for name, note in notes.items()}


def _digest(notes: Notes) -> str:
    lines = (f"{one} {notes[one].taught_sha256} {notes[one].is_decided}" for one in sorted(notes))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _sources(recognised: Recognised, others: Notes) -> tuple[tuple[str, str], ...]:
    names = dict.fromkeys(name for known in recognised.heard for name, _ in known.members)
    return tuple((name, others[name].taught_sha256) for name in names)


def _vectors(
    work: StudyWork, interview: Interview, guessed: Attribution, diarisation: Diarisation
) -> dict[str, Vector]:
    """Of each voice that speaks long enough alone."""
    audio = results.load_prepared(work.folder, interview.interview_id).audio
    found = {role.speaker: work.voice_embedder.embed(audio, diarisation.alone(role.speaker)) for role in guessed.roles}
    return {voice: vector for voice, vector in found.items() if vector}
