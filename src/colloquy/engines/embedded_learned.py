"""Which stretches of speech belong to one voice, by learnt vectors: spectral clustering of their cosines.

Source: Q. Wang et al., "Speaker diarization with LSTM", ICASSP 2018, and U. von Luxburg, "A tutorial on spectral
clustering", 2007. How the number of voices is decided is our own; see `fitting_count`.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from colloquy.domain.diarisation import SpeakerCount

# A quarter of a second from one window to the next; in long recordings more, so that work stays bounded.
_STEP_FRAMES = 25
_MOST_WINDOWS = 14_400
_MOST_CLUSTERED = 1_500
# A window in which the voice changes is like neither; the least steady ones do not take part in clustering.
_STEADY_SHARE = 0.7
_NEIGHBOUR_FRAMES = 60
_NEAREST_SHARE, _FEWEST_NEAREST = 0.1, 6
_FAR_WEIGHT = 0.01
# The mean vectors of two voices; measured on synthetic voices and short excerpts, see docs/benchmarks.md.
_SURELY_OTHER, _PERHAPS_OTHER = 0.75, 0.905
# Where that makes more voices than were asked for, the means must differ by a little more.
_UNEXPECTED_OTHER, _MOST_UNEXPECTED = 0.88, 3


@dataclass(frozen=True, slots=True)
class VoiceWindows:
    """centres: int (n,), rising frames of 10 ms. regions: int (n,), which stretch of speech each lies in.

    vectors: unit vectors, float32 (n, d).
    """

    centres: np.ndarray
    regions: np.ndarray
    vectors: np.ndarray


def window_centres(spans: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """`centres` and `regions` of the windows: even steps within each span of frames, one at least in every span."""
    step = max(_STEP_FRAMES, -(-sum(last - first for first, last in spans) // _MOST_WINDOWS))
    own = [np.arange(first + min(step, last - first) // 2, last, step) for first, last in spans]
    return np.concatenate(own), np.repeat(np.arange(len(own)), [len(centres) for centres in own])


class VoiceClusters:
    """Voices among the windows of a recording, for any number of them up to `most`; it hears a few more than those."""

    def __init__(self, windows: VoiceWindows, most: int, *, is_steady: bool) -> None:
        """`is_steady` leaves the windows in which the voice seems to change out of the clustering."""
        chosen = _steady(windows) if is_steady else np.arange(len(windows.centres))
        chosen = chosen[:: -(-len(chosen) // _MOST_CLUSTERED)]
        self._windows = windows
        self._vectors = windows.vectors[chosen]
        self._most = min(most + _MOST_UNEXPECTED, max(len(chosen) // 2, 1))
        self._axes = _spectral_axes(self._vectors, self._most)

    def voices(self, count: int) -> np.ndarray:
        """Which of `count` voices (fewer in a crumb of speech) each window is most like, int (n,)."""
        return np.asarray((self._windows.vectors @ self._means(count).T).argmax(axis=1))

    def fitting_count(self, count: SpeakerCount, computed: int) -> int:
        """How many voices: those that the vectors tell apart for sure, and what they and the cepstra agree on."""
        sure, loose = self._told_apart(_SURELY_OTHER), self._told_apart(_PERHAPS_OTHER)
        return int(np.clip(max(sure, min(loose, computed)), count.minimum, count.maximum))

    def heard_count(self, most: int, computed: int) -> int:
        """How many voices there are, up to `most`; more than those where the vectors and the cepstra are sure of it."""
        fitting = self.fitting_count(SpeakerCount(1, most), computed)
        return fitting if fitting < most else max(most, min(self._told_apart(_UNEXPECTED_OTHER), computed))

    def _told_apart(self, threshold: float) -> int:
        for number in range(2, self._most + 1):
            means = self._means(number)
            cosines = (means @ means.T)[np.triu_indices(len(means), 1)]
            if len(means) < number or cosines.max() >= threshold:
                return number - 1
        return self._most

    def _means(self, count: int) -> np.ndarray:
        from sklearn.cluster import KMeans
        from sklearn.exceptions import ConvergenceWarning

        count = min(count, self._most)
        axes = self._axes[:, :count]
        rows = axes / np.maximum(np.linalg.norm(axes, axis=1, keepdims=True), 1e-9)
        with warnings.catch_warnings():
            # Fewer different windows than voices asked for: there are as many voices as differ.
            warnings.simplefilter("ignore", ConvergenceWarning)
            labels = KMeans(count, n_init=4, random_state=0).fit_predict(rows)
        means = np.stack([self._vectors[labels == label].mean(axis=0) for label in np.unique(labels)])
        return np.asarray(means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9))


def tightness(windows: VoiceWindows, voices: np.ndarray) -> float:
    """How like the mean of their voice (int (n,) for the windows) the windows are: their mean cosine."""
    sums = np.stack([windows.vectors[voices == voice].sum(axis=0) for voice in np.unique(voices)])
    return float(np.linalg.norm(sums, axis=1).sum() / len(voices))


def spread(windows: VoiceWindows, voices: np.ndarray, frame_count: int) -> np.ndarray:
    """The voices of windows given to the frames nearest to each, int (frame_count,)."""
    middles = (windows.centres[1:] + windows.centres[:-1] + 1) // 2
    return np.asarray(voices[np.searchsorted(middles, np.arange(frame_count), side="right")])


def _steady(windows: VoiceWindows) -> np.ndarray:
    """Indices of the windows that are most like those half a second before and after, in the same stretch of speech."""
    centres, at = windows.centres, np.arange(len(windows.centres))
    before = np.searchsorted(centres, centres - _NEIGHBOUR_FRAMES)
    before = np.maximum(before, np.searchsorted(windows.regions, windows.regions))
    after = np.searchsorted(centres, centres + _NEIGHBOUR_FRAMES)
    after = np.maximum(np.minimum(after, np.searchsorted(windows.regions, windows.regions, side="right") - 1), at)
    steadiness = np.einsum("ij,ij->i", windows.vectors[before], windows.vectors[after])
    return np.flatnonzero(steadiness >= np.quantile(steadiness, 1 - _STEADY_SHARE))


def _spectral_axes(vectors: np.ndarray, count: int) -> np.ndarray:
    """First eigenvectors of the normalised Laplacian of the nearest neighbours' graph, (n, count)."""
    from scipy.linalg import eigh

    cosines = np.clip(vectors @ vectors.T, 0, 1).astype(float)
    nearest = min(max(_FEWEST_NEAREST, int(_NEAREST_SHARE * len(cosines))), len(cosines))
    least = np.partition(cosines, -nearest, axis=1)[:, -nearest][:, None]
    graph = np.where(cosines >= least, cosines, _FAR_WEIGHT * cosines)
    graph = (graph + graph.T) / 2
    scale = 1 / np.sqrt(np.maximum(graph.sum(axis=1), 1e-9))
    laplacian = np.eye(len(graph)) - graph * scale[:, None] * scale[None, :]
    return np.asarray(eigh(laplacian, subset_by_index=(0, count - 1))[1])
