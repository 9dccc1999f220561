"""Who interviews whom, from what the voices do. Nothing of what is said leaves this file."""

from __future__ import annotations

import math
from dataclasses import dataclass

from colloquy.domain.utterance import AttributedWord, Role, RoleDecision
from colloquy.settings import AttributionSettings
from colloquy.stages.attribute_words import ends_sentence, is_question

# Parts of an interview in which openings and closings are looked for, as shares of all words.
_OPENING_SHARE = 0.15
_CLOSING_SHARE = 0.12
_OPENINGS = (
    "thank you for coming",
    "thank you for talking",
    "thank you for agreeing",
    "thank you for taking",
    "thanks for",
    "thank you both",
    "could you tell me",
    "can you tell me",
    "could you each",
    "could you start",
    "can i start",
    "before we start",
    "happy that i record",
    "recording",
    "consent",
    "would like to talk about",
    "from the university",
    "welcome",
)
_CLOSINGS = ("anything else", "anything that i did not", "anything i did not", "anything you would like to add")
# Weights of the evidence, in units of log odds; set by hand on interview guides, not fitted.
_ASKS, _ASKS_OFTEN, _OPENS, _CLOSES, _BEGINS, _TALKS = 3.0, 1.5, 1.0, 1.0, 0.5, 2.0
# One voice alone, without a question, is taken for the participant of a monologue, and not with much certainty.
_ALONE_CONFIDENCE = 0.7
# With fewer or more voices than expected it is not clear who they are.
_MISMATCH_FACTOR = 0.8
NO_QUESTION_MARK = "nothing in the transcript ends in a question mark, by which alone questions are known"


@dataclass(frozen=True, slots=True)
class _Behaviour:
    """Shares of one voice: of all questions, of its own sentences that ask, of all words; and what it does.

    A question is what ends in a question mark. `has_questions`: whether one stands anywhere in the transcript, which
    recognisers that leave the marks out never write.
    """

    voice: str
    has_questions: bool
    question_share: float
    asking_ratio: float
    talk_share: float
    is_opening: bool
    is_closing: bool
    is_first: bool

    @property
    def score(self) -> float:
        return (
            _ASKS * self.question_share
            + _ASKS_OFTEN * self.asking_ratio
            + _OPENS * self.is_opening
            + _CLOSES * self.is_closing
            + _BEGINS * self.is_first
            - _TALKS * self.talk_share
        )

    @property
    def reason(self) -> str:
        asks = f"asks {self.question_share:.0%} of the questions" if self.has_questions else NO_QUESTION_MARK
        shares = f"{asks}, says {self.talk_share:.0%} of the words"
        deeds = [
            deed
            for is_done, deed in (
                (self.is_first, "speaks first"),
                (self.is_opening, "opens"),
                (self.is_closing, "closes"),
            )
            if is_done
        ]
        return ", ".join([shares, *deeds])


def attribute_roles(
    words: tuple[AttributedWord, ...], voices: tuple[str, ...], settings: AttributionSettings, ids: tuple[str, ...]
) -> tuple[RoleDecision, ...]:
    """One decision for each of `voices`, in their order; `ids` are the codes of the participants, in theirs.

    The interviewer asks, opens, closes and talks less. Confidence is the softmax of the voices' scores. Openings and
    closings are known in English only; in other languages questions and shares decide.
    """
    behaviours = _behaviours(words, voices)
    if len(behaviours) == 1:
        return (_alone(behaviours[0], settings, ids),)
    total = sum(math.exp(behaviour.score) for behaviour in behaviours)
    chances = [math.exp(behaviour.score) / total for behaviour in behaviours]
    confidence = max(chances, default=0.0)
    asks = any(behaviour.question_share > 0 for behaviour in behaviours)
    if confidence < settings.lowest_role_confidence or not asks:
        return tuple(_unknown(b, min(confidence, _ALONE_CONFIDENCE), settings, ids) for b in behaviours)
    interviewer = behaviours[chances.index(confidence)]
    others = [behaviour for behaviour in behaviours if behaviour is not interviewer]
    labels = dict(zip((b.voice for b in others), ids, strict=True)) if len(others) == len(ids) else {}
    factor = 1.0 if labels or not ids else _MISMATCH_FACTOR
    note = (
        "" if labels or not ids else f"; {len(others)} voices beside the interviewer, {len(ids)} participants expected"
    )
    if len(labels) > 1:
        note = "; codes given in order of first turn"
    return tuple(
        RoleDecision(b.voice, settings.interviewer_label, Role.INTERVIEWER, confidence, b.reason)
        if b is interviewer
        else _participant(b, labels.get(b.voice) or free_label(b.voice, settings, ids), confidence * factor, note)
        for b in behaviours
    )


def _participant(behaviour: _Behaviour, label: str, confidence: float, note: str) -> RoleDecision:
    return RoleDecision(behaviour.voice, label, Role.PARTICIPANT, confidence, behaviour.reason + note)


def _unknown(
    behaviour: _Behaviour, confidence: float, settings: AttributionSettings, ids: tuple[str, ...]
) -> RoleDecision:
    label = free_label(behaviour.voice, settings, ids)
    return RoleDecision(behaviour.voice, label, Role.UNKNOWN, confidence, behaviour.reason)


def _alone(behaviour: _Behaviour, settings: AttributionSettings, ids: tuple[str, ...]) -> RoleDecision:
    reason = f"the only voice; {behaviour.reason}"
    if behaviour.question_share > 0 or len(ids) != 1 or settings.lowest_role_confidence > _ALONE_CONFIDENCE:
        label = free_label(behaviour.voice, settings, ids)
        return RoleDecision(behaviour.voice, label, Role.UNKNOWN, 1 - _ALONE_CONFIDENCE, reason)
    return RoleDecision(behaviour.voice, ids[0], Role.PARTICIPANT, _ALONE_CONFIDENCE, reason)


def free_label(voice: str, settings: AttributionSettings, ids: tuple[str, ...]) -> str:
    """The voice's own label, made different where a participant's code looks the same."""
    return f"{voice}?" if voice in (*ids, settings.interviewer_label) else voice


def _behaviours(words: tuple[AttributedWord, ...], voices: tuple[str, ...]) -> list[_Behaviour]:
    opening = words[: math.ceil(_OPENING_SHARE * len(words))]
    closing = words[len(words) - math.ceil(_CLOSING_SHARE * len(words)) :]
    questions = {voice: sum(is_question(word.text) for word in words if word.speaker == voice) for voice in voices}
    asked = sum(questions.values())
    found: list[_Behaviour] = []
    for voice in voices:
        own = [word for word in words if word.speaker == voice]
        sentences = max(sum(ends_sentence(word.text) for word in own), 1)
        found.append(
            _Behaviour(
                voice,
                asked > 0,
                questions[voice] / max(asked, 1),
                questions[voice] / sentences,
                len(own) / max(len(words), 1),
                _says(opening, voice, _OPENINGS),
                _says(closing, voice, _CLOSINGS),
                bool(words) and words[0].speaker == voice,
            )
        )
    return found


def _says(words: tuple[AttributedWord, ...], voice: str, formulas: tuple[str, ...]) -> bool:
    said = " ".join(word.text.strip(".,?!…\"'“”").casefold() for word in words if word.speaker == voice)
    return any(formula in said for formula in formulas)
