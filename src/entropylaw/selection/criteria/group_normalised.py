"""Ratios normalised by the median ratio of the record's group or length bin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entropylaw.length_bins import median_by_length
from entropylaw.selection.criteria.base import ScoredPool
from entropylaw.selection.outcomes import ControlOutcome
from entropylaw.types import CompareWithin, FloatArray, IntArray

MIN_BIN = 100
"""Smallest number of records from which a median by length is taken."""

MAX_BINS = 32
"""Number of lengths at which medians are taken."""


@dataclass(frozen=True, slots=True, eq=False)
class GroupNormalised:
    """Own ratio of each record, normalised within its group or length bin.

    Parameters
    ----------
    within : {"group", "length", "group and length"}
        The option ``compare_within``.
    """

    within: CompareWithin
    name = "compare_within"

    def scores(self, pool: ScoredPool) -> FloatArray:
        """Return the compression ratio of each record alone."""
        return pool.own_ratios

    def weights(self, scores: FloatArray, pool: ScoredPool) -> FloatArray | None:
        """Return the median ratio of each record's group or bin over that of the pool."""
        return normalising_weights(scores, pool.corpus.lengths, pool.groups, self.within)

    def outcome(self, scores: FloatArray, rows: IntArray) -> ControlOutcome:
        """Return the mean own ratio of pool and selection."""
        return ControlOutcome(
            control=self.name,
            unit="own ratio",
            asked={"within": self.within},
            pool={"mean": float(scores.mean())},
            chosen={"mean": float(scores[rows].mean())},
        )


def normalising_weights(
    ratios: FloatArray, lengths: IntArray, groups: IntArray | None, within: CompareWithin
) -> FloatArray | None:
    """Return weights that divide each record's ratio by its group's (or length bin's) median.

    Code compresses better than prose, and a record of 60 bytes hardly at all, because of the
    frame overhead. So the bytes that a record adds are multiplied by the median ratio of its
    group or bin over the median ratio of the pool: records then compete by their density
    relative to similar records.

    Parameters
    ----------
    ratios : float64 array, shape (n,)
        Compression ratio of each record alone.
    lengths : int64 array, shape (n,)
        Bytes of each record.
    groups : int64 array, shape (n,), or None
        Number of each record's group.
    within : {"pool", "group", "length", "group and length"}
        Which records are compared. Groups too small for medians by length have one median.

    Returns
    -------
    float64 array, shape (n,), or None
        None for ``"pool"``, where all weights are 1.

    Examples
    --------
    >>> weights = normalising_weights(
    ...     np.array([1.0, 1.0, 2.0, 2.0, 2.0]), np.full(5, 90), np.array([0, 0, 1, 1, 1]), "group"
    ... )
    >>> weights.tolist()
    [0.5, 0.5, 1.0, 1.0, 1.0]
    """
    if within == "pool":
        return None
    known = ratios > 0
    logs = np.log(np.where(known, ratios, 1.0))
    by_length = within != "group"
    codes = groups if groups is not None and within != "length" else np.zeros(len(ratios), np.int64)
    typical = np.zeros(len(ratios))
    for group in np.unique(codes[known]).tolist():
        rows = np.flatnonzero(known & (codes == group))
        typical[rows] = _medians(logs[rows], lengths[rows] if by_length else None)
    overall = float(np.median(logs[known])) if known.any() else 0.0
    weights: FloatArray = np.where(known, np.exp(typical - overall), 1.0)
    return weights


def _medians(logs: FloatArray, lengths: IntArray | None) -> FloatArray:
    """Return the median of all, or the median at each record's length."""
    if lengths is None:
        return np.full(len(logs), np.median(logs))
    return median_by_length(logs, lengths, most=MAX_BINS, smallest=MIN_BIN)
