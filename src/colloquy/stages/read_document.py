"""From a source without sound to utterances with labels that name nobody."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from colloquy.domain.document import SourceText
from colloquy.domain.speaker_label import stated_code, stated_role
from colloquy.domain.utterance import Attribution, Role, RoleDecision, RolesBy, Voice
from colloquy.settings import AttributionSettings
from colloquy.stages.choose_quotes import choose_quotes
from colloquy.stages.join_paragraphs import folded_name, join_paragraphs

# A voice that asks at least this share of all questions is taken for the interviewer; below it nobody clearly is.
SMALLEST_QUESTION_RATIO = 0.6
QUESTION_MARKS = "?\u061f\uff1f"  # Latin, Arabic, full width
# Certainty where nothing in the source speaks for or against it.
LIKELY = 0.8


@dataclass(frozen=True, slots=True)
class _Voice:
    """One speaker of the source, numbered from 1; `name` is folded for comparison, empty for text that names nobody."""

    number: int
    name: str = field(repr=False)
    question_count: int


@dataclass(frozen=True, slots=True)
class _Labels:
    """What labels may be given: the interviewer's, and the codes by their folded spelling."""

    interviewer: str
    codes: dict[str, str]

    def neutral(self, voice: _Voice) -> str:
        label = f"S{voice.number}"
        return label if label.casefold() not in self.codes else f"V{voice.number}"


def read_document(
    source: SourceText, settings: AttributionSettings, interview_id: str, participant_ids: tuple[str, ...]
) -> Attribution:
    """Utterances and roles of a written text or a ready-made transcript.

    A text without speakers and times is its author's: one utterance a paragraph, all by the participant. For a
    transcript see `join_paragraphs`. Speakers' names never become labels; a label is the interviewer's, a code from
    `participant_ids`, or `S1`, `S2`, …
    """
    voices = _find_voices(source)
    labels = _Labels(settings.interviewer_label, {code.casefold(): code for code in participant_ids})
    has_times = any(paragraph.start_ms is not None for paragraph in source.paragraphs)
    if len(voices) == 1 and not voices[0].name:
        decisions = {"": _decide_unnamed(voices[0], labels, has_times=has_times)}
    else:
        decisions = _decide(voices, labels)
    utterances = join_paragraphs(source.paragraphs, decisions, settings, interview_id)
    shown = _shown(source, decisions, settings, interview_id)
    return Attribution(utterances, tuple(decisions.values()), source.speaker_names, shown)


def _shown(
    source: SourceText, decisions: dict[str, RoleDecision], settings: AttributionSettings, interview_id: str
) -> tuple[Voice, ...]:
    """What a person needs to say who each voice is; two voices may have one label, and are shown apart."""
    names = {folded_name(paragraph): paragraph.speaker or "" for paragraph in reversed(source.paragraphs)}
    apart = {name: replace(role, label=role.speaker) for name, role in decisions.items()}
    utterances = join_paragraphs(source.paragraphs, apart, settings, interview_id)
    counts = dict.fromkeys((role.speaker for role in decisions.values()), 0)
    for utterance in utterances:
        counts[utterance.speaker] += len(utterance.words)
    return tuple(
        Voice(role, counts[role.speaker], choose_quotes(utterances, role.speaker), names[name])
        for name, role in decisions.items()
    )


def _find_voices(source: SourceText) -> tuple[_Voice, ...]:
    """In order of their first paragraph."""
    questions: dict[str, int] = {}
    for paragraph in source.paragraphs:
        name = folded_name(paragraph)
        questions[name] = questions.get(name, 0) + sum(paragraph.text.count(mark) for mark in QUESTION_MARKS)
    return tuple(_Voice(number, name, count) for number, (name, count) in enumerate(questions.items(), start=1))


def _decide_unnamed(voice: _Voice, labels: _Labels, *, has_times: bool) -> RoleDecision:
    """One voice without a name: an author, or captions that do not say who speaks."""
    neutral = labels.neutral(voice)
    if has_times:
        return RoleDecision(neutral, neutral, Role.UNKNOWN, 0.0, "the captions do not say who speaks")
    if len(labels.codes) == 1:
        (code,) = labels.codes.values()
        return RoleDecision(
            neutral, code, Role.PARTICIPANT, 1.0, "a text of one author, whose code is known", RolesBy.SOURCE
        )
    return RoleDecision(neutral, neutral, Role.PARTICIPANT, LIKELY, "a text that names no speakers is its author's")


def _decide(voices: tuple[_Voice, ...], labels: _Labels) -> dict[str, RoleDecision]:
    interviewers = _find_interviewers(voices, labels)
    taken = {voice.name for voice in voices if voice.name in labels.codes}
    free = [code for folded, code in labels.codes.items() if folded not in taken]
    nameless = {voice.number for voice in voices if not voice.name}
    open_numbers = {v.number for v in voices if v.name not in taken} - interviewers.keys() - nameless
    only_code = free[0] if len(free) == 1 and len(open_numbers) == 1 else None
    decisions: dict[str, RoleDecision] = {}
    for voice in voices:
        neutral = labels.neutral(voice)
        if not voice.name:
            decision = RoleDecision(neutral, neutral, Role.UNKNOWN, 0.0, "text that names no speaker")
        elif voice.number in interviewers:
            decision = interviewers[voice.number]
        elif voice.name in labels.codes:
            code = labels.codes[voice.name]
            decision = RoleDecision(neutral, code, Role.PARTICIPANT, 1.0, "labelled with this code", RolesBy.SOURCE)
        else:
            decision = _decide_other(voice, neutral, only_code, has_interviewer=bool(interviewers))
        decisions[voice.name] = decision
    return decisions


def _find_interviewers(voices: tuple[_Voice, ...], labels: _Labels) -> dict[int, RoleDecision]:
    """By the label's own word where one says so, else the one voice that asks most of the questions; by number."""
    others = [voice for voice in voices if voice.name and voice.name not in labels.codes]
    stated = [voice for voice in others if stated_role(voice.name) is Role.INTERVIEWER]
    if stated:
        names = [labels.interviewer, *(f"{labels.interviewer}{n}" for n in range(2, len(stated) + 1))]
        return {
            voice.number: RoleDecision(
                labels.neutral(voice), name, Role.INTERVIEWER, 1.0, "labelled as interviewer", RolesBy.SOURCE
            )
            for voice, name in zip(stated, names, strict=True)
        }
    total = sum(voice.question_count for voice in voices)
    asking = max(
        (voice for voice in others if stated_role(voice.name) is None),
        key=lambda voice: voice.question_count,
        default=None,
    )
    if asking is None or len(voices) < 2 or total == 0 or asking.question_count < SMALLEST_QUESTION_RATIO * total:
        return {}
    reason = f"asks {asking.question_count} of {total} questions"
    ratio = asking.question_count / total
    decision = RoleDecision(labels.neutral(asking), labels.interviewer, Role.INTERVIEWER, ratio, reason)
    return {asking.number: decision}


def _decide_other(voice: _Voice, neutral: str, only_code: str | None, *, has_interviewer: bool) -> RoleDecision:
    """Neither the interviewer nor labelled with a code that the file's name gives."""
    if code := stated_code(voice.name):
        return RoleDecision(neutral, code, Role.PARTICIPANT, 1.0, "labelled with a code", RolesBy.SOURCE)
    if only_code is not None:
        return RoleDecision(neutral, only_code, Role.PARTICIPANT, LIKELY, "the only voice left for the only code left")
    if stated_role(voice.name) is Role.PARTICIPANT:
        return RoleDecision(
            neutral, neutral, Role.PARTICIPANT, 1.0, "labelled as participant; the code is not known", RolesBy.SOURCE
        )
    if has_interviewer:
        return RoleDecision(neutral, neutral, Role.PARTICIPANT, LIKELY, "another voice asks; the code is not known")
    return RoleDecision(neutral, neutral, Role.UNKNOWN, 0.0, "nobody clearly asks the questions")
