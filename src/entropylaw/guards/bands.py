"""How far each record lies from its like: records in the same script and of about its length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from entropylaw.types import AnyArray, FloatArray, IntArray

LEAST_BYTES = 64
"""Length below which a compression ratio says more of the compressor than of the record."""

LEAST_GROUP = 200
"""Records of a group below which its quartiles are too uncertain to judge by."""

LEAST_BAND = 50
"""Records from which quartiles are taken."""

MOST_BANDS = 24
"""Lengths, spread evenly over the records of a group, at which quartiles are taken."""

NEIGHBOURS = 2
"""Bands on either side that a band must agree with: one length may be full of one template."""

NARROWEST = 0.02
"""Least distance of a quartile, as a logarithm: in a group of one template it is next to none."""

_QUARTILE_TO_DEVIATION = 0.6745
"""Half of the interquartile range of a normal distribution, in standard deviations."""


@dataclass(frozen=True, slots=True, eq=False)
class Deviations:
    """How far each record lies from its like.

    Attributes
    ----------
    values : float64 array, shape (n,)
        Robust standard deviations above (below: negative) the median of its like; NaN where
        there is too little to judge by.
    unjudged : tuple of (reason, count)
        Why records were not judged, and how many.
    """

    values: FloatArray
    unjudged: tuple[tuple[str, int], ...]


def deviations(
    ratios: FloatArray, lengths: IntArray, groups: IntArray, names: Sequence[str]
) -> Deviations:
    """Return how far the logarithm of each ratio lies from the median of its like.

    In each group the quartiles are taken at a number of lengths, with the same number of records
    around each, and drawn through as straight lines over the logarithm of the length. Distances
    below the median are measured by the distance of the lower quartile, those above by that of
    the upper: ratios are spread unevenly, and a quarter of the group may be noise before it
    moves them far.

    Parameters
    ----------
    ratios : float64 array, shape (n,)
        Compression ratios; positive where the length is.
    lengths : int64 array, shape (n,)
        Bytes.
    groups : int64 array, shape (n,)
        The group of each record, as a place in `names`.
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
            values[rows] = _within(np.log(ratios[rows]), np.log(lengths[rows]))
    return Deviations(values, tuple((reason, count) for reason, count in unjudged if count))


def _within(ratios: FloatArray, lengths: FloatArray) -> FloatArray:
    """Return the deviations in one group, from logarithms."""
    order = np.argsort(lengths, kind="stable")
    bands = np.array_split(order, min(MOST_BANDS, len(order) // LEAST_BAND))
    centres = np.array([np.median(lengths[band]) for band in bands])
    quartiles = np.array([np.quantile(ratios[band], (0.25, 0.5, 0.75)) for band in bands])
    quartiles = _steadied(quartiles)
    centres, first = np.unique(centres, return_index=True)
    lower, median, upper = (_line(lengths, centres, line) for line in quartiles[first].T)
    off = ratios - median
    spread = np.where(off < 0, np.minimum(median - lower, upper - median), upper - median)
    found: FloatArray = off / np.maximum(spread, NARROWEST) * _QUARTILE_TO_DEVIATION
    return found


def _steadied(values: AnyArray) -> AnyArray:
    """Return the medians of each row and its neighbours, as many on either side."""
    last = len(values) - 1
    reaches = [min(NEIGHBOURS, place, last - place) for place in range(len(values))]
    return np.array([np.median(values[p - r : p + r + 1], axis=0) for p, r in enumerate(reaches)])


def _line(at: FloatArray, centres: AnyArray, values: AnyArray) -> FloatArray:
    """Return the values of a broken line, its last stretches drawn on beyond its ends."""
    line: FloatArray = np.interp(at, centres, values)
    if len(centres) > 1:
        below, above = at < centres[0], at > centres[-1]
        for outside, (end, inner) in ((below, (0, 1)), (above, (-1, -2))):
            slope = (values[end] - values[inner]) / (centres[end] - centres[inner])
            line[outside] += slope * (at[outside] - centres[end])
    return line
