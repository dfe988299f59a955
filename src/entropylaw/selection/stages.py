"""The three stages of ZIP as pure functions: screen, shortlist, pack.

Each takes compression ratios (raw / compressed) and returns the records that pass. All three rank
with the same function, `lowest`; another may be passed in its place, which is how the parity
benchmark uses the ranking of the published script.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from entropylaw.selection.unions import Exhaustive, SizedSet, Unions, UnionSizing
from entropylaw.types import BoolArray, FloatArray, IntArray

Ranking = Callable[[FloatArray, int], IntArray]
"""From values and a number k to the positions of the k lowest; never called with k = 0."""

GONE = np.inf
"""The ratio of a record that may not be chosen."""


class Tracker(Protocol):
    """Budget and quotas while records are packed; see `limits.QuotaTracker`."""

    def may_add(self, rows: IntArray) -> BoolArray:
        """Return which of these records may be added now."""
        ...

    def add(self, row: int) -> None:
        """Record that a row was chosen."""
        ...


@dataclass(frozen=True, slots=True)
class Packed:
    """The records packed in one round, in the order chosen, with the sizes they were chosen at.

    Attributes
    ----------
    positions : int64 array, shape (k3,)
        Positions in the shortlist.
    raw, sizes : int64 arrays, shape (k3,)
        Bytes and compressed bytes of the pack once each record was added.
    evaluations : int
        How many unions were asked for.
    """

    positions: IntArray
    raw: IntArray
    sizes: IntArray
    evaluations: int


def lowest(values: FloatArray, k: int) -> IntArray:
    """Return the positions of the `k` lowest values, ascending; ties to the lower position.

    Parameters
    ----------
    values : float array, shape (n,)
        Compression ratios.
    k : int
        1 to n.

    Examples
    --------
    >>> lowest(np.array([3.0, 1.0, 2.0, 2.0]), 2).tolist()
    [1, 2]
    """
    threshold = np.partition(values, k - 1)[k - 1]
    below = np.flatnonzero(values < threshold)
    tied = np.flatnonzero(values == threshold)[: k - len(below)]
    return np.sort(np.concatenate([below, tied]))


def lowest_of_groups(
    values: FloatArray, groups: IntArray, k: int, *, least: IntArray, most: IntArray
) -> IntArray:
    """Return the positions of `k` low values, with bounds on each group; ascending.

    The `least` lowest of each group come first, then the lowest of all, up to `most` of a group.

    Parameters
    ----------
    values : float array, shape (n,)
        Compression ratios; those GONE are not considered.
    groups : int64 array, shape (n,)
        Number of each group.
    k : int
        How many; fewer if the groups do not have as many.
    least, most : int64 arrays, shape (groups,)
        Bounds of each group.

    Examples
    --------
    >>> values, groups = np.array([1.0, 1.1, 1.2, 9.0]), np.array([0, 0, 0, 1])
    >>> lowest_of_groups(values, groups, 3, least=np.array([0, 1]), most=np.array([3, 3])).tolist()
    [0, 1, 3]
    """
    live = np.flatnonzero(np.isfinite(values))
    order = live[np.lexsort((values[live], groups[live]))]
    group = groups[order]
    place = np.arange(len(order)) - np.searchsorted(group, np.arange(len(least)))[group]
    first = np.sort(order[place < least[group]])
    then = np.sort(order[(place >= least[group]) & (place < most[group])])
    first = _lowest_at(first, values, k)
    return np.sort(np.concatenate([first, _lowest_at(then, values, k - len(first))]))


def screen(state: FloatArray, *, k1: int, rank: Ranking = lowest) -> IntArray:
    """Return the rows of the `k1` lowest ratios of the state; fewer if fewer are left.

    Examples
    --------
    >>> screen(np.array([2.0, np.inf, 1.5]), k1=5).tolist()
    [0, 2]
    """
    left = int(np.count_nonzero(np.isfinite(state)))
    return rank(state, min(k1, left))


def shortlist(unions: Unions, *, k2: int, rank: Ranking = lowest) -> IntArray:
    """Return the positions of the `k2` lowest union ratios among the measured records."""
    of_measured = rank(unions.ratios[unions.measured], min(k2, len(unions.measured)))
    return unions.measured[of_measured]


def pack(
    rows: IntArray,
    pack_set: SizedSet,
    *,
    k3: int,
    weights: FloatArray | None = None,
    rank: Ranking = lowest,
    sizing: UnionSizing | None = None,
    tracker: Tracker | None = None,
) -> Packed:
    """Choose up to `k3` of the shortlisted records, one at a time, for the densest set.

    Parameters
    ----------
    rows : int64 array
        The shortlisted rows.
    pack_set : SizedSet
        An empty set; the chosen records are added to it.
    k3 : int
        How many to choose.
    weights : float array, optional
        Weight of each shortlisted record.
    rank : callable, optional
        Ranking, ties included.
    sizing : UnionSizing, optional
        Which unions are measured at each step; default: all.
    tracker : Tracker, optional
        Budget and quotas, which decide at each step what may be added; without it, any record.
    """
    sizing = Exhaustive() if sizing is None else sizing
    count = min(k3, len(rows))
    chosen = np.empty(count, np.int64)
    raw = np.empty(count, np.int64)
    sizes = np.empty(count, np.int64)
    left = np.ones(len(rows), np.bool_)
    ratios = np.empty(len(rows), np.float64)
    evaluations = done = 0
    while done < count:
        positions = np.flatnonzero(left)
        if tracker is not None:
            positions = positions[tracker.may_add(rows[positions])]
        if not len(positions):
            break
        of_left = None if weights is None else weights[positions]
        unions = sizing.unions(pack_set, rows[positions], of_left, k=1)
        evaluations += len(unions.measured)
        ratios.fill(GONE)
        ratios[positions[unions.measured]] = unions.ratios[unions.measured]
        best = int(rank(ratios, 1)[0])
        at = int(np.searchsorted(positions, best))
        chosen[done], raw[done], sizes[done] = best, unions.raw[at], unions.sizes[at]
        done += 1
        left[best] = False
        pack_set.extend(rows[best : best + 1])
        if tracker is not None:
            tracker.add(int(rows[best]))
    return Packed(chosen[:done], raw[:done], sizes[:done], evaluations)


def _lowest_at(positions: IntArray, values: FloatArray, k: int) -> IntArray:
    """Return those of the positions with the `k` lowest values."""
    if len(positions) <= k:
        return positions
    return positions[:0] if k == 0 else positions[lowest(values[positions], k)]
