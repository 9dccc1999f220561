"""`colloquy evaluate demo`: how far the demo's results are from the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from colloquy.cli.screen import make_table, print_json, print_result, print_table
from colloquy.errors import StudyError
from colloquy.store.folders import StudyFolder, find_data_folder

if TYPE_CHECKING:
    from colloquy.domain.confidence_interval import ConfidenceInterval
    from colloquy.domain.interview import Interview
    from colloquy.inspect.scores import Measure, Scores
    from colloquy.store.truth import Truth

# Those whose figure for one interview says something; the others are shown of all.
COLUMNS = (
    "word_error_rate",
    "concatenated_word_error_rate",
    "diarisation_error_rate",
    "jaccard_error_rate",
    "word_speaker_error_rate",
    "redaction_recall",
    "false_alarm_rate",
)
# Few enough to be told as numbers of things.
COUNTED = ("redaction_recall", "false_alarm_rate")
MEANING = """
95 % interval: how far the figure may be off because it rests on these interviews and not on others like them. It is
found by drawing among these, so with few of them it is too narrow; there is none for fewer than three interviews, or
where all that were drawn gave the same.
"""


def evaluate(
    study: Annotated[str, typer.Argument(help="demo: the study whose truth is known.")] = "demo",
    is_json: Annotated[bool, typer.Option("--json", help="For another program.")] = False,
) -> None:
    """Compare results with the truth: words, who said them, who spoke when, and what redaction left."""
    from colloquy.inspect.scores import Scores
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
    total = sum(scores.values(), Scores.zero())
    if is_json:
        print_json(
            {name: plain(one) for name, one in scores.items()}
            | {"all": plain(total) | plain_intervals(tuple(scores.values()))}
        )
        return
    _show_interviews({**scores, "all": total})
    _show_all(tuple(scores.values()), total)
    print_result(MEANING.strip())


def score(folder: StudyFolder, interview: Interview, truth: Truth) -> Scores:
    from colloquy.domain.diarisation import Diarisation
    from colloquy.domain.interview import SourceKind
    from colloquy.domain.redaction import RedactedInterview
    from colloquy.domain.transcript import Transcript
    from colloquy.domain.utterance import Attribution
    from colloquy.inspect.concatenated_word_error import concatenated_word_error
    from colloquy.inspect.diarisation_error import diarisation_error, spoken_turns
    from colloquy.inspect.jaccard_error import jaccard_error
    from colloquy.inspect.redaction_recall import ReferenceIdentifier, measure_redaction_recall
    from colloquy.inspect.scores import Scores
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
        return Scores.of_text(recall)
    heard = load_result(folder, "transcribe", name, Transcript).words
    turns = spoken_turns(load_result(folder, "diarise", name, Diarisation))
    utterances = load_result(folder, "attribute", name, Attribution).utterances
    attributed = tuple(word for utterance in utterances for word in utterance.words)
    said = " ".join(word.text for word in truth.words)
    return Scores(
        count_word_errors(said, " ".join(word.text for word in heard)),
        concatenated_word_error(truth.words, attributed),
        diarisation_error(truth.turns, turns),
        jaccard_error(truth.turns, turns),
        word_speaker_error(truth.words, attributed),
        recall,
    )


def plain(one: Scores) -> dict[str, Any]:
    """Rates as numbers, None where there is nothing to measure; and what redaction's are made of."""
    from colloquy.inspect.scores import MEASURES

    return {measure.key: measure.rate(one) for measure in MEASURES} | {
        "identifier_count": one.redaction.identifier_count,
        "surviving_count": one.redaction.surviving_count,
        "false_alarm_count": one.redaction.false_alarm_count,
        "placeholder_count": one.redaction.placeholder_count,
    }


def plain_intervals(scores: tuple[Scores, ...]) -> dict[str, Any]:
    """`<measure>_interval` for each measure, None where there are too few interviews."""
    from dataclasses import asdict

    from colloquy.inspect.scores import MEASURES

    found = {f"{measure.key}_interval": measure.interval(scores) for measure in MEASURES}
    return {key: None if interval is None else asdict(interval) for key, interval in found.items()}


def _show_interviews(scores: dict[str, Scores]) -> None:
    from colloquy.inspect.scores import MEASURES

    measures = [measure for measure in MEASURES if measure.key in COLUMNS]
    table = make_table("interview", *(measure.title for measure in measures))
    for name, one in scores.items():
        table.add_row(name, *(_cell(measure, one) for measure in measures))
    print_table(table)


def _show_all(scores: tuple[Scores, ...], total: Scores) -> None:
    from colloquy.inspect.scores import MEASURES

    table = make_table("all interviews", "figure", "95 % interval", "from", "what it means")
    for measure in MEASURES:
        interval = measure.interval(scores)
        count = "" if interval is None else str(interval.interview_count)
        table.add_row(measure.title, _percent(measure.rate(total)), _range(interval), count, measure.meaning)
    print_table(table)


def _cell(measure: Measure, one: Scores) -> str:
    if measure.key not in COUNTED:
        return _percent(measure.rate(one))
    counted, total = measure.counts(one)
    return f"{counted} of {total}"


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{100 * rate:.1f} %"


def _range(interval: ConfidenceInterval | None) -> str:
    return "–" if interval is None else f"{100 * interval.low:.1f} to {100 * interval.high:.1f} %"
