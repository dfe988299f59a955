"""Orders without a search: random, length-matched random; and the growth of a set in an order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from entropylaw.length_bins import log_bin
from entropylaw.sizing import Sizer
from entropylaw.types import IntArray


def random_rows(lengths: IntArray, *, total: int, seed: int) -> IntArray:
    """Return random rows whose bytes come as near to `total` as the last record allows.

    Parameters
    ----------
    lengths : int64 array, shape (n,)
        Bytes of each record.
    total : int
        Bytes wanted.
    seed : int
        Of the draw.

    Examples
    --------
    >>> rows = random_rows(np.full(100, 10), total=250, seed=0)
    >>> len(rows), len(set(rows.tolist()))
    (25, 25)
    """
    return near(random_order(len(lengths), seed=seed), lengths, total=total)


def random_order(count: int, *, seed: int) -> IntArray:
    """Return all rows of a pool in random order."""
    return np.random.default_rng(seed).permutation(count)


def near(order: IntArray, costs: IntArray, *, total: int) -> IntArray:
    """Return the first rows of an order, until their costs come as near to `total` as can be.

    Parameters
    ----------
    order : int64 array
        Rows.
    costs : int64 array, shape (n,)
        Of every row of the pool.
    total : int
        What they should cost together.

    Examples
    --------
    >>> near(np.array([2, 0, 1]), np.array([5, 5, 5]), total=11).tolist()
    [2, 0]
    """
    reached = np.cumsum(costs[order])
    count = int(np.searchsorted(reached, total, side="right"))
    before = int(reached[count - 1]) if count else 0
    if count < len(order) and int(reached[count]) - total < total - before:
        count += 1
    return order[:count]


def distinct_first(firsts: IntArray, *, seed: int) -> IntArray:
    """Return all rows in random order, copies of earlier rows after all others.

    Parameters
    ----------
    firsts : int64 array, shape (n,)
        For each row the first row that it equals.
    seed : int
        Of the draw.

    Examples
    --------
    >>> distinct_first(np.array([0, 0, 2]), seed=0).tolist()
    [2, 0, 1]
    """
    order = random_order(len(firsts), seed=seed)
    copies = firsts[order] != order
    return np.concatenate([order[~copies], order[copies]])


def length_matched(lengths: IntArray, wanted: IntArray, *, seed: int) -> IntArray:
    """Return random rows, for each wanted length one in the same length bin.

    Bins are a tenth wide. If a bin has no record left, the nearest bin is used.

    Parameters
    ----------
    lengths : int64 array, shape (n,)
        Bytes of each record.
    wanted : int64 array, shape (wanted,)
        The lengths wanted, at most n of them.
    seed : int
        Of the draw.

    Examples
    --------
    >>> length_matched(np.array([10, 500, 11, 520]), np.array([510, 505]), seed=0).tolist()
    [1, 3]
    """
    rng = np.random.default_rng(seed)
    left: dict[int, list[int]] = {}
    for row in rng.permutation(len(lengths)).tolist():
        left.setdefault(log_bin(int(lengths[row]), factor=1.1), []).append(row)
    rows = []
    for length in rng.permutation(wanted).tolist():
        wanted_bin = log_bin(length, factor=1.1)
        nearest = min(left, key=lambda other: abs(other - wanted_bin))
        rows.append(left[nearest].pop())
        if not left[nearest]:
            del left[nearest]
    return np.array(rows, np.int64)


def growth(sizer: Sizer, order: IntArray, *, step: int) -> Iterator[tuple[int, int]]:
    """Yield the raw and the compressed bytes of a set that grows in this order.

    Parameters
    ----------
    sizer : Sizer
        Of the pool.
    order : int64 array
        Rows in the order in which they join the set.
    step : int
        Records that join at a time.
    """
    grown = sizer.empty_set()
    for start in range(0, len(order), step):
        grown.extend(order[start : start + step])
        yield grown.raw, grown.size
