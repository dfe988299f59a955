"""Ratios compared with those of a record's like: of its group, of about its length."""

from __future__ import annotations

import numpy as np

from entropylaw.types import CompareWithin, FloatArray, IntArray

LEAST_BAND = 100
"""Records from which a median is taken, where there are as many."""

MOST_BANDS = 32
"""Lengths at which medians are taken."""


def likeness_weights(
    ratios: FloatArray, lengths: IntArray, groups: IntArray | None, within: CompareWithin
) -> FloatArray | None:
    """Return weights under which a record typical of its like ranks as a typical record does.

    Code compresses better than prose, and a record of 60 bytes hardly at all, for the overhead of
    its frame. So the bytes that a record adds are multiplied by the median ratio of its like over
    the median ratio of all: records then compete by how dense they are among their like.

    Parameters
    ----------
    ratios : float64 array, shape (n,)
        Compression ratio of each record alone.
    lengths : int64 array, shape (n,)
        Bytes of each record.
    groups : int64 array, shape (n,), or None
        Number of each record's group.
    within : {"pool", "group", "length", "group and length"}
        Who is alike. Of groups too small for medians by length, one median is taken.

    Returns
    -------
    float64 array, shape (n,), or None
        None for ``"pool"``, where all weights are 1.

    Examples
    --------
    >>> weights = likeness_weights(
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
    """Return the median at each record's length: a broken line over the logarithm of the length."""
    bands = 1 if lengths is None else min(MOST_BANDS, len(logs) // LEAST_BAND)
    if lengths is None or bands < 2:
        return np.full(len(logs), np.median(logs))
    at = np.log(lengths)
    parts = np.array_split(np.argsort(at, kind="stable"), bands)
    centres = np.array([np.median(at[part]) for part in parts])
    medians = np.array([np.median(logs[part]) for part in parts])
    centres, first = np.unique(centres, return_index=True)
    at_each: FloatArray = np.interp(at, centres, medians[first])
    return at_each
