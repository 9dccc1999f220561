"""How far the voice prints of one person and of different people lie apart, and what follows for who asks.

    python -m tests.benchmarks.measure_voices [--encoder PATH]

Each voice of the demo and of the real excerpts is cut into two halves by the time it speaks, as if they were two
interviews: as recorded, over a telephone band, and with a strong echo. Cosines of the halves' vectors; then, for each
recording of several voices, whether a voice known from elsewhere is found in it; first of all, how sure guesses of
roles are that are wrong, in interviews whose questions and answers were made less and less unlike.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path

import numpy as np

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.diarisation import Diarisation, Overlap, Turn
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.utterance import AttributedWord, Role, RoleDecision
from colloquy.domain.voice_print import KnownInterviewer, Vector, cosine
from colloquy.engines.embedded_dvectors import MODEL_NAME, VoiceEncoder
from colloquy.engines.resemblyzer import ResemblyzerVoices
from colloquy.settings import load_settings
from colloquy.stages.attribute_roles import attribute_roles
from colloquy.stages.recognise_interviewer import recognise_interviewer
from colloquy.store.folders import find_data_folder
from colloquy.synthesis.interviews import SCRIPTS
from colloquy.synthesis.script import read_script
from tests.benchmarks.conversations import (
    Conversation,
    demo_conversations,
    real_conversations,
    under_condition,
)

CONDITIONS = ("clean", "telephone", "reverberant")


@dataclass(frozen=True, slots=True)
class Half:
    """`person` is the same for one voice of the synthesiser in all interviews of the demo."""

    kind: str
    recording: str
    person: str
    number: int
    vector: Vector


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, default=find_data_folder().models / f"{MODEL_NAME}.pt")
    encoder = parser.parse_args().encoder
    _measure_guesses()
    if not encoder.is_file():
        print(f"{MODEL_NAME} is not in the model store: voices are not measured")
        return
    voices = ResemblyzerVoices(VoiceEncoder(encoder))
    conversations = [*demo_conversations(), *real_conversations()]
    clean = list(_halves(conversations, voices, "clean"))
    for condition in CONDITIONS:
        others = clean if condition == "clean" else list(_halves(conversations, voices, condition))
        for kind in ("real", "demo"):
            _measure_likeness(kind, condition, clean, others)
        _measure_decisions(condition, clean, others)


def _halves(conversations: list[Conversation], voices: ResemblyzerVoices, condition: str) -> Iterator[Half]:
    for place, one in enumerate(conversations):
        audio = one.audio
        if condition != "clean":
            audio = AudioSamples(under_condition(audio.mono(), condition, place)[None], audio.rate_hz)
        names = read_script(SCRIPTS / f"{one.name}.txt").voices if one.kind == "demo" else {}
        for speaker in sorted({turn.speaker for turn in one.truth}):
            person = names.get(speaker, f"{one.name} {speaker}")
            for number, half in enumerate(_cut(_alone(one.truth, speaker))):
                if vector := voices.embed(audio, half):
                    yield Half(one.kind, one.name, person, number, vector)


def _alone(truth: tuple[Turn, ...], speaker: str) -> tuple[Region, ...]:
    overlaps = tuple(
        Overlap(max(a.start_ms, b.start_ms), min(a.end_ms, b.end_ms), (a.speaker, b.speaker))
        for a, b in combinations(truth, 2)
        if a.speaker != b.speaker and a.start_ms < b.end_ms and b.start_ms < a.end_ms
    )
    overlaps = tuple(sorted(overlaps, key=lambda overlap: overlap.start_ms))
    return Diarisation(truth, overlaps, EngineIdentity("truth", "")).alone(speaker)


def _cut(stretches: tuple[Region, ...]) -> tuple[tuple[Region, ...], tuple[Region, ...]]:
    first: list[Region] = []
    second: list[Region] = []
    left_ms = sum(one.duration_ms for one in stretches) // 2
    for one in stretches:
        cut_ms = one.start_ms + min(max(left_ms, 0), one.duration_ms)
        first.append(Region(one.start_ms, cut_ms))
        second.append(Region(cut_ms, one.end_ms))
        left_ms -= one.duration_ms
    return tuple(r for r in first if r.duration_ms), tuple(r for r in second if r.duration_ms)


def _measure_likeness(kind: str, condition: str, clean: list[Half], others: list[Half]) -> None:
    found: dict[bool, list[float]] = {True: [], False: []}
    for one, other in product(clean, others):
        is_itself = (one.recording, one.person, one.number) == (other.recording, other.person, other.number)
        if {one.kind, other.kind} == {kind} and not is_itself:
            found[one.person == other.person].append(cosine(one.vector, other.vector))
    for is_same, cosines in found.items():
        shown = " ".join(f"{value:.2f}" for value in np.quantile(cosines, (0, 0.05, 0.5, 0.95, 1)))
        print(f"{kind} clean/{condition} {'same' if is_same else 'different'} ({len(cosines)}): {shown}", flush=True)


def _measure_decisions(condition: str, clean: list[Half], others: list[Half]) -> None:
    """The second halves of a recording's voices, their roles unclear; known is one first half, of any recording."""
    counts: Counter[str] = Counter()
    settings = load_settings().attribution
    for recording in {half.recording for half in others}:
        there = {half.person: half.vector for half in others if half.recording == recording and half.number == 1}
        if len(there) < 2:
            continue
        roles = tuple(RoleDecision(person, person, Role.UNKNOWN, 0.5, "") for person in there)
        for known in (half for half in clean if half.number == 0):
            found = recognise_interviewer(
                roles, there, (KnownInterviewer(1, known.vector, (("", 0),)),), settings, tuple(there)[1:]
            )
            asking = [role.speaker for role in found.roles if role.role is Role.INTERVIEWER]
            is_right = "right" if asking == [known.person] else "wrong"
            counts[f"{'there' if known.person in there else 'absent'}: {is_right if asking else 'left'}"] += 1
    print(f"known clean, heard {condition}: {dict(sorted(counts.items()))}", flush=True)


def _measure_guesses() -> None:
    """Half interviews of the demo; a share of the questions is made a statement, as many statements questions."""
    rng = random.Random(1)
    settings = load_settings().attribution
    for share in (0.0, 0.1, 0.2, 0.3, 0.5):
        counts: Counter[str] = Counter()
        for script, _ in product(sorted(SCRIPTS.glob("P0[1-6].txt")), range(200)):
            words = [
                AttributedWord(_turned(word, turn.speaker, share, rng), None, None, None, turn.speaker)
                for turn in read_script(script).turns
                for piece in turn.pieces
                for word in piece.words
            ]
            first = rng.randrange(len(words) // 2)
            part = tuple(words[first : first + len(words) // 2])
            voices = tuple(dict.fromkeys(word.speaker for word in part))
            roles = attribute_roles(part, voices, settings, tuple(voice for voice in voices if voice != "INT"))
            counts[_sureness(roles)] += 1
        print(f"turned {share:.0%}: {dict(sorted(counts.items()))}", flush=True)


def _turned(word: str, speaker: str, share: float, rng: random.Random) -> str:
    is_question, is_interviewer = word.endswith("?"), speaker == "INT"
    if word[-1:] in (".", "?") and is_question == is_interviewer and rng.random() < share:
        return word[:-1] + ("." if is_question else "?")
    return word


def _sureness(roles: tuple[RoleDecision, ...]) -> str:
    asking = next((role for role in roles if role.role is Role.INTERVIEWER), None)
    if asking is None:
        return "unclear"
    least = next(limit for limit in (0.97, 0.95, 0.9, 0.6, 0.0) if asking.confidence >= limit)
    return f"from {least} {'right' if asking.speaker == 'INT' else 'wrong'}"


if __name__ == "__main__":
    main()
