"""Representativeness of each record: the share of it that a sample of the pool explains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entropylaw.alignment import alignment_scores
from entropylaw.corpus import Corpus
from entropylaw.selection.criteria.base import ScoredPool
from entropylaw.selection.outcomes import ControlOutcome
from entropylaw.sizing import first_copies
from entropylaw.types import BoolArray, FloatArray, IntArray
from entropylaw.weights import exponential_weights

SAMPLE, SAMPLE_BYTES = 1_000, 4 << 20
"""Records of a sample, and the bytes after which no more are added. There are two samples."""


@dataclass(frozen=True, slots=True, eq=False)
class Representativeness:
    """How typical each record is of its pool, or of its group where records have groups.

    Parameters
    ----------
    strength : float
        The option ``typicality``: 0.1 is mild, 1.0 strong.
    """

    strength: float
    name = "typicality"

    def scores(self, pool: ScoredPool) -> FloatArray:
        """Return the share of each record that a sample of the pool explains."""
        return typicality_scores(pool.corpus, pool.selectable, n_jobs=pool.n_jobs)

    def weights(self, scores: FloatArray, pool: ScoredPool) -> FloatArray:
        """Return ``exp(strength * z)`` of each record's share."""
        return typicality_weights(scores, pool.groups, self.strength)

    def outcome(self, scores: FloatArray, rows: IntArray) -> ControlOutcome:
        """Return the mean share of pool and selection."""
        return ControlOutcome(
            control=self.name,
            unit="share of bytes",
            asked={"weight": self.strength},
            pool={"mean": float(scores.mean())},
            chosen={"mean": float(scores[rows].mean())},
        )


def typicality_scores(pool: Corpus, selectable: BoolArray, *, n_jobs: int) -> FloatArray:
    """Return the share of each record's compressed bytes that a sample of the pool explains.

    The sample is drawn from the distinct texts of the selectable records, with a fixed seed.
    Records whose text is in it are measured with a second sample, which has none of its texts.

    Parameters
    ----------
    pool : Corpus
        The records.
    selectable : bool array, shape (n,)
        Which of them may be chosen.
    n_jobs : int
        Threads.

    Returns
    -------
    float64 array, shape (n,)
        About 0 to 1; see `entropylaw.alignment.alignment_scores`. All 0 if fewer than two texts
        may be chosen.

    Examples
    --------
    >>> story = [b"the same old story, number %d" % i for i in range(9)]
    >>> pool = Corpus.from_rows([*story, b"J4k!"])
    >>> scores = typicality_scores(pool, np.full(10, True), n_jobs=1)
    >>> bool(scores[:9].min() > scores[9])
    True
    """
    firsts = first_copies(pool)
    texts = np.arange(len(pool)) if firsts is None else firsts
    first, second = _samples(pool, np.flatnonzero(selectable), texts)
    if not len(first):
        return np.zeros(len(pool))
    halves = pool.take(first), pool.take(second)
    scores = alignment_scores(pool, halves[0], n_jobs=n_jobs, progress=False).copy()
    by_text = np.full(len(pool), np.nan)
    by_text[texts[first]] = alignment_scores(*halves, n_jobs=n_jobs, progress=False)
    inside = ~np.isnan(by_text[texts])
    scores[inside] = by_text[texts[inside]]
    return scores


def typicality_weights(scores: FloatArray, groups: IntArray | None, strength: float) -> FloatArray:
    """Return ``exp(strength * z)``, z being each score in robust deviations above the median.

    Where records have groups, the median and the deviation are those of the group: quotas decide
    between groups, and a small group should not count as untypical.

    Parameters
    ----------
    scores : float64 array, shape (n,)
        Of `typicality_scores`.
    groups : int64 array, shape (n,), or None
        Number of each record's group.
    strength : float
        0 gives each weight 1.

    Examples
    --------
    >>> scores = np.array([0.1, 0.2, 0.3, 0.6, 0.7, 0.8])
    >>> typicality_weights(scores, np.array([0, 0, 0, 1, 1, 1]), 0.1).round(2).tolist()
    [0.93, 1.0, 1.07, 0.93, 1.0, 1.07]
    """
    if groups is None:
        return exponential_weights(scores, strength)
    weights = np.ones(len(scores))
    for group in np.unique(groups).tolist():
        rows = np.flatnonzero(groups == group)
        weights[rows] = exponential_weights(scores[rows], strength)
    return weights


def _samples(pool: Corpus, rows: IntArray, texts: IntArray) -> tuple[IntArray, IntArray]:
    """Return two samples of these rows that share no text; of a single text the first is empty."""
    _, places = np.unique(texts[rows], return_index=True)
    drawn = np.random.default_rng(0).permutation(rows[np.sort(places)])
    half = len(drawn) // 2
    first, second = (
        some[np.cumsum(pool.lengths[some]) - pool.lengths[some] < SAMPLE_BYTES]
        for some in (drawn[: min(half, SAMPLE)], drawn[half : half + SAMPLE])
    )
    return first, second
