"""Which pieces of speech belong to one voice: agglomerative clustering by likelihood ratio.

Source: S. Chen and P. Gopalakrishnan, DARPA Broadcast News Workshop, 1998 (one full-covariance Gaussian a cluster,
Bayesian information criterion). How the number of voices is decided is our own; see `_certainty`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from colloquy.domain.diarisation import SpeakerCount
from colloquy.engines.embedded_voice import VoiceFrames

PIECE_FRAMES = 100
# Covariances lean on that of the whole recording as if this many of its frames had been seen.
_PRIOR_FRAMES = 20.0
# Work grows with the square of the pieces, so that long recordings are first clustered part by part.
_PART_PIECES = 1_200
_PART_CLUSTERS = 60
# Measured on the demo's voices, composed conversations and short excerpts of meetings and calls; what each gave is in
# docs/benchmarks.md. A third voice needs more certainty than a second one: there are more ways to cut a voice in two.
_LOSS_PER_FRAME = 1.2
_LOSS_PER_PARAMETER = 5.0
_FEWEST_FRAMES = 250
_SMALLEST_SHARE = 0.04
_ALTERNATION, _FURTHER_ALTERNATION = 1.6, 0.75
FURTHER, UNEXPECTED = 1.2, 1.5


@dataclass(frozen=True, slots=True)
class _Moments:
    """Zeroth, first and second moments of k clusters: (k,), (k, d), (k, d, d)."""

    counts: np.ndarray
    sums: np.ndarray
    products: np.ndarray

    def of(self, chosen: np.ndarray) -> _Moments:
        return _Moments(self.counts[chosen], self.sums[chosen], self.products[chosen])

    def pooled(self, labels: np.ndarray) -> _Moments:
        """Moments of the clusters that `labels` (0 … m - 1) make of these."""
        member = (labels[None, :] == np.arange(labels.max() + 1)[:, None]).astype(float)
        return _Moments(member @ self.counts, member @ self.sums, np.tensordot(member, self.products, 1))


@dataclass(frozen=True, slots=True)
class _Merge:
    """Labels before the merge, the two clusters that it makes one, and the log-likelihood that this costs."""

    labels: np.ndarray
    kept: int
    gone: int
    loss: float


def pieces(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Speech cut into pieces of about a second; no piece crosses a pause between regions."""
    cut: list[tuple[int, int]] = []
    for first, last in spans:
        edges = np.linspace(first, last, max(1, round((last - first) / PIECE_FRAMES)) + 1).astype(int)
        cut += [(int(a), int(b)) for a, b in pairwise(edges)]
    return cut


def cluster(
    frames: VoiceFrames, spans: list[tuple[int, int]], count: SpeakerCount, unexpected: float = UNEXPECTED
) -> tuple[np.ndarray, int]:
    """A voice's number (from 0) for each span, int (len(spans),); and how many voices are heard, whatever was asked.

    `unexpected` is how much more than for a second voice must speak for one that goes beyond the number asked for.
    """
    moments = _moments(frames, spans)
    prior = _prior(moments)
    labels = _first_pass(moments, prior)
    merges = _agglomerate(moments.pooled(labels), prior)
    chosen = np.zeros(labels.max() + 1, int)
    heard = 0
    for merge in reversed(merges):
        voices = len(np.unique(merge.labels))
        is_unexpected = voices > count.maximum
        needed = 1.0 if voices == 2 else FURTHER
        is_other = _certainty(merge, labels, moments) > (max(needed, unexpected) if is_unexpected else needed)
        if not (is_other or heard):
            heard = voices - 1
        if (heard and is_unexpected) or (voices > count.minimum and not is_other):
            break
        if not is_unexpected:
            chosen = merge.labels
    return np.unique(chosen[labels], return_inverse=True)[1], heard or len(merges) + 1


def _moments(frames: VoiceFrames, spans: list[tuple[int, int]]) -> _Moments:
    clear = [frames.cepstra[first:last][frames.is_clear[first:last]] for first, last in spans]
    return _Moments(
        np.array([float(len(rows)) for rows in clear]),
        np.array([rows.sum(axis=0) for rows in clear]),
        np.array([rows.T @ rows for rows in clear]),
    )


def _prior(moments: _Moments) -> np.ndarray:
    total = max(moments.counts.sum(), 1.0)
    mean = moments.sums.sum(axis=0) / total
    return np.asarray(moments.products.sum(axis=0) / total - np.outer(mean, mean) + 1e-3 * np.eye(len(mean)))


def _first_pass(moments: _Moments, prior: np.ndarray) -> np.ndarray:
    """Each piece its own cluster; in long recordings, parts of them clustered down to a few dozen each."""
    total = len(moments.counts)
    if total <= _PART_PIECES:
        return np.arange(total)
    labels, used = np.zeros(total, int), 0
    for part in np.array_split(np.arange(total), -(-total // _PART_PIECES)):
        merges = _agglomerate(moments.of(part), prior)
        found = np.unique(merges[-_PART_CLUSTERS + 1].labels, return_inverse=True)[1]
        labels[part] = found + used
        used += int(found.max()) + 1
    return labels


def _cost(moments: _Moments, prior: np.ndarray) -> np.ndarray:
    """Negative log-likelihood of each cluster under its own Gaussian, up to a constant per frame."""
    counts = np.maximum(moments.counts, 1.0)
    means = moments.sums / counts[:, None]
    own = moments.products / counts[:, None, None] - means[:, :, None] * means[:, None, :]
    weight = (_PRIOR_FRAMES / (moments.counts + _PRIOR_FRAMES))[:, None, None]
    return np.asarray(0.5 * moments.counts * np.linalg.slogdet((1 - weight) * own + weight * prior)[1])


def _agglomerate(moments: _Moments, prior: np.ndarray) -> list[_Merge]:
    """All merges from every cluster apart to one; the cheapest by BIC first."""
    count = len(moments.counts)
    now = _Moments(moments.counts.copy(), moments.sums.copy(), moments.products.copy())
    cost, labels = _cost(now, prior), np.arange(count)
    bic = np.full((count, count), np.inf)
    for one in range(count - 1):
        others = np.arange(one + 1, count)
        bic[one, others] = bic[others, one] = _bic(now, cost, one, others, prior)[0]
    merges: list[_Merge] = []
    alive = np.ones(count, bool)
    for _ in range(count - 1):
        kept, gone = divmod(int(np.argmin(bic)), count)
        loss = float(_bic(now, cost, kept, np.array([gone]), prior)[1][0])
        merges.append(_Merge(labels.copy(), kept, gone, loss))
        for values in (now.counts, now.sums, now.products):
            values[kept] += values[gone]
        cost[kept] = _cost(now.of(np.array([kept])), prior)[0]
        labels[labels == gone] = kept
        alive[gone] = False
        bic[gone, :] = bic[:, gone] = np.inf
        others = np.flatnonzero(alive & (np.arange(count) != kept))
        bic[kept, others] = bic[others, kept] = _bic(now, cost, kept, others, prior)[0]
    return merges


def _bic(
    now: _Moments, cost: np.ndarray, one: int, others: np.ndarray, prior: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The criterion (negative: one voice) and the plain loss of merging cluster `one` with each of `others`."""
    both = _Moments(
        now.counts[one] + now.counts[others], now.sums[one] + now.sums[others], now.products[one] + now.products[others]
    )
    loss = _cost(both, prior) - cost[one] - cost[others]
    return loss - _parameters(len(prior)) * np.log(np.maximum(both.counts, 2.0)), loss


def _parameters(dimension: int) -> float:
    return 0.5 * (dimension + dimension * (dimension + 1) / 2)


def _certainty(merge: _Merge, labels: np.ndarray, moments: _Moments) -> float:
    """How much speaks for the two clusters of a merge being two voices; above 1 they are, where no others are known.

    Two voices differ in more than what one voice says from one second to the next (the loss, per frame of the
    smaller one), and they take turns: their pieces change over less often than chance would have it. What sounds
    different and takes no turns, beside two voices, is laughter, a noise or a piece with another's edge in it.
    """
    voice = merge.labels[labels]
    ours = (voice == merge.kept) | (voice == merge.gone)
    is_gone = voice[ours] == merge.gone
    frames = moments.counts[ours]
    smaller = min(frames[is_gone].sum(), frames[~is_gone].sum())
    if smaller < min(_FEWEST_FRAMES, _SMALLEST_SHARE * moments.counts.sum()):
        return 0.0
    share = float(is_gone.mean())
    by_chance = 2 * share * (1 - share) * (len(is_gone) - 1)
    alternation = float(np.count_nonzero(np.diff(is_gone.astype(int)))) / max(by_chance, 1.0)
    if alternation >= (_ALTERNATION if len(np.unique(merge.labels)) == 2 else _FURTHER_ALTERNATION):
        return 0.0
    expected = _LOSS_PER_FRAME * smaller + _LOSS_PER_PARAMETER * _parameters(moments.sums.shape[1])
    return float(merge.loss * (_ALTERNATION - alternation) / expected)
