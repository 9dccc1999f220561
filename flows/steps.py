"""Load, call the stage, save: one function a stage, and what its result depends on. Still without Prefect."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from colloquy.domain.audio import DecodedAudio
from colloquy.domain.checked import CheckedInterview
from colloquy.domain.diarisation import Diarisation
from colloquy.domain.interview import Interview, SourceKind
from colloquy.domain.record import StageRecord
from colloquy.domain.redaction import Category, RedactedInterview, RosterEntry
from colloquy.domain.samples import Keep
from colloquy.domain.stage import stages_of, words_stage
from colloquy.domain.transcript import Transcript
from colloquy.domain.utterance import Attribution
from colloquy.engines import registry
from colloquy.errors import AudioUnreadableError
from colloquy.settings.redaction_language import refuse_unfit_rules
from colloquy.stages.attribute import attribute
from colloquy.stages.check import check
from colloquy.stages.diarise import diarise
from colloquy.stages.join_recordings import join_recordings
from colloquy.stages.prepare import prepare
from colloquy.stages.read_document import read_document
from colloquy.stages.redact import knows_more, redact
from colloquy.stages.settle_document import settle_document
from colloquy.stages.tabulate import tabulate
from colloquy.stages.transcribe import transcribe
from colloquy.store import ledger, results
from colloquy.store.key import save_key
from colloquy.store.lock import key_lock
from colloquy.store.reading import noted_reading
from colloquy.store.sound_files import scratch_sound
from colloquy.store.sources import verified_sources
from flows.figures import figures_of
from flows.hearing import settle
from flows.provenance import library_version, made_with
from flows.work import StudyWork

# Raised when a change of our own code changes what a stage gives, so that finished work is done again.
VERSIONS = {"prepare": 4, "transcribe": 4, "diarise": 3, "attribute": 3, "read_document": 3, "redact": 5, "check": 9}


@dataclass(frozen=True, slots=True)
class Step:
    """`inputs` are the stages it reads; `depends_on` lists what else its result depends on; `run` gives the digest."""

    inputs: Callable[[Interview], tuple[str, ...]]
    depends_on: Callable[[StudyWork, Interview], tuple[object, ...]]
    run: Callable[[StudyWork, Interview], str]


def do_step(work: StudyWork, stage: str, interview: Interview, *, anew: bool = False) -> tuple[str, bool]:
    """The digest of the stage's result, and whether it had to be done. Reads what the stage takes from the store.

    `anew` does it again even where it is current.
    """
    fingerprint = _fingerprint(work, stage, interview)
    current = ledger.current_digest(work.folder, stage, interview.interview_id, fingerprint)
    if anew:
        ledger.forget(work.folder, stage, interview.interview_id)  # should it fail, it is not current
    elif current is not None:
        return current, False
    began = time.monotonic()
    result = STEPS[stage].run(work, interview)
    seconds = round(time.monotonic() - began, 2)
    engine = made_with(work, stage, interview)
    record = StageRecord(stage, interview.interview_id, fingerprint, result, seconds, engine)
    ledger.save_record(work.folder, record)
    return result, True


def redact_again(work: StudyWork, interview: Interview) -> bool:
    """Redact once more where the key has learnt of a name in another interview that is left in this one."""
    redacted = results.load_result(work.folder, "redact", interview.interview_id, RedactedInterview)
    if not knows_more(redacted, work.names()):
        return False
    do_step(work, "redact", interview, anew=True)
    return True


def is_stage_current(work: StudyWork, stage: str, interview: Interview) -> bool:
    wanted = _fingerprint(work, stage, interview)
    return ledger.current_digest(work.folder, stage, interview.interview_id, wanted) is not None


def is_current(work: StudyWork, interview: Interview) -> bool:
    """Every stage of the interview is finished for the files, settings and engines as they are now."""
    return all(is_stage_current(work, stage, interview) for stage in stages_of(interview.kind))


def _fingerprint(work: StudyWork, stage: str, interview: Interview) -> str:
    step = STEPS[stage]
    records = [ledger.read_record(work.folder, name, interview.interview_id) for name in step.inputs(interview)]
    digests = [record.result_sha256 if record else "" for record in records]
    return ledger.fingerprint(stage, VERSIONS[stage], interview.sha256, digests, *step.depends_on(work, interview))


# prepare


def _prepare(work: StudyWork, interview: Interview) -> str:
    detector = registry.make_voice_activity_detector(work.settings.prepare)
    paths = verified_sources(work.folder, interview)
    with scratch_sound(work.folder.stage("prepare")) as keep:
        decoded = tuple(_decode(path, keep, number, len(paths)) for number, path in enumerate(paths, start=1))
        joined = join_recordings(decoded, is_voice_each=interview.has_voices)
        prepared = prepare(joined, detector, work.settings.prepare)
        return results.save_prepared(work.folder, interview.interview_id, prepared)


def _decode(path: Path, keep: Keep, number: int, count: int) -> DecodedAudio:
    from colloquy.engines.av_decoder import decode

    try:
        return decode(path, keep)
    except AudioUnreadableError as error:
        if count == 1:
            raise
        raise AudioUnreadableError(f"File {number} of {count}, in the order of files.csv: {error}") from None


# transcribe


def _transcribe(work: StudyWork, interview: Interview) -> str:
    prepared = results.load_prepared(work.folder, interview.interview_id)
    with noted_reading(work.folder, interview.interview_id) as begin:
        transcript = transcribe(prepared, work.transcriber, work.transcription, work.subtitle_phrases, begin)
    return results.save_result(work.folder, "transcribe", interview.interview_id, transcript)


# diarise


def _diarise(work: StudyWork, interview: Interview) -> str:
    prepared = results.load_prepared(work.folder, interview.interview_id)
    diarisation = diarise(prepared, work.diariser_for(interview), work.speaker_count(interview))
    return results.save_result(work.folder, "diarise", interview.interview_id, diarisation)


# attribute


def _attribute(work: StudyWork, interview: Interview) -> str:
    name = interview.interview_id
    transcript = results.load_result(work.folder, "transcribe", name, Transcript)
    diarisation = results.load_result(work.folder, "diarise", name, Diarisation)
    guessed = attribute(transcript, diarisation, work.settings.attribution, name, interview.participant_ids)
    machine = replace(guessed, source_sha256=interview.sha256)
    return results.save_result(work.folder, "attribute", name, settle(work, interview, machine, diarisation))


def _read_document(work: StudyWork, interview: Interview) -> str:
    source = registry.make_document_reader(interview.suffix).read(work.source_content(interview))
    name, settings, expected = interview.interview_id, work.settings.attribution, work.expected_speakers(interview)
    guessed = read_document(source, settings, name, interview.participant_ids)
    machine = replace(guessed, source_sha256=interview.sha256)
    settled = settle_document(machine, source, settings, expected, work.decision(interview))
    return results.save_result(work.folder, "read_document", name, settled)


# redact


def _redact(work: StudyWork, interview: Interview) -> str:
    name = interview.interview_id
    refuse_unfit_rules(work.language, work.languages_of(interview))
    read = words_stage(interview.kind)
    attribution = results.load_result(work.folder, read, name, Attribution)
    speakers = dict.fromkeys((*attribution.speaker_names, *work.companion_names(interview)))
    own_names = tuple(RosterEntry(Category.PERSON, (text,)) for text in speakers)
    detectors = work.detectors(own_names)
    # Another machine may be redacting for this study too: who comes second sees the first one's placeholders.
    with key_lock(work.folder):
        redacted = redact(attribution.utterances, detectors, work.names(own_names), work.settings.redaction)
        save_key(work.folder, redacted.key)
    # The key has one place; a copy here would outlive a person's withdrawal.
    return results.save_result(work.folder, "redact", name, replace(redacted, key=()))


def _redact_inputs(interview: Interview) -> tuple[str, ...]:
    """The transcript too: what language was found decides whether there are rules for it."""
    words = words_stage(interview.kind)
    return (words, "transcribe") if interview.kind is SourceKind.RECORDING else (words,)


# check


def _check(work: StudyWork, interview: Interview) -> str:
    name = interview.interview_id
    redacted = results.load_result(work.folder, "redact", name, RedactedInterview)
    tables = tabulate(interview, redacted, figures_of(work, interview), work.verbatim)
    report = check(tables, work.validator(), name)
    return results.save_result(work.folder, "check", name, CheckedInterview(report, tables))


STEPS: dict[str, Step] = {
    "prepare": Step(
        lambda _: (),
        lambda work, _: (work.settings.prepare, library_version("silero-vad"), library_version("av")),
        _prepare,
    ),
    "transcribe": Step(
        lambda _: ("prepare",),
        lambda work, _: (
            work.transcription.model_dump(exclude={"device", "batch_size", "model", "on_gpu_failure"}),
            work.settings.study.language,
            work.subtitle_phrases,
            work.model.sha256,
            library_version(work.settings.transcription.engine),
        ),
        _transcribe,
    ),
    "diarise": Step(
        lambda _: ("prepare",),
        lambda work, interview: (
            work.settings.diarisation.model_dump(include={"engine", "model"}),
            work.speaker_count(interview),
            work.diariser_for(interview).identity,
        ),
        _diarise,
    ),
    "attribute": Step(
        lambda _: ("transcribe", "diarise"),
        lambda work, one: (work.attribution_rules, work.expected_speakers(one), work.decision(one), *work.voice_rules),
        _attribute,
    ),
    "read_document": Step(
        lambda _: (),
        lambda work, interview: (
            work.attribution_rules,
            work.expected_speakers(interview),
            work.decision(interview),
            registry.make_document_reader(interview.suffix).identity,
        ),
        _read_document,
    ),
    "redact": Step(
        _redact_inputs,
        lambda work, interview: (
            work.settings.redaction,
            work.settings.study.language,
            work.settings.study.text_language,
            work.roster,
            [detector.identity for detector in work.detectors()],
            # Nothing where there is none, so that finished work stays finished.
            *((file.sha256, registry.make_document_reader(file.suffix).identity) for file in interview.companions),
        ),
        _redact,
    ),
    "check": Step(
        lambda interview: stages_of(interview.kind)[:-1],
        lambda work, interview: (
            work.expectations,
            work.forbidden_terms(),
            work.settings.study.language,
            work.settings.study.text_language,
            work.verbatim.settings,
            work.verbatim.language,
            interview.participant_ids,
            library_version(work.settings.checks.validator),
        ),
        _check,
    ),
}
