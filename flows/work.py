"""What the stages of one study share: settings, engines made when first needed, and what each stage reads.

Without Prefect, so that `colloquy demo` can tell in a moment that everything is current.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from colloquy.domain.diarisation import SpeakerCount
from colloquy.domain.expected_speakers import ExpectedSpeakers
from colloquy.domain.interview import Interview, SourceKind, State
from colloquy.domain.known_names import StudyNames, forbidden_terms
from colloquy.domain.model import shown_model
from colloquy.domain.record import InterviewState
from colloquy.domain.redaction import RosterEntry
from colloquy.domain.sound_notes import sound_notes
from colloquy.domain.speaker_decision import SpeakerDecision
from colloquy.domain.transcript import Transcript
from colloquy.engines import registry
from colloquy.exports.registry import refuse_unknown_formats
from colloquy.protocols import DatasetValidator, Diariser, PersonalDataDetector, Transcriber, VoiceEmbedder
from colloquy.settings import (
    Settings,
    SubtitlePhrases,
    TranscriptionSettings,
    VerbatimStyle,
    load_settings,
    read_named,
    read_subtitle_phrases,
    read_verbatim_style,
)
from colloquy.settings.expectations import CheckContext, Expectations
from colloquy.settings.redaction_language import DetectionContext, RedactionLanguage, read_language, text_language
from colloquy.store import results
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.inbox import Intake, admit, survey
from colloquy.store.inbox_found import Insight, Survey
from colloquy.store.interviews import list_of_files, read_interviews
from colloquy.store.key import read_key
from colloquy.store.ledger import read_state, save_state
from colloquy.store.models import ModelFile, refuse_changed_model, refuse_demo_model, resolve_model
from colloquy.store.roster import read_roster
from colloquy.store.sources import source_path, verified_source
from colloquy.store.speaker_decisions import read_decision
from colloquy.store.told_speakers import read_told_speakers, speaker_count_in
from flows.insight import duration_ms, has_times

LOOK_EVERY_S, LONGER_S = 1.0, 3.0


@dataclass
class StudyWork:
    data: DataFolder
    study_id: str
    folder: StudyFolder = field(init=False)
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        self.folder = self.data.study(self.study_id)
        self.settings = load_settings(self.study_id)
        registry.refuse_unknown_engines(self.settings)
        refuse_unknown_formats(self.settings)

    @property
    def interviews(self) -> dict[str, Interview]:
        """Those that count: what a person set aside is left out."""
        return {one.interview_id: one for one in read_interviews(self.folder) if not one.is_set_aside}

    def interview(self, interview_id: str) -> Interview:
        return self.interviews[interview_id]

    # the inbox

    def look_at_inbox(self) -> Survey:
        settings = self.settings
        return survey(self.folder, settings.study.interview_pattern, settings.inbox, insight=self._insight)

    def settled_inbox(self, said: Callable[[int, float], None] = lambda *_: None) -> Survey:
        """The inbox once nothing in it was seen to change for a while, or after waiting somewhat longer than that.

        `said` is told how many files may still be arriving, and for how many seconds they are watched.
        """
        settle_s = self.settings.inbox.settle_s
        found = self.look_at_inbox()
        if found.settling_count:
            said(found.settling_count, settle_s)
        deadline = time.monotonic() + settle_s + LONGER_S
        while found.settling_count and time.monotonic() < deadline:
            time.sleep(min(LOOK_EVERY_S, settle_s))
            found = self.look_at_inbox()
        return found

    def admit(self) -> Intake:
        """Takes in what is new; from then on `status` shows it, whatever becomes of the run."""
        settings = self.settings
        intake = admit(self.folder, settings.study.interview_pattern, settings.inbox, insight=self._insight)
        for interview in intake.interviews:
            if read_state(self.folder, interview.interview_id) is None:
                save_state(self.folder, InterviewState(interview.interview_id, State.NEW))
        return intake

    @property
    def _insight(self) -> Insight:
        return Insight(self.settings.attribution.interviewer_label, has_times, duration_ms)

    # what the study brings

    @cached_property
    def model(self) -> ModelFile:
        """`run --model`'s, else the study's.

        Raises ModelMissingError, ModelRefusedError for the demo checkpoint or another engine's model,
        ExtraMissingError, and SettingsError or TranscriptionError for a language that it does not know, all of them
        before any work.
        """
        wanted = os.environ.get("COLLOQUY_MODEL") or self.settings.transcription.model
        model = resolve_model(wanted, self.data.models)
        refuse_demo_model(model, is_demo_study=self.settings.study.is_demo)
        registry.refuse_unfit_model(self.settings.transcription.engine, model.path)
        registry.refuse_unfit_language(self.settings.study.language, model.name)
        return model

    @cached_property
    def transcription(self) -> TranscriptionSettings:
        return self.settings.transcription.fitted(self.model.longest_window_s)

    @cached_property
    def subtitle_phrases(self) -> SubtitlePhrases:
        return read_subtitle_phrases()

    @cached_property
    def roster(self) -> tuple[RosterEntry, ...]:
        return read_roster(self.folder)

    @cached_property
    def language(self) -> RedactionLanguage:
        """Raises RedactionError where the rules are for another language than the study's."""
        return read_language(self.settings)

    def languages_of(self, interview: Interview) -> tuple[str, ...]:
        """All that were found in a recording, most spoken first; the settings' where there is no sound.

        Raises RedactionError where they do not say it.
        """
        if interview.kind is not SourceKind.RECORDING:
            return (text_language(self.settings),)
        transcript = results.load_result(self.folder, "transcribe", interview.interview_id, Transcript)
        found = tuple(one.language for one in transcript.languages) or (transcript.language,)
        return (*found, *transcript.also_heard)

    @cached_property
    def verbatim(self) -> VerbatimStyle:
        """Raises SettingsError where the rules are for another language than those of redaction."""
        return read_verbatim_style(self.settings, self.language.language)

    @cached_property
    def expectations(self) -> Expectations:
        settings = self.settings
        return read_named(Expectations, f"{settings.file}: checks.expectations_file", settings.checks.expectations_file)

    @cached_property
    def told_speakers(self) -> dict[str, str]:
        """What the team says of single interviews in files.csv. Raises StoreError where that has lost its columns."""
        return read_told_speakers(list_of_files(self.folder))

    def speaker_count(self, interview: Interview) -> SpeakerCount:
        """As the team says of this interview; else the participants named in the file plus the interviewers, where
        settings say how many; else the bounds. Raises StoreError where what the team says is no number.
        """
        if told := self.told_speakers.get(interview.interview_id):
            return speaker_count_in(told, interview.interview_id)
        settings = self.settings.diarisation
        if interview.participant_ids and settings.interviewers:
            known = len(interview.participant_ids) + settings.interviewers
            return SpeakerCount(known, known)
        return SpeakerCount(settings.fewest_speakers, settings.most_speakers)

    def expected_speakers(self, interview: Interview) -> ExpectedSpeakers:
        return ExpectedSpeakers(interview.participant_ids, self.speaker_count(interview))

    def decision(self, interview: Interview) -> SpeakerDecision | None:
        """Who is who, as a person said; None where nobody did. Raises StoreError when it is damaged."""
        return read_decision(self.folder, interview.interview_id)

    @property
    def attribution_rules(self) -> dict[str, object]:
        """The settings that may change an attribution; whether to wait for a person changes none."""
        return self.settings.attribution.model_dump(mode="json", exclude={"undecided_roles", "remember_interviewer"})

    @property
    def voice_rules(self) -> tuple[object, ...]:
        """What else an attribution depends on where voices are remembered. Raises as `voice_embedder`."""
        return (self.voice_embedder.identity,) if self.settings.attribution.remember_interviewer else ()

    def names(self, more: tuple[RosterEntry, ...] = ()) -> StudyNames:
        """What the study knows at this moment; the key grows with every interview."""
        return StudyNames(registry.is_everyday, self.roster + more, read_key(self.folder), self.language.kept_words)

    def forbidden_terms(self) -> tuple[str, ...]:
        """Names of the roster and originals in the key: nothing of these may be left in what is shared."""
        return forbidden_terms(self.names())

    def source_content(self, interview: Interview) -> bytes:
        return verified_source(self.folder, interview).read_bytes()

    def companion_names(self, interview: Interview) -> tuple[str, ...]:
        """Of the speakers in transcripts that came with the recording. Raises DocumentUnreadableError."""
        contents = [(file.suffix, verified_source(self.folder, interview, file)) for file in interview.companions]
        texts = [registry.make_document_reader(suffix).read(path.read_bytes()) for suffix, path in contents]
        return tuple(dict.fromkeys(name for text in texts for name in text.speaker_names))

    # engines

    @cached_property
    def transcriber(self) -> Transcriber:
        engine = registry.make_transcriber(self.transcription, self.model.path, self.settings.study.language)
        refuse_changed_model(self.model, engine.identity.model_digest)
        return engine

    def refuse_unfit_model(self) -> None:
        """Before any work: whether the free memory holds the model, and the model the study's vocabulary.

        Raises as `registry.refuse_too_big`, and SettingsError.
        """
        wanted = os.environ.get("COLLOQUY_MODEL") or self.settings.transcription.model
        registry.refuse_too_big(self.transcription, self.model.path, shown_model(wanted))
        if self.settings.transcription.vocabulary:
            _ = self.transcriber

    @cached_property
    def diariser(self) -> Diariser:
        return registry.make_diariser(self.settings.diarisation, self.data.models)

    @cached_property
    def channel_diariser(self) -> Diariser:
        settings = self.settings.diarisation.model_copy(update={"engine": "channels"})
        return registry.make_diariser(settings, self.data.models)

    def diariser_for(self, interview: Interview) -> Diariser:
        """One voice a channel needs no guessing, where there are channels enough for the voices to expect."""
        kept = results.kept_channels(self.folder, interview.interview_id)
        return self.channel_diariser if 1 < kept >= self.speaker_count(interview).minimum else self.diariser

    @cached_property
    def voice_embedder(self) -> VoiceEmbedder:
        """Raises ModelMissingError and ModelDamagedError."""
        engine = registry.make_voice_embedder(self.data.models)
        _ = engine.identity
        return engine

    def detectors(self, more: tuple[RosterEntry, ...] = ()) -> tuple[PersonalDataDetector, ...]:
        return registry.make_detectors(self.settings, DetectionContext(self.language, self.roster + more))

    def validator(self) -> DatasetValidator:
        context = CheckContext(self.expectations, self.forbidden_terms())
        return registry.make_validator(self.settings.checks, context)

    # figures

    def probed_duration_ms(self, interview: Interview) -> int | None:
        """As the recording's own header has it; None where it does not say."""
        return self._length_ms(interview, duration_ms)

    def _length_ms(self, interview: Interview, asked: Callable[[Path], int | None]) -> int | None:
        lengths = [asked(source_path(self.folder, interview, file)) for file in interview.own_files]
        known = [length for length in lengths if length is not None]
        if len(known) < len(lengths):
            return None
        return max(known) if interview.has_voices else sum(known)

    def sound_notes(self, interview: Interview) -> tuple[str, ...]:
        """What is unusual about a recording that was prepared."""
        from colloquy.engines.av_decoder import promised_duration_ms

        quality, speech = results.load_figures(self.folder, interview.interview_id)
        promised_ms = self._length_ms(interview, promised_duration_ms) if quality.is_truncated else None
        return sound_notes(quality, speech, promised_ms)

    def duration_ms(self, interview: Interview) -> int | None:
        """Of the sound; None where there is none, or it was not decoded yet."""
        if interview.kind is not SourceKind.RECORDING or not results.kept_channels(self.folder, interview.interview_id):
            return None
        return results.load_figures(self.folder, interview.interview_id)[0].duration_ms
