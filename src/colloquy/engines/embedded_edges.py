"""Where one voice ends and the next begins: a mixture model for each voice, and Viterbi's best path.

Source: M. Kotti et al., "Speaker segmentation and clustering", Signal Processing 88(5), 2008, on resegmentation.
"""

from __future__ import annotations

import warnings

import numpy as np

from colloquy.engines.embedded_voice import VoiceFrames

ROUNDS = 3
_MOST_COMPONENTS = 16
_FRAMES_A_COMPONENT = 60
# Neighbouring frames share most of their sound, so that each counts for a part of itself only.
_FRAME_WEIGHT = 0.15
_SWITCH_COST = 9.0
# Speakers change at pauses more often than within running speech.
_PAUSE_SWITCH_COST = 3.0
_QUIETER_DB = 12.0
_BLOCK = 65_536
_FEWEST_FRAMES = 2


def speaker_path(
    frames: VoiceFrames, spans: list[tuple[int, int]], path: np.ndarray, rounds: int = ROUNDS
) -> np.ndarray:
    """Refine `path` (voice of each frame, -1 outside speech; int (n,)) frame by frame, until nothing changes."""
    costs = _switch_costs(frames, spans)
    for _ in range(rounds):
        found, lengths = np.unique(path[frames.is_clear], return_counts=True)
        voices = found[lengths >= _FEWEST_FRAMES]  # of one frame there is no spread
        if len(voices) < 2:
            return path
        scores = np.stack([_likelihood(frames, path == voice) for voice in voices], axis=1)
        scores[~frames.is_clear] = 0.0
        new = np.full_like(path, -1)
        at = frames.is_speech
        new[at] = voices[_viterbi(_FRAME_WEIGHT * scores[at], costs[at])]
        if np.array_equal(new, path):
            break
        path = new
    return path


def _switch_costs(frames: VoiceFrames, spans: list[tuple[int, int]]) -> np.ndarray:
    """What it costs to change the voice on entering each frame, float (n,)."""
    costs = np.full(frames.frame_count, _SWITCH_COST)
    if frames.is_clear.any():
        quiet = frames.level_db < np.median(frames.level_db[frames.is_clear]) - _QUIETER_DB
        costs[quiet] = _PAUSE_SWITCH_COST
    for first, _ in spans:
        costs[first] = _PAUSE_SWITCH_COST / 2
    return costs


def _likelihood(frames: VoiceFrames, own: np.ndarray) -> np.ndarray:
    """Log-likelihood of every frame under a mixture fitted to the clear frames of one voice, float (n,)."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    rows = frames.cepstra[own & frames.is_clear]
    components = int(np.clip(len(rows) // _FRAMES_A_COMPONENT, 1, _MOST_COMPONENTS))
    mixture = GaussianMixture(components, covariance_type="diag", reg_covar=1.0, max_iter=30, random_state=0)
    step = max(1, len(rows) // 20_000)
    with warnings.catch_warnings():
        # Thirty rounds are enough to tell voices apart; the last per mille of likelihood is not.
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture.fit(rows[::step])
    blocks = range(0, frames.frame_count, _BLOCK)
    return np.concatenate([mixture.score_samples(frames.cepstra[first : first + _BLOCK]) for first in blocks])


def _viterbi(scores: np.ndarray, costs: np.ndarray) -> np.ndarray:
    """Best path through scores (n, k) when a change on entering frame t costs `costs[t]`; int (n,)."""
    length, voices = scores.shape
    best = scores[0].copy()
    came_from = np.zeros((length, voices), np.int32)
    stay = np.arange(voices)
    for t in range(1, length):
        top = int(np.argmax(best))
        changed = best[top] - costs[t]
        switch = changed > best
        came_from[t] = np.where(switch, top, stay)
        best = np.where(switch, changed, best) + scores[t]
    path = np.empty(length, int)
    path[-1] = int(np.argmax(best))
    for t in range(length - 1, 0, -1):
        path[t - 1] = came_from[t, path[t]]
    return path
