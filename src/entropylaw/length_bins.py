"""Records of about the same length: bins of lengths, and values interpolated between them.

Three kinds of bins serve different questions. `equal_count_bins` holds about as many records in
each, so that statistics of a bin are equally certain; `interpolate` makes of one value per bin a
continuous function of the length. `range_bins` are the same with named bounds, for tables.
`log_bin` and `doubling_bin` number the bin of one length without knowledge of the others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from entropylaw.types import AnyArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class RangeBins:
    """Ranges of lengths with about as many records in each.

    Attributes
    ----------
    names : tuple of str
        Such as ``"61-240 bytes"``, shortest first.
    codes : int64 array, shape (n,)
        Range of each record, as a position in `names`; -1 for records without text.
    """

    names: tuple[str, ...]
    codes: IntArray


def equal_count_bins(lengths: IntArray, *, most: int, smallest: int) -> list[IntArray]:
    """Divide records into bins by length, with about as many records in each.

    Parameters
    ----------
    lengths : int64 array, shape (n,)
        Bytes of each record.
    most : int
        Most bins.
    smallest : int
        Least records of a bin, where there are so many.

    Returns
    -------
    list of int64 array
        Rows of each bin, shortest first; at least one bin.

    Examples
    --------
    >>> bins = equal_count_bins(np.array([30, 10, 40, 20, 50]), most=8, smallest=2)
    >>> [rows.tolist() for rows in bins]
    [[1, 3, 0], [2, 4]]
    """
    order = np.argsort(lengths, kind="stable")
    return np.array_split(order, max(1, min(most, len(order) // smallest)))


def bin_centres(lengths: IntArray, bins: list[IntArray]) -> FloatArray:
    """Return the median of the logarithm of the length in each bin; shape (bins,).

    Examples
    --------
    >>> np.exp(bin_centres(np.array([10, 20, 40]), [np.array([0, 1, 2])])).round(6).tolist()
    [20.0]
    """
    logs = np.log(lengths)
    return np.array([np.median(logs[rows]) for rows in bins])


def interpolate(
    lengths: IntArray, centres: FloatArray, values: AnyArray, *, extrapolate: bool = False
) -> FloatArray:
    """Return at each length the value of a line through the bins, over the logarithm of the length.

    Parameters
    ----------
    lengths : int64 array, shape (n,)
        Bytes of each record; positive.
    centres : float64 array, shape (bins,)
        Logarithms of lengths, ascending, as from `bin_centres`; of equal ones the first counts.
    values : float64 array, shape (bins,)
        Value of each bin.
    extrapolate : bool, default False
        Continue the first and last segment beyond the centres, rather than their end values.

    Examples
    --------
    >>> centres = np.log([10, 1_000])
    >>> interpolate(np.array([1, 100, 10_000]), centres, np.array([1.0, 3.0])).tolist()
    [1.0, 2.0, 3.0]
    >>> lengths = np.array([10, 100, 10_000])
    >>> interpolate(lengths, centres, np.array([1.0, 3.0]), extrapolate=True).round(6).tolist()
    [1.0, 2.0, 4.0]
    """
    at = np.log(lengths)
    centres, first = np.unique(centres, return_index=True)
    values = values[first]
    line: FloatArray = np.interp(at, centres, values)
    if extrapolate and len(centres) > 1:
        below, above = at < centres[0], at > centres[-1]
        for outside, (end, inner) in ((below, (0, 1)), (above, (-1, -2))):
            slope = (values[end] - values[inner]) / (centres[end] - centres[inner])
            line[outside] += slope * (at[outside] - centres[end])
    return line


def median_by_length(
    values: FloatArray, lengths: IntArray, *, most: int, smallest: int
) -> FloatArray:
    """Return the median of values at each record's length, interpolated between bins; shape (n,).

    Parameters
    ----------
    values : float64 array, shape (n,)
        Value of each record.
    lengths : int64 array, shape (n,)
        Bytes of each record; positive.
    most, smallest : int
        As for `equal_count_bins`. With a single bin its median is returned for all.

    Examples
    --------
    >>> lengths = np.array([10, 10, 10, 1_000, 1_000, 1_000])
    >>> values = np.array([1.0, 2.0, 9.0, 4.0, 5.0, 6.0])
    >>> median_by_length(values, lengths, most=2, smallest=3).tolist()
    [2.0, 2.0, 2.0, 5.0, 5.0, 5.0]
    """
    bins = equal_count_bins(lengths, most=most, smallest=smallest)
    medians = np.array([np.median(values[rows]) for rows in bins])
    if len(bins) == 1:
        return np.full(len(values), medians[0])
    return interpolate(lengths, bin_centres(lengths, bins), medians)


def range_bins(lengths: IntArray, count: int) -> RangeBins:
    """Divide the records with text into at most `count` named ranges of length.

    Bounds are quantiles, so records of equal length are never in different ranges.

    Examples
    --------
    >>> bins = range_bins(np.array([0, 10, 20, 30, 40]), 2)
    >>> bins.names, bins.codes.tolist()
    (('10-20 bytes', '21-40 bytes'), [-1, 0, 0, 1, 1])
    """
    with_text = lengths[lengths > 0]
    if not len(with_text):
        return RangeBins((), np.full(len(lengths), -1))
    inner = np.arange(1, count) / count
    upper: AnyArray = np.quantile(with_text, inner, method="inverted_cdf")
    tops = np.unique(np.append(upper, with_text.max()).astype(np.int64))
    lows = np.append(with_text.min(), tops[:-1] + 1)
    names = tuple(
        f"{low:,}-{top:,} bytes" if low < top else f"{low:,} bytes"
        for low, top in zip(lows.tolist(), tops.tolist(), strict=True)
    )
    codes: IntArray = np.where(lengths > 0, np.searchsorted(tops, lengths), -1)
    return RangeBins(names, codes)


def log_bin(length: int, *, factor: float) -> int:
    """Return the bin of a length among bins of which each is `factor` times the one before.

    Examples
    --------
    >>> [log_bin(length, factor=1.1) for length in (0, 1, 100, 104, 110)]
    [0, 0, 48, 49, 49]
    """
    return round(math.log(max(length, 1)) / math.log(factor))


def doubling_bin(length: int) -> int:
    """Return the bin of a length among 0, 1, 2-3, 4-7, 8-15 bytes, and so on.

    Examples
    --------
    >>> [doubling_bin(length) for length in (0, 1, 3, 4, 1_000)]
    [0, 1, 2, 3, 10]
    """
    return length.bit_length()
