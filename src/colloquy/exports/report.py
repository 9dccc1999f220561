"""The report of a study for its team: one HTML page, no script, nothing from the network, good on paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from html import escape

from colloquy.domain.dataset import DatasetTables, InterviewRow
from colloquy.domain.interview import State, interview_order
from colloquy.domain.record import InterviewState
from colloquy.domain.validation import ROLES_CHECK, CheckResult, Severity, ValidationReport, Verdict
from colloquy.exports.report_languages import languages_section
from colloquy.exports.report_speakers import speakers_section
from colloquy.exports.report_style import STYLE
from colloquy.exports.roles_in_words import roles_in_short

MOST_IDS_SHOWN = 12
CHECK = "check"
PLACES = {"cpu": "the processor", "cuda": "the GPU"}
KEPT_OUT = (State.FAILED, State.WAITS, State.SET_ASIDE)
DEFINITIONS = (
    ("Minutes", "Length of the recording; a dash where there is none, as for a written reflection."),
    (
        "Who is who",
        "Who decided which voice is whose: a person; the machine, from what the voices do, with how sure it says it "
        "is; or the text, where it names its speakers. Open: published although something about it is not clear.",
    ),
    ("Speech covered", "Share of the speech, found by voice activity, within half a second of a transcribed word."),
    (
        "To listen to",
        "Passages that may be invented: words in silence or after the end, loops, phrases known from subtitles, words "
        "faster than people speak, the study's vocabulary one term after the other. They were read a second time and "
        "are kept; somebody must listen.",
    ),
    ("Confidence", "The transcriber's own mean confidence, from 0 to 1. It helps to choose what to listen to first."),
    ("Overlap", "Share of the words spoken while another voice speaks; a dash where the engine looks for no overlaps."),
    ("Replacements", "Names and other identifiers that were replaced by placeholders such as [Person 3]."),
    ("Checks", "Checks passed, of all. A check that could not be run counts as not passed."),
    ("Passed with warnings", "In the dataset; read what to do about it before coding."),
    (
        "Waits for a person",
        "It is not clear who interviews and who answers, or how many speak. The interview is kept out of the dataset "
        "until somebody says who is who; everything else is ready.",
    ),
    ("Failed", "A critical check did not pass. The interview is kept out of the dataset until this is mended."),
)


def report(
    tables: DatasetTables,
    reports: tuple[ValidationReport, ...],
    states: Mapping[str, InterviewState],
    study_title: str,
    version: str,
) -> bytes:
    """One UTF-8 HTML page: a row an interview, what to do about each that is not done, definitions.

    `tables` may lack interviews that did not pass; they are shown from `reports` and `states` alone.
    """
    rows = {row.interview_id: row for row in tables.interviews}
    checked = {found.interview_id: found for found in reports}
    ids = sorted({*rows, *checked, *states}, key=interview_order)
    title = study_title or "Study report"
    body = "\n".join(
        (
            f"<header><p class=kicker>Study report</p><h1>{escape(title)}</h1>",
            f"<p class=sub>Dataset {escape(version)} · redacted (pseudonymised) by Colloquy</p></header>",
            _figures(rows.values(), states, ids),
            "<section><h2>Interviews</h2>",
            _overview(ids, rows, checked, states),
            _transcribed(rows.values()),
            "</section>",
            speakers_section(tables),
            languages_section(rows.values()),
            _sound(rows),
            _to_do(ids, checked, states),
            _definitions(),
            "<footer>Redaction is never certain. Keep this page and the dataset where the study's data agreement "
            "says, and tell the team if you recognise anybody.</footer>",
        )
    )
    return (
        '<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}, {escape(version)}</title><style>{STYLE}</style></head>\n"
        f"<body><main>{body}</main></body></html>\n"
    ).encode()


def _figures(rows: Iterable[InterviewRow], states: Mapping[str, InterviewState], ids: list[str]) -> str:
    rows = tuple(rows)
    minutes = sum(row.duration_ms or 0 for row in rows) / 60_000
    inside = {row.interview_id for row in rows}
    kept_out = sum(state.state in KEPT_OUT for state in states.values() if state.interview_id not in inside)
    figures = (
        (f"{len(rows)} of {len(ids)}", "interviews in the dataset"),
        (f"{minutes:,.0f}", "minutes recorded"),
        (f"{sum(row.word_count for row in rows):,}", "words"),
        (f"{sum(row.redaction_count for row in rows):,}", "replacements"),
        (f"{kept_out}", "kept out of the dataset"),
    )
    cards = "".join(f"<li><b>{value}</b><span>{label}</span></li>" for value, label in figures)
    return f"<ul class=figures>{cards}</ul>"


def _overview(
    ids: list[str],
    rows: Mapping[str, InterviewRow],
    checked: Mapping[str, ValidationReport],
    states: Mapping[str, InterviewState],
) -> str:
    figures = (
        "Minutes",
        "Speakers",
        "Who is who",
        "Words",
        "Replacements",
        "Speech covered",
        "To listen to",
        "Confidence",
        "Overlap",
    )
    head = "".join(f"<th scope=col>{name}</th>" for name in ("Interview", *figures, "Checks", "Verdict"))
    lines = []
    for interview_id in ids:
        found = checked.get(interview_id)
        cells = [*_row_cells(rows.get(interview_id)), f"{found.passed_count}/{len(found.results)}" if found else "–"]
        numbers = "".join(f"<td>{cell}</td>" for cell in cells)
        verdict = _badge(found, states.get(interview_id))
        lines.append(f"<tr><th scope=row>{escape(interview_id)}</th>{numbers}<td class=verdict>{verdict}</td></tr>")
    return f"<div class=wide><table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"


def _row_cells(row: InterviewRow | None) -> list[str]:
    if row is None:
        return ["–"] * 9
    return [
        "–" if row.duration_ms is None else f"{row.duration_ms / 60_000:.1f}",
        str(row.speaker_count),
        escape(roles_in_short(row)),
        f"{row.word_count:,}",
        f"{row.redaction_count:,}",
        _share(row.covered_ratio),
        "–" if row.suspect_passage_count is None else str(row.suspect_passage_count),
        "–" if row.mean_confidence is None else f"{row.mean_confidence:.2f}",
        _share(row.overlap_ratio),
    ]


def _transcribed(rows: Iterable[InterviewRow]) -> str:
    """How many interviews were transcribed where, and a line for each that was not done as asked."""
    ordered = sorted(rows, key=lambda row: interview_order(row.interview_id))
    counts = Counter((PLACES.get(row.device, row.device), row.precision) for row in ordered if row.device)
    if not counts:
        return ""
    where = "; ".join(
        f"{count} on {place}{f' ({escape(precision)})' if precision else ''}"
        for (place, precision), count in counts.most_common()
    )
    changed = [row for row in ordered if row.fallbacks]
    otherwise = f" {len(changed)} otherwise than the settings ask for:" if changed else ""
    lines = "".join(f"<li>{escape(row.interview_id)}: {escape(' '.join(row.fallbacks))}</li>" for row in changed)
    return f"<p>Transcribed: {where}.{otherwise}</p>{f'<ul>{lines}</ul>' if lines else ''}"


def _share(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.0%}"


def _badge(found: ValidationReport | None, state: InterviewState | None) -> str:
    """The state counts where it says more than the checks: an interview can fail before it is checked."""
    if state is not None and _stopped_early(state):
        text = "failed before its checks"
    elif found is None or (state is not None and state.state is not State.DONE):
        text = (state.state if state else State.NEW).value
    else:
        text = found.verdict.value
    kind = "bad" if text.startswith("failed") else "good" if text == Verdict.PASSED.value else "mixed"
    return f"<span class={kind}>{escape(text)}</span>"


def _stopped_early(state: InterviewState) -> bool:
    """It failed at a stage before its checks, so that a report is about an earlier run."""
    return state.state is State.FAILED and state.stage != CHECK


def _sound(rows: Mapping[str, InterviewRow]) -> str:
    """What is unusual about the recordings; nothing where nothing is."""
    notes = ((escape(name), escape(row.sound_notes)) for name, row in rows.items() if row.sound_notes)
    lines = "".join(f"<dt>{name}</dt><dd>{note}</dd>" for name, note in notes)
    return f"<section><h2>Unusual recordings</h2><dl>{lines}</dl></section>" if lines else ""


def _to_do(ids: list[str], checked: Mapping[str, ValidationReport], states: Mapping[str, InterviewState]) -> str:
    advice = {interview_id: _advice(checked.get(interview_id), states.get(interview_id)) for interview_id in ids}
    articles = (
        f"<article><h3>{escape(interview_id)}</h3>{text}</article>" for interview_id, text in advice.items() if text
    )
    text = "".join(articles) or "<p>Nothing: every interview passed all its checks.</p>"
    return f"<section><h2>What to do</h2>{text}</section>"


def _advice(found: ValidationReport | None, state: InterviewState | None) -> str:
    """Empty where the interview is done and nothing failed."""
    if state is not None and state.state is State.SET_ASIDE:
        return f"<p>It is set aside. {_reason(state)}</p>"
    if state is not None and _stopped_early(state):
        stage = f" (stage {escape(state.stage.replace('_', ' '))})" if state.stage else ""
        return f"<p>It stopped before it could be checked{stage}. {_reason(state)}</p>"
    if state is not None and state.state is State.WAITS:
        # What it waits for is said once: by its own reason, not by the check of the same matter too.
        problems = [one for one in (found.failed if found else ()) if one.check != ROLES_CHECK or not one.could_run]
        return f"<p>It {escape(state.state.value)}. {_reason(state)}</p>{_problems(problems)}"
    if found is not None and found.failed:
        return _problems(found.failed)
    if state is not None and state.state is State.DONE:
        return ""
    if state is not None and state.state in KEPT_OUT:
        return f"<p>It {escape(state.state.value)}. {_reason(state)}</p>"
    return "<p>It is not finished. Run the study again.</p>"


def _problems(failed: Iterable[CheckResult]) -> str:
    lines = "".join(map(_problem, failed))
    return f"<ol>{lines}</ol>" if lines else ""


def _reason(state: InterviewState) -> str:
    return escape(state.reason) or "<code>colloquy status</code> on the study's machine shows where it stands."


def _problem(result: CheckResult) -> str:
    kind, label = ("bad", "Critical") if result.severity is Severity.CRITICAL else ("mixed", "Warning")
    if result.could_run:
        places = "1 place" if result.failing_count == 1 else f"{result.failing_count:,} places"
        what = f"Not so in {places}"
    else:
        what = "This check could not be run"
    shown = result.failing_ids[:MOST_IDS_SHOWN]
    more = result.failing_count - len(shown)
    ids = ", ".join(f"<code>{escape(failing_id)}</code>" for failing_id in shown)
    where = f": {ids}{f' and {more:,} more' if more > 0 else ''}" if ids else ""
    note = f"<p>Open: {escape(result.note)}</p>" if result.note else ""
    return (
        f"<li><p><span class={kind}>{label}</span> <b>{escape(result.description)}</b></p>"
        f"<p>{what}{where}.</p>{note}<p class=advice>{escape(result.advice)}</p></li>"
    )


def _definitions() -> str:
    entries = "".join(f"<dt>{term}</dt><dd>{meaning}</dd>" for term, meaning in DEFINITIONS)
    return f"<section class=definitions><h2>What the words mean</h2><dl>{entries}</dl></section>"
