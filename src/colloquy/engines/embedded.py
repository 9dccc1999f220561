"""Tells voices apart without an account: by signal processing, and by learnt vectors where the model store holds them.

Nothing is fetched here, and the result is the same every time. It reports no overlaps: one voice over another cannot
be told from a third voice without a model trained for that.
"""

from __future__ import annotations

from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import numpy as np

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.diarisation import Diarisation, SpeakerCount, Turn
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.model import find_card
from colloquy.engines.embedded_clusters import cluster, pieces
from colloquy.engines.embedded_dvectors import MODEL_NAME, VoiceEncoder
from colloquy.engines.embedded_edges import speaker_path
from colloquy.engines.embedded_learned import VoiceClusters, VoiceWindows, spread, tightness, window_centres
from colloquy.engines.embedded_voice import FRAME_MS, VoiceFrames, frame_spans, voice_frames
from colloquy.errors import ModelMissingError
from colloquy.settings import DiarisationSettings

# Goes up with every change that may move a turn.
METHOD_VERSION = "2"
# Those who write turns down by hand let them run on over pauses up to about this length.
_OWN_PAUSE_MS = 750


class EmbeddedDiariser:
    """`Diariser`: cepstra, and d-vectors where there is an encoder → clustering → a path of voices with fine edges.

    Deterministic, on the CPU.
    """

    def __init__(self, encoder: VoiceEncoder | None = None) -> None:
        self._encoder = encoder

    @cached_property
    def identity(self) -> EngineIdentity:
        """Raises ModelDamagedError."""
        names = ("numpy", "scipy", "scikit-learn")
        if self._encoder is None:
            return EngineIdentity("embedded", METHOD_VERSION, model=_releases(names))
        model = f"{MODEL_NAME}+{_releases((*names, 'torch'))}"
        return EngineIdentity("embedded", METHOD_VERSION, model, self._encoder.digest)

    def diarise(self, audio: AudioSamples, speech: tuple[Region, ...], count: SpeakerCount) -> Diarisation:
        """Turns fill the speech regions, to 10 ms, and a voice's own short pauses.

        In very little speech there may be fewer voices than asked for. Raises ModelDamagedError.
        """
        frames = voice_frames(audio, speech)
        spans = frame_spans(speech, frames.frame_count)
        if not spans:
            return Diarisation((), (), self.identity, finds_overlaps=False)
        if self._encoder is None:
            path, heard = _computed_path(frames, spans, count)
        else:
            path, heard = _learned_path(frames, spans, count, _windows(self._encoder, audio, frames, spans))
        path = speaker_path(frames, spans, path)
        turns = _bridged(_turns(path, spans, audio.duration_ms))
        return Diarisation(turns, (), self.identity, finds_overlaps=False, heard_count=heard)


def _computed_path(frames: VoiceFrames, spans: list[tuple[int, int]], count: SpeakerCount) -> tuple[np.ndarray, int]:
    """The voice of each frame by its cepstra, -1 outside speech, int (n,); and how many are heard."""
    path, cut = np.full(frames.frame_count, -1), pieces(spans)
    voices, heard = cluster(frames, cut, count)
    for (first, last), voice in zip(cut, voices, strict=True):
        path[first:last] = voice
    return path, heard


def _learned_path(
    frames: VoiceFrames, spans: list[tuple[int, int]], count: SpeakerCount, windows: VoiceWindows
) -> tuple[np.ndarray, int]:
    """As `_computed_path`. Of three ways to cluster the one with the tightest voices: none is the best everywhere."""
    computed, heard = _computed_path(frames, spans, count)
    ways = [VoiceClusters(windows, count.maximum, is_steady=is_steady) for is_steady in (True, False)]
    found = len(np.unique(computed[frames.is_speech]))
    number = ways[0].fitting_count(count, found)
    if number != found:
        computed, _ = _computed_path(frames, spans, SpeakerCount(number, number))
    paths = [computed]
    for way in ways:
        voices = spread(windows, way.voices(number), frames.frame_count)
        paths.append(np.where(frames.is_speech, voices, -1))
    paths = [speaker_path(frames, spans, path, rounds=1) for path in paths]
    heard = ways[0].fitting_count(SpeakerCount(1, count.maximum), heard)
    return max(paths, key=lambda path: tightness(windows, path[windows.centres])), heard


def _windows(
    encoder: VoiceEncoder, audio: AudioSamples, frames: VoiceFrames, spans: list[tuple[int, int]]
) -> VoiceWindows:
    centres, regions = window_centres(spans)
    return VoiceWindows(centres, regions, encoder.embed(audio, centres, frames.is_speech))


def _releases(names: tuple[str, ...]) -> str:
    return "+".join(f"{name}-{version(name)}" for name in names)


def _turns(path: np.ndarray, spans: list[tuple[int, int]], duration_ms: int) -> tuple[Turn, ...]:
    labels: dict[int, str] = {}
    turns: list[Turn] = []
    for first, last in spans:
        changes = first + 1 + np.flatnonzero(np.diff(path[first:last]))
        for start, end in zip((first, *changes), (*changes, last), strict=True):
            label = labels.setdefault(int(path[start]), f"S{len(labels) + 1}")
            turns.append(Turn(int(start) * FRAME_MS, min(int(end) * FRAME_MS, duration_ms), label))
    return tuple(turn for turn in turns if turn.end_ms > turn.start_ms)


def _bridged(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """A voice's turns with a short pause between them as one: whoever pauses for breath goes on speaking."""
    joined: list[Turn] = []
    for turn in turns:
        before = joined[-1] if joined else None
        if before and before.speaker == turn.speaker and turn.start_ms - before.end_ms <= _OWN_PAUSE_MS:
            joined[-1] = Turn(before.start_ms, turn.end_ms, turn.speaker)
        else:
            joined.append(turn)
    return tuple(joined)


def make(settings: DiarisationSettings, models: Path) -> EmbeddedDiariser:
    """Raises ModelMissingError where learnt vectors are asked for and the store has none."""
    path = models / f"{MODEL_NAME}.pt"
    if settings.voices == "computed" or (settings.voices == "auto" and not path.is_file()):
        return EmbeddedDiariser()
    if not path.is_file():
        raise ModelMissingError(
            f'diarisation.voices is "learned", and {MODEL_NAME} is not in the model store. Run colloquy models fetch '
            f'{MODEL_NAME}, once, with the internet; or set diarisation.voices = "auto".'
        )
    card = find_card(MODEL_NAME)
    return EmbeddedDiariser(VoiceEncoder(path, card.sha256 if card else ""))
