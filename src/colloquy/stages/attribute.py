"""Who says what, in which role."""

from __future__ import annotations

from colloquy.domain.diarisation import Diarisation
from colloquy.domain.transcript import Transcript
from colloquy.domain.utterance import Attribution
from colloquy.settings import AttributionSettings
from colloquy.stages.attribute_roles import attribute_roles
from colloquy.stages.attribute_words import attribute_words, relabel
from colloquy.stages.form_utterances import form_utterances


def attribute(
    transcript: Transcript,
    diarisation: Diarisation,
    settings: AttributionSettings,
    interview_id: str,
    participant_ids: tuple[str, ...],
) -> Attribution:
    """Utterances in order, each of one speaker, and a role for every voice that says a word."""
    words = attribute_words(transcript.words, diarisation, settings)
    # A voice without words has no role; a second voice may have none of its own.
    spoken = tuple(dict.fromkeys(name for word in words for name in (word.speaker, word.second_speaker) if name))
    order = {voice: place for place, voice in enumerate(diarisation.speakers)}
    voices = tuple(sorted(spoken, key=lambda voice: order.get(voice, 0)))
    roles = attribute_roles(words, voices, settings, participant_ids)
    labels = {role.speaker: role.label for role in roles}
    role_of = {role.label: role.role for role in roles}
    said = tuple(relabel(word, labels) for word in words)
    return Attribution(form_utterances(said, role_of, settings, interview_id), roles)
