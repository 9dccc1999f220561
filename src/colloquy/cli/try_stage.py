"""`colloquy try`: one stage on one file. Nothing is stored; standard output holds the result and nothing else."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from colloquy.cli.screen import (
    make_table,
    print_json,
    print_result,
    print_table,
    show_note,
    show_warning,
    standard_output_kept_clean,
)
from colloquy.cli.studies import find_study
from colloquy.domain.language import shown_shares
from colloquy.domain.model import ModelPurpose
from colloquy.domain.workload import counted
from colloquy.errors import StudyError
from colloquy.settings import Settings, load_settings
from colloquy.store.folders import find_data_folder

if TYPE_CHECKING:
    from colloquy.domain.audio import PreparedAudio
    from colloquy.domain.diarisation import Diarisation
    from colloquy.domain.redaction import TextRedaction
    from colloquy.domain.transcript import Transcript
    from colloquy.store.models import ModelFile

app = typer.Typer(
    help="Try one stage on one file; nothing is stored.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

Recording = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A recording.")]
Study = Annotated[str | None, typer.Option(help="Use this study's settings; else the defaults.")]
Json = Annotated[bool, typer.Option("--json", help="For another program.")]

# The file id is a field of RTTM and may hold no space; a recording's own name may name a person.
RTTM_ID = re.compile(r"\S{1,100}")


@app.command()
def transcribe(
    file: Recording,
    model: Annotated[str, typer.Option(help="A name from `colloquy models list`, or a path.")] = "",
    engine: Annotated[str, typer.Option(help="openai-whisper or faster-whisper; else the settings'.")] = "",
    study: Study = None,
    is_json: Json = False,
) -> None:
    """Write down what is said, word by word, with times."""
    settings = _settings(study)
    with standard_output_kept_clean():
        from colloquy.engines import registry
        from colloquy.settings import read_subtitle_phrases
        from colloquy.stages.transcribe import transcribe as stage
        from colloquy.store.models import refuse_changed_model

        wanted = settings.transcription.model_copy(update={"engine": engine or settings.transcription.engine})
        chosen = _choose_model(model or wanted.model, wanted.engine)
        fitted = wanted.fitted(chosen.longest_window_s)
        registry.refuse_unfit_language(settings.study.language, chosen.name)
        registry.refuse_too_big(fitted, chosen.path, chosen.name)
        transcriber = registry.make_transcriber(fitted, chosen.path, settings.study.language)
        refuse_changed_model(chosen, transcriber.identity.model_digest)
        with _prepared(file, settings) as prepared:
            transcript = stage(prepared, transcriber, fitted, read_subtitle_phrases())
    if transcript.languages:
        show_note(f"Found from the sound: {shown_shares(transcript.languages)}.")
    for sentence in transcript.fallbacks:
        show_warning(sentence)
    if transcript.coverage is not None and transcript.coverage.speech_worded_ratio is not None:
        read, worded = transcript.coverage.read_ratio, transcript.coverage.speech_worded_ratio
        show_note(f"{read:.0%} of the recording was read; {worded:.0%} of its speech lies in or near a word.")
    _warn_of_suspects(transcript)
    if is_json:
        print_json(_plain_transcript(transcript))
    else:
        print_result(" ".join(word.text for word in transcript.words))


@app.command()
def diarise(
    file: Recording,
    speakers: Annotated[int | None, typer.Option(min=1, max=20, help="Number of voices, where it is known.")] = None,
    engine: Annotated[str, typer.Option(help="embedded, pyannote or channels; else the settings'.")] = "",
    uri: Annotated[str, typer.Option(metavar="ID", help="File id in the RTTM lines.")] = "recording",
    study: Study = None,
    is_rttm: Annotated[bool, typer.Option("--rttm", help="RTTM lines, for another program.")] = False,
) -> None:
    """Tell voices apart."""
    if not RTTM_ID.fullmatch(uri):
        raise typer.BadParameter("an id without spaces is expected", param_hint="--uri")
    settings = _settings(study)
    with standard_output_kept_clean():
        from colloquy.domain.diarisation import SpeakerCount
        from colloquy.engines import registry
        from colloquy.stages.diarise import diarise as stage

        with _prepared(file, settings) as prepared:
            # as in a run: two channels are kept only where each holds a voice of its own
            usual = "channels" if prepared.audio.channel_count > 1 else settings.diarisation.engine
            chosen = settings.diarisation.model_copy(update={"engine": engine or usual})
            diariser = registry.make_diariser(chosen, find_data_folder().models)
            count = SpeakerCount(speakers or chosen.fewest_speakers, speakers or chosen.most_speakers)
            diarisation = stage(prepared, diariser, count)
    if is_rttm:
        for line in rttm_lines(diarisation, uri):
            print_result(line)
    else:
        _print_turns(diarisation)


@app.command()
def redact(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A text file, or - for standard input.")],
    study: Annotated[str | None, typer.Option(help="Use this study's settings and names; else the defaults.")] = None,
    is_json: Json = False,
) -> None:
    """Replace what could identify a person. Offsets count code points of the file, a byte order mark apart."""
    if str(file) != "-" and not file.is_file():
        raise typer.BadParameter("there is no such file", param_hint="FILE")
    settings = _settings(study)
    with standard_output_kept_clean():
        from colloquy.domain.known_names import StudyNames
        from colloquy.engines import registry
        from colloquy.settings.redaction_language import (
            DetectionContext,
            read_language,
            refuse_unfit_rules,
            text_language,
        )
        from colloquy.stages.redact_text import redact_text as stage
        from colloquy.store.key import read_key
        from colloquy.store.roster import read_roster

        text = _text(file)
        if not text.strip():
            raise StudyError("try redact: there is no text to redact. Is the file empty, or the pipe?")
        language = read_language(settings)
        refuse_unfit_rules(language, (text_language(settings),))
        roster = read_roster(find_data_folder().study(study)) if study else ()
        key = read_key(find_data_folder().study(study)) if study else ()
        names = StudyNames(registry.is_everyday, roster, key, language.kept_words)
        detectors = registry.make_detectors(settings, DetectionContext(language, roster))
        redacted = stage(text, detectors, names, settings.redaction)
    if is_json:
        print_json({"text": redacted.text, "spans": [_plain_span(span) for span in redacted.spans]})
    else:
        print_result(redacted.text.removesuffix("\n"))


def rttm_lines(diarisation: Diarisation, uri: str) -> tuple[str, ...]:
    """One SPEAKER line a turn (NIST RT-09, times in seconds); a voice in an overlap has a line for that as well."""
    spans = [(turn.start_ms, turn.end_ms, turn.speaker) for turn in diarisation.turns]
    for overlap in diarisation.overlaps:
        spans += [(overlap.start_ms, overlap.end_ms, speaker) for speaker in overlap.speakers]
    return tuple(
        f"SPEAKER {uri} 1 {start_ms / 1000:.3f} {(end_ms - start_ms) / 1000:.3f} <NA> <NA> {speaker} <NA> <NA>"
        for start_ms, end_ms, speaker in _joined(spans)
    )


def _joined(spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Spans of one voice that touch or overlap become one, so that no moment of a voice is counted twice."""
    joined: list[tuple[int, int, str]] = []
    for start_ms, end_ms, speaker in sorted(spans, key=lambda span: (span[2], span[0])):
        if joined and joined[-1][2] == speaker and start_ms <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end_ms), speaker)
        else:
            joined.append((start_ms, end_ms, speaker))
    return sorted(joined)


def _settings(study: str | None) -> Settings:
    if study is None:
        return load_settings()
    return load_settings(find_study(study).study_id)


@contextmanager
def _prepared(file: Path, settings: Settings) -> Iterator[PreparedAudio]:
    """Its sound lies in a file without a name meanwhile, of which nothing is left."""
    from colloquy.domain.sound_notes import sound_notes
    from colloquy.engines import registry
    from colloquy.engines.av_decoder import decode, promised_duration_ms
    from colloquy.stages.prepare import prepare
    from colloquy.store.sound_files import scratch_sound

    detector = registry.make_voice_activity_detector(settings.prepare)
    with scratch_sound(find_data_folder().scratch) as keep:
        prepared = prepare(decode(file, keep), detector, settings.prepare)
        promised_ms = promised_duration_ms(file) if prepared.quality.is_truncated else None
        for note in sound_notes(prepared.quality, prepared.speech, promised_ms):
            show_warning(note)
        yield prepared


def _choose_model(wanted: str, engine: str) -> ModelFile:
    """What was asked for; else the engine's largest in the store; else the demo checkpoint, with a warning."""
    from colloquy.engines.registry import fits_model
    from colloquy.store.models import DEMO_NAME, find_demo_checkpoint, installed_models, resolve_model

    models = find_data_folder().models
    if not wanted:
        purpose = ModelPurpose.TRANSCRIPTION
        here = [m for m in installed_models(models) if m.card.purpose is purpose and not m.card.is_demo]
        if fitting := [m.card for m in here if m.path is not None and fits_model(engine, m.path)]:
            wanted = max(fitting, key=lambda card: card.size_mb).name
        elif find_demo_checkpoint(models) is not None:
            wanted = DEMO_NAME
    model = resolve_model(wanted, models)
    if model.is_demo:
        show_warning(
            "Only the demo checkpoint is used: it knows the demo's voices and a few hundred words, and writes nonsense "
            "for anybody else. A real model: colloquy models fetch small.en"
        )
    return model


def _warn_of_suspects(transcript: Transcript) -> None:
    if passages := transcript.passages_to_check:
        shown = ", ".join(_clock(passage.start_ms) for passage in passages)
        show_warning(f"Listen to these places: what is written there may be invented ({shown}).")


def _plain_transcript(transcript: Transcript) -> dict[str, object]:
    engine = transcript.engine
    return {
        "engine": f"{engine.name} {engine.version} {engine.model}".strip(),
        "language": transcript.language,
        "duration_ms": transcript.duration_ms,
        "words": [
            {"text": w.text, "start_ms": w.start_ms, "end_ms": w.end_ms, "confidence": w.confidence}
            for w in transcript.words
        ],
    }


def _text(file: Path) -> str:
    """As it stands in the file: line ends are kept, so that offsets stay those of the input."""
    from colloquy.engines.plain_text import decode

    content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    _, encoding = decode(content)
    return content.decode(encoding)


def _plain_span(span: TextRedaction) -> dict[str, object]:
    return {
        "start": span.start,
        "end": span.end,
        "category": span.category.value,
        "placeholder": span.placeholder,
        "source": span.source,
        "score": span.score,
    }


def _print_turns(diarisation: Diarisation) -> None:
    table = make_table("speaker", "from", "to", "seconds")
    for turn in diarisation.turns:
        seconds = (turn.end_ms - turn.start_ms) / 1000
        table.add_row(turn.speaker, _clock(turn.start_ms), _clock(turn.end_ms), f"{seconds:.1f}")
    print_table(table)
    print_result(f"{counted(len(diarisation.speakers), 'speaker')}, {counted(len(diarisation.overlaps), 'overlap')}")


def _clock(ms: int) -> str:
    minutes, rest = divmod(ms, 60_000)
    return f"{minutes}:{rest / 1000:04.1f}"
