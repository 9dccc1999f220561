"""`colloquy evaluate demo`: how far the demo's results are from the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from colloquy.cli.screen import make_table, print_json, print_result, print_table
from colloquy.errors import StudyError
from colloquy.store.folders import StudyFolder, find_data_folder

if TYPE_CHECKING:
    from colloquy.domain.interview import Interview
    from colloquy.inspect.diarisation_error import DiarisationScore
    from colloquy.inspect.redaction_recall import RedactionRecall
    from colloquy.inspect.speaker_error import WordSpeakerError
    from colloquy.inspect.word_error import WordErrors
    from colloquy.store.truth import Truth

MEANING = """
Word error: words wrong, missing or invented, of those said. Diarisation error: time given to the wrong voice, missed or
invented, 0.25 s around each edge left out. Speaker error: recognised words given to the wrong person. Redaction recall:
identifiers of which nothing is left; false alarms: placeholders where nobody and nothing was named.
"""


@dataclass(frozen=True, slots=True)
class Scores:
    """What was measured of one interview, or of all; texts have no word, diarisation or speaker error."""

    words: WordErrors
    diarisation: DiarisationScore
    speakers: WordSpeakerError
    redaction: RedactionRecall

    def __add__(self, other: Scores) -> Scores:
        return Scores(
            self.words + other.words,
            self.diarisation + other.diarisation,
            self.speakers + other.speakers,
            self.redaction + other.redaction,
        )


def evaluate(
    study: Annotated[str, typer.Argument(help="demo: the study whose truth is known.")] = "demo",
    is_json: Annotated[bool, typer.Option("--json", help="For another program.")] = False,
) -> None:
    """Compare results with the truth: word error, diarisation error, speaker error, redaction recall."""
    from colloquy.store.demo import DEMO, shipped_demo
    from colloquy.store.interviews import read_interviews
    from colloquy.store.truth import read_truth

    if study != DEMO:
        raise StudyError(f'evaluate: the truth of "{study}" is not known; it is for demo alone.')
    folder = find_data_folder().study(DEMO)
    truth = read_truth(shipped_demo() / "truth")
    interviews = [i for i in read_interviews(folder) if i.original_name in truth]
    if not interviews:
        raise StudyError("The demo has no results yet. Run `colloquy demo` first.")
    scores = {i.interview_id: score(folder, i, truth[i.original_name]) for i in interviews}
    total = sum_of(tuple(scores.values()))
    if is_json:
        print_json({name: plain(one) for name, one in {**scores, "all": total}.items()})
        return
    table = make_table(
        "interview", "word error", "diarisation error", "speaker error", "redaction recall", "false alarms"
    )
    for name, one in {**scores, "all": total}.items():
        table.add_row(name, *_cells(one))
    print_table(table)
    print_result(MEANING.strip())


def score(folder: StudyFolder, interview: Interview, truth: Truth) -> Scores:
    from colloquy.domain.diarisation import Diarisation
    from colloquy.domain.interview import SourceKind
    from colloquy.domain.redaction import RedactedInterview
    from colloquy.domain.transcript import Transcript
    from colloquy.domain.utterance import Attribution
    from colloquy.inspect.diarisation_error import diarisation_error, spoken_turns
    from colloquy.inspect.redaction_recall import ReferenceIdentifier, measure_redaction_recall
    from colloquy.inspect.speaker_error import word_speaker_error
    from colloquy.inspect.word_error import count_word_errors
    from colloquy.store.results import load_result

    name = interview.interview_id
    redacted = load_result(folder, "redact", name, RedactedInterview)
    recall = measure_redaction_recall(
        tuple(word.text for word in truth.words),
        tuple(ReferenceIdentifier(*one) for one in truth.identifiers),
        tuple(word.text for utterance in redacted.utterances for word in utterance.words),
    )
    if interview.kind is not SourceKind.RECORDING:
        return sum_of((), recall)
    heard = load_result(folder, "transcribe", name, Transcript).words
    turns = spoken_turns(load_result(folder, "diarise", name, Diarisation))
    utterances = load_result(folder, "attribute", name, Attribution).utterances
    said = " ".join(word.text for word in truth.words)
    return Scores(
        count_word_errors(said, " ".join(word.text for word in heard)),
        diarisation_error(truth.turns, turns),
        word_speaker_error(truth.words, tuple(word for utterance in utterances for word in utterance.words)),
        recall,
    )


def sum_of(scores: tuple[Scores, ...], recall: RedactionRecall | None = None) -> Scores:
    from colloquy.inspect.diarisation_error import DiarisationScore
    from colloquy.inspect.redaction_recall import RedactionRecall
    from colloquy.inspect.speaker_error import WordSpeakerError
    from colloquy.inspect.word_error import WordErrors

    nothing = Scores(
        WordErrors.zero(), DiarisationScore.zero(), WordSpeakerError.zero(), recall or RedactionRecall.zero()
    )
    return sum(scores, nothing)


def plain(one: Scores) -> dict[str, float | int | None]:
    """Rates as numbers; None where there is nothing to measure."""
    return {
        "word_error_rate": one.words.rate if one.words.reference_words else None,
        "diarisation_error_rate": one.diarisation.total.rate,
        "word_speaker_error_rate": one.speakers.rate,
        "redaction_recall": one.redaction.recall,
        "identifier_count": one.redaction.identifier_count,
        "surviving_count": one.redaction.surviving_count,
        "false_alarm_count": one.redaction.false_alarm_count,
        "placeholder_count": one.redaction.placeholder_count,
    }


def _cells(one: Scores) -> list[str]:
    rates = plain(one)
    names = ("word_error_rate", "diarisation_error_rate", "word_speaker_error_rate")
    shown = ["–" if rates[name] is None else f"{100 * float(rates[name] or 0):.1f} %" for name in names]
    found = one.redaction.identifier_count - one.redaction.surviving_count
    shown.append(f"{found} of {one.redaction.identifier_count}")
    return [*shown, f"{one.redaction.false_alarm_count} of {one.redaction.placeholder_count}"]
