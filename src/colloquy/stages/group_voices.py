"""Which of the voices remembered in a study are one interviewer's, and which number each interviewer has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain, count

import numpy as np

from colloquy.domain.interview import interview_order
from colloquy.domain.voice_print import InterviewerVoice, KnownInterviewer, mean_vector

# Measured, see docs/benchmarks.md. From SURELY_SAME on two voices are one person's; below SURELY_OTHER they are two
# people's. Another room or a telephone changes a voice so much that between the two nothing is certain.
SURELY_SAME, SURELY_OTHER = 0.87, 0.55


@dataclass(slots=True)
class _Group:
    members: list[tuple[str, int]] = field(default_factory=list)
    voices: list[InterviewerVoice] = field(default_factory=list)
    total: np.ndarray = field(default_factory=lambda: np.zeros(1))

    def take(self, name: str, place: int, voice: InterviewerVoice) -> None:
        self.members.append((name, place))
        self.voices.append(voice)
        self.total = self.total + np.array(voice.vector)

    def likeness(self, voice: InterviewerVoice) -> float:
        """The cosine of the mean and the voice."""
        return float(self.total @ np.array(voice.vector) / max(np.linalg.norm(self.total), 1e-9))

    def may_take(self, name: str, voice: InterviewerVoice, least: float) -> bool:
        """Whoever a person told apart stays apart; what is said of a voice holds for those that are surely the same."""
        said = {one.number for one in self.voices if one.is_numbered}
        if name in (member for member, _ in self.members):
            return False
        if voice.is_numbered:
            return voice.number in said
        is_free = not said or (voice.number or 1) in said
        return self.likeness(voice) >= (least if is_free else SURELY_SAME)

    @property
    def votes(self) -> Counter[int]:
        """For each number how many interviews gave it; a person's word outweighs them all."""
        weight = len(self.voices) + 1
        votes: Counter[int] = Counter()
        for voice in self.voices:
            if voice.number:
                votes[voice.number] += weight if voice.is_numbered else 1
        return votes

    @property
    def rank(self) -> tuple[bool, int, object]:
        """Who is asked first which number to have."""
        is_numbered = any(voice.is_numbered for voice in self.voices)
        return not is_numbered, -self.votes.total(), min(interview_order(name) for name, _ in self.members)


def group_voices(
    taught: Mapping[str, tuple[InterviewerVoice, ...]], least: float = SURELY_OTHER
) -> tuple[KnownInterviewer, ...]:
    """`taught` gives for each interview the voices of its interviewers, each another person; `number` 0 is none yet.

    A voice joins the group that it is most like, where that is `least` or more: by SURELY_OTHER one interviewer under
    two labels is rare, which would be worse than two under one. A group keeps the number that most of its interviews
    have, and one without gets the smallest that is free.
    """
    groups: list[_Group] = []
    for name, place, voice in _in_order(taught):
        fitting = [group for group in groups if group.may_take(name, voice, least)]
        best = max(fitting, key=lambda group: group.likeness(voice), default=None)
        if best is None:
            best = _Group()
            groups.append(best)
        best.take(name, place, voice)
    return tuple(_numbered(sorted(groups, key=lambda group: group.rank)))


def _in_order(taught: Mapping[str, tuple[InterviewerVoice, ...]]) -> Iterable[tuple[str, int, InterviewerVoice]]:
    """What a person said first: the machine's guesses are measured by that."""
    voices = [(name, place, voice) for name, own in taught.items() for place, voice in enumerate(own)]
    return sorted(
        voices, key=lambda one: (not one[2].is_numbered, not one[2].is_decided, interview_order(one[0]), one[1])
    )


def _numbered(groups: list[_Group]) -> Iterable[KnownInterviewer]:
    given: set[int] = set()
    for group in groups:
        wanted = [number for number, _ in sorted(group.votes.items(), key=lambda vote: (-vote[1], vote[0]))]
        number = next(one for one in chain(wanted[:1], count(1)) if one not in given)
        given.add(number)
        vector = mean_vector(voice.vector for voice in group.voices)
        yield KnownInterviewer(number, vector, tuple(group.members))
