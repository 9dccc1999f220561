"""The morning's digest of a night: short enough to read on a phone. Ids, counts and our own sentences only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from colloquy.domain.interview import interview_order
from colloquy.domain.night import Night, in_utc
from colloquy.domain.record import InterviewState
from colloquy.domain.validation import Verdict
from colloquy.domain.workload import Estimate, plain_length

MOST_IDS = 12
NO_REASON = "No reason was noted."


@dataclass(frozen=True, slots=True)
class _Part:
    heading: str
    lines: tuple[str, ...]


def night_digest(study_id: str, night: Night, states: Iterable[InterviewState], estimate: Estimate | None) -> str:
    """Markdown. `states` give the reasons of what failed or waits; `estimate` says how much is left."""
    blocks = [f"# {study_id}: {_date(night)}", _when(night), f"**{_summary(night)}**"]
    for part in _parts(study_id, night, states, estimate):
        lines = part.lines if len(part.lines) == 1 else tuple(f"- {line}" for line in part.lines)
        blocks += [f"## {part.heading}", "\n".join(lines)]
    return "\n\n".join(blocks) + "\n"


def plain_digest(study_id: str, night: Night, states: Iterable[InterviewState], estimate: Estimate | None) -> str:
    """The same without markup, for e-mail and Teams."""
    blocks = [f"{study_id}: {_date(night)}\n{_when(night)}\n{_summary(night)}"]
    for part in _parts(study_id, night, states, estimate):
        blocks.append("\n".join([f"{part.heading}:", *(f"- {line}" for line in part.lines)]).replace("`", ""))
    return "\n\n".join(blocks) + "\n"


def outdated_advice(version: str) -> str:
    """Of a version of the dataset in which a name stands that the study learnt later."""
    return (
        f"{version} holds something that identifies a person and came to light later. Delete it from dataset, exports "
        "and reports, and tell whoever has a copy."
    )


def _date(night: Night) -> str:
    return f"night of {night.began.day} {night.began:%B %Y}"


def _when(night: Night) -> str:
    kind = "by its schedule" if night.is_scheduled else "by hand"
    if night.ended is None:
        return f"Begun at {night.began:%H:%M} {kind}; it has not ended, or was interrupted."
    length = plain_length((in_utc(night.ended) - in_utc(night.began)).total_seconds())
    return f"Begun at {night.began:%H:%M} {kind}, ended at {night.ended:%H:%M} after {length}."


def _summary(night: Night) -> str:
    waits = "waits" if len(night.waiting) == 1 else "wait"
    counts = (
        (night.done, "done"),
        (night.failed, "failed"),
        (night.waiting, f"{waits} for a person"),
        (night.left, "left"),
    )
    parts = [f"{len(ids)} {label}" for ids, label in counts if ids]
    return (", ".join(parts) if parts else "There was nothing to do") + "."


def _parts(
    study_id: str, night: Night, states: Iterable[InterviewState], estimate: Estimate | None
) -> tuple[_Part, ...]:
    known = tuple(states)
    reasons = {state.interview_id: state.reason for state in known}
    warned = tuple(
        state.interview_id
        for state in known
        if state.interview_id in night.done and state.verdict == Verdict.PASSED_WITH_WARNINGS.value
    )
    done = tuple(one for one in night.done if one not in warned)
    parts = (
        _Part("What to do", _to_do(study_id, night)),
        _Part("Failed", _by_reason(night.failed, reasons)),
        _Part("Waits for a person", _by_reason(night.waiting, reasons)),
        _Part("Done, with warnings", _by_reason(warned, reasons)),
        _Part("Done", (_ids(done),) if done else ()),
        _Part("Left", _left(night, estimate)),
        _Part("Note", (night.note,) if night.note else ()),
    )
    return tuple(part for part in parts if part.lines)


def _to_do(study_id: str, night: Night) -> tuple[str, ...]:
    lines = [outdated_advice(version) for version in night.outdated]
    if night.failed:
        it = "it is" if len(night.failed) == 1 else "they are"
        lines.append(f"Mend what failed, as said below; {it} tried again in the next run.")
    if night.waiting:
        lines.append("Decide what waits for a person, as said below.")
    if night.held_count:
        whose = "1 file waits" if night.held_count == 1 else f"{night.held_count} files wait"
        lines.append(f"{whose} in the inbox: the note beside {'it' if night.held_count == 1 else 'each'} says why.")
    if lines:
        return (*lines, f"More: `colloquy status {study_id}`")
    return ("Nothing: the rest goes on by itself in the next run.",) if night.left else ("Nothing.",)


def _by_reason(ids: tuple[str, ...], reasons: dict[str, str]) -> tuple[str, ...]:
    """One line a reason: what stopped the whole night is said once."""
    grouped: dict[str, list[str]] = {}
    for interview_id in ids:
        reason = " ".join(reasons.get(interview_id, "").split()).removeprefix(f"{interview_id}: ")
        grouped.setdefault(reason or NO_REASON, []).append(interview_id)
    return tuple(f"{_ids(tuple(same))}: {reason}" for reason, same in grouped.items())


def _left(night: Night, estimate: Estimate | None) -> tuple[str, ...]:
    if estimate is not None and estimate.left_count:
        return (estimate.sentence, *([_ids(night.left)] if night.left else []))
    return (_ids(night.left),) if night.left else ()


def _ids(ids: tuple[str, ...]) -> str:
    ids = tuple(sorted(ids, key=interview_order))
    more = len(ids) - MOST_IDS
    return ", ".join(ids[:MOST_IDS]) + (f" and {more} more" if more > 0 else "")
