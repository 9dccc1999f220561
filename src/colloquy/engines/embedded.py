"""Tells voices apart without an account: by signal processing, and by learnt vectors where the model store holds them.

Nothing is fetched here, and the result is the same every time. Overlaps are reported only where the model store holds
a network for them: without one, a voice over another cannot be told from a third voice.
"""

from __future__ import annotations

from functools import cached_property
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import numpy as np

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.diarisation import Diarisation, SpeakerCount, Turn
from colloquy.domain.engine import EngineIdentity
from colloquy.domain.model import combined_digest, find_card
from colloquy.engines.embedded_clusters import FURTHER, UNEXPECTED, cluster, pieces
from colloquy.engines.embedded_dvectors import MODEL_NAME, VoiceEncoder
from colloquy.engines.embedded_edges import speaker_path
from colloquy.engines.embedded_learned import VoiceClusters, VoiceWindows, spread, tightness, window_centres
from colloquy.engines.embedded_segmentation import MODEL_NAME as SEGMENTATION_NAME
from colloquy.engines.embedded_segmentation import SpeechSegmentation, label, overlaps, shares, with_heard
from colloquy.engines.embedded_voice import FRAME_MS, VoiceFrames, frame_spans, voice_frames
from colloquy.errors import ModelMissingError
from colloquy.settings import DiarisationSettings

# Goes up with every change that may move a turn.
METHOD_VERSION = "3"
# Those who write turns down by hand let them run on over pauses up to about this length.
_OWN_PAUSE_MS = 750


class EmbeddedDiariser:
    """`Diariser`: cepstra, and d-vectors where there is an encoder → clustering → a path of voices with fine edges.

    `segmentation` adds overlaps, and speech that voice activity passed over. Deterministic, on the CPU.
    """

    def __init__(self, encoder: VoiceEncoder | None = None, segmentation: SpeechSegmentation | None = None) -> None:
        self._encoder = encoder
        self._segmentation = segmentation

    @cached_property
    def identity(self) -> EngineIdentity:
        """Raises ModelDamagedError."""
        digests = []
        if self._encoder is not None:
            digests.append((MODEL_NAME, self._encoder.digest))
        if self._segmentation is not None:
            digests.append((SEGMENTATION_NAME, self._segmentation.digest))
        libraries = ("numpy", "scipy", "scikit-learn", *(("torch",) if digests else ()))
        model = "+".join((*(name for name, _ in digests), _releases(libraries)))
        digest = digests[0][1] if len(digests) == 1 else combined_digest(digests) if digests else ""
        return EngineIdentity("embedded", METHOD_VERSION, model, digest)

    def diarise(self, audio: AudioSamples, speech: tuple[Region, ...], count: SpeakerCount) -> Diarisation:
        """Turns fill the speech regions, to 10 ms, and a voice's own short pauses.

        In very little speech there may be fewer voices than asked for. Raises ModelDamagedError.
        """
        frames = voice_frames(audio, speech)
        spans = frame_spans(speech, frames.frame_count)
        finds_overlaps = self._segmentation is not None
        if not spans:
            return Diarisation((), (), self.identity, finds_overlaps)
        if self._encoder is None:
            path, heard = _computed_path(frames, spans, count, UNEXPECTED)
        else:
            path, heard = _learned_path(frames, spans, count, _windows(self._encoder, audio, frames, spans))
        path, voices = _numbered(speaker_path(frames, spans, path))
        if self._segmentation is None:
            return Diarisation(_turns(path, audio.duration_ms), (), self.identity, finds_overlaps, heard_count=heard)
        local = self._segmentation.listen(audio)
        spoken = shares(local, path, len(voices))
        path, voices = _numbered(with_heard(path, local, spoken))
        turns = _turns(path, audio.duration_ms)
        with_turns = voices[: len({turn.speaker for turn in turns})]
        at_once = overlaps(spoken[:, with_turns], audio.duration_ms)
        return Diarisation(turns, at_once, self.identity, finds_overlaps, heard_count=heard)


def _computed_path(
    frames: VoiceFrames, spans: list[tuple[int, int]], count: SpeakerCount, unexpected: float
) -> tuple[np.ndarray, int]:
    """The voice of each frame by its cepstra, -1 outside speech, int (n,); and how many are heard."""
    path, cut = np.full(frames.frame_count, -1), pieces(spans)
    voices, heard = cluster(frames, cut, count, unexpected)
    for (first, last), voice in zip(cut, voices, strict=True):
        path[first:last] = voice
    return path, heard


def _learned_path(
    frames: VoiceFrames, spans: list[tuple[int, int]], count: SpeakerCount, windows: VoiceWindows
) -> tuple[np.ndarray, int]:
    """As `_computed_path`. Of three ways to cluster the one with the tightest voices: none is the best everywhere."""
    # The vectors must agree on voices beyond the number asked for, so that the cepstra need be less sure of them.
    computed, heard = _computed_path(frames, spans, count, FURTHER)
    ways = [VoiceClusters(windows, count.maximum, is_steady=is_steady) for is_steady in (True, False)]
    found = len(np.unique(computed[frames.is_speech]))
    number = ways[0].fitting_count(count, found)
    if number != found:
        computed, _ = _computed_path(frames, spans, SpeakerCount(number, number), FURTHER)
    paths = [computed]
    for way in ways:
        voices = spread(windows, way.voices(number), frames.frame_count)
        paths.append(np.where(frames.is_speech, voices, -1))
    paths = [speaker_path(frames, spans, path, rounds=1) for path in paths]
    best = max(paths, key=lambda path: tightness(windows, path[windows.centres]))
    return best, ways[0].heard_count(count.maximum, heard)


def _windows(
    encoder: VoiceEncoder, audio: AudioSamples, frames: VoiceFrames, spans: list[tuple[int, int]]
) -> VoiceWindows:
    centres, regions = window_centres(spans)
    return VoiceWindows(centres, regions, encoder.embed(audio, centres, frames.is_speech))


def _releases(names: tuple[str, ...]) -> str:
    return "+".join(f"{name}-{version(name)}" for name in names)


def _numbered(path: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`path` with its voices numbered from 0 by who speaks first, and which they were before."""
    voices, firsts = np.unique(path, return_index=True)
    in_order = voices[np.argsort(firsts)]
    in_order = in_order[in_order >= 0]
    numbers = np.full(int(path.max()) + 2, -1)  # the last is for -1, no voice
    numbers[in_order] = np.arange(len(in_order))
    return np.asarray(numbers[path]), in_order


def _turns(path: np.ndarray, duration_ms: int) -> tuple[Turn, ...]:
    turns: list[Turn] = []
    for first, last in pairwise((0, *(1 + np.flatnonzero(np.diff(path))), len(path))):
        turn = Turn(int(first) * FRAME_MS, min(int(last) * FRAME_MS, duration_ms), label(int(path[first])))
        if path[first] >= 0 and turn.end_ms > turn.start_ms:
            turns.append(turn)
    return _bridged(turns)


def _bridged(turns: list[Turn]) -> tuple[Turn, ...]:
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
    segmentation = models / f"{SEGMENTATION_NAME}.pt"
    hears_overlaps = settings.overlaps == "auto" and segmentation.is_file()
    return EmbeddedDiariser(_encoder(settings, models), SpeechSegmentation(segmentation) if hears_overlaps else None)


def _encoder(settings: DiarisationSettings, models: Path) -> VoiceEncoder | None:
    path = models / f"{MODEL_NAME}.pt"
    if settings.voices == "computed" or (settings.voices == "auto" and not path.is_file()):
        return None
    if not path.is_file():
        raise ModelMissingError(
            f'diarisation.voices is "learned", and {MODEL_NAME} is not in the model store. Run colloquy models fetch '
            f'{MODEL_NAME}, once, with the internet; or set diarisation.voices = "auto".'
        )
    card = find_card(MODEL_NAME)
    return VoiceEncoder(path, card.sha256 if card else "")
