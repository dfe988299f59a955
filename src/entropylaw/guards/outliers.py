"""Robust z-score of each record's compression ratio within its script and length bin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from entropylaw.length_bins import bin_centres, equal_count_bins, interpolate
from entropylaw.types import AnyArray, FloatArray, IntArray

LEAST_BYTES = 64
"""Length below which the compressor's overhead dominates the compression ratio."""

LEAST_GROUP = 200
"""Records of a group below which its quartiles are too uncertain to judge by."""

LEAST_BIN = 50
"""Records from which quartiles are taken."""

MOST_BINS = 24
"""Length bins of a group."""

NEIGHBOURS = 2
"""Bins on either side over which quartiles are smoothed: one bin may be full of one template."""

NARROWEST = 0.02
"""Least distance of a quartile from the median, as a logarithm: in a group of one template it is
close to zero."""

_QUARTILE_TO_DEVIATION = 0.6745
"""Half of the interquartile range of a normal distribution, in standard deviations."""


@dataclass(frozen=True, slots=True, eq=False)
class Deviations:
    """Robust z-scores of a pool.

    Attributes
    ----------
    values : float64 array, shape (n,)
        Robust standard deviations above (below: negative) the median of the script and length
        bin; NaN where there is too little to judge by.
    unjudged : tuple of (reason, count)
        Why records were not judged, and how many.
    """

    values: FloatArray
    unjudged: tuple[tuple[str, int], ...]


def deviations(
    ratios: FloatArray, lengths: IntArray, groups: IntArray, names: Sequence[str]
) -> Deviations:
    """Return the robust z-score of the logarithm of each ratio within its group and length bin.

    Quartiles are taken per bin and interpolated over the logarithm of the length. Distances below
    the median are measured by the lower quartile, those above by the upper: ratios are skewed,
    and up to a quarter of a group may be noise before the quartiles move far.

    Parameters
    ----------
    ratios : float64 array, shape (n,)
        Compression ratios; positive where the length is.
    lengths : int64 array, shape (n,)
        Bytes.
    groups : int64 array, shape (n,)
        The group of each record, as a position in `names`.
    names : sequence of str
        Names of the groups, for the reasons.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> ratios = np.append(rng.normal(2.0, 0.1, 500), 1.0)
    >>> found = deviations(ratios, np.full(501, 300), np.zeros(501, np.int64), ["Latin"])
    >>> np.flatnonzero(found.values < -5).tolist()
    [500]
    """
    values = np.full(len(ratios), np.nan)
    long = lengths >= LEAST_BYTES
    unjudged = [(f"shorter than {LEAST_BYTES} bytes", int((~long).sum()))]
    for group in np.unique(groups[long]).tolist():
        rows = np.flatnonzero(long & (groups == group))
        if len(rows) < LEAST_GROUP:
            unjudged.append((f"in {names[group]}: fewer than {LEAST_GROUP} of them", len(rows)))
        else:
            values[rows] = _z_scores(np.log(ratios[rows]), lengths[rows])
    return Deviations(values, tuple((reason, count) for reason, count in unjudged if count))


def _z_scores(logs: FloatArray, lengths: IntArray) -> FloatArray:
    """Return the z-scores in one group, from logarithms of ratios."""
    bins = equal_count_bins(lengths, most=MOST_BINS, smallest=LEAST_BIN)
    centres = bin_centres(lengths, bins)
    quartiles = _smoothed(np.array([np.quantile(logs[rows], (0.25, 0.5, 0.75)) for rows in bins]))
    lower, median, upper = (
        interpolate(lengths, centres, line, extrapolate=True) for line in quartiles.T
    )
    off = logs - median
    spread = np.where(off < 0, np.minimum(median - lower, upper - median), upper - median)
    found: FloatArray = off / np.maximum(spread, NARROWEST) * _QUARTILE_TO_DEVIATION
    return found


def _smoothed(values: AnyArray) -> AnyArray:
    """Return the medians of each row and as many neighbours on either side."""
    last = len(values) - 1
    reaches = [min(NEIGHBOURS, place, last - place) for place in range(len(values))]
    return np.array([np.median(values[p - r : p + r + 1], axis=0) for p, r in enumerate(reaches)])
