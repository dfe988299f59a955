"""The three stages of ZIP as pure functions: screen, shortlist, pack.

Each takes compression ratios (raw / compressed) and returns the records that pass. All three rank
with the same function, `lowest`; another may be passed in its place, which is how the parity
benchmark uses the ranking of the published script. `Exhaustive` and `Lazy` say which unions a
stage sizes: all, or the most promising until no other could be chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from entropylaw.types import BoolArray, FloatArray, IntArray

BATCH = 16
"""Fewest unions that a lazy sizing measures at a time. Smaller batches stop too early: with 4,
lazy packing with zstd misses the best record in 20-30 % of its steps, with 16 in 2-5 %.
"""


class SizedSet(Protocol):
    """A set of records that can be sized with one record more."""

    @property
    def size(self) -> int:
        """Compressed bytes of the set; 0 for the empty set."""
        ...

    def union_raw(self, rows: IntArray) -> IntArray:
        """Return the bytes of the set with each record added."""
        ...

    def union_sizes(self, rows: IntArray) -> IntArray:
        """Return the compressed bytes of the set with each record added."""
        ...

    def extend(self, rows: IntArray) -> None:
        """Add these records."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Unions:
    """A set with each of some records added.

    Attributes
    ----------
    raw, sizes : int64 arrays, shape (n,)
        Bytes and compressed bytes of each union. Where it was not measured, the size is that of
        the set and what the record added when it was last measured.
    ratios : float64 array, shape (n,)
        Compression ratio of each union.
    measured : int64 array
        Positions of the unions that were measured, ascending.
    """

    raw: IntArray
    sizes: IntArray
    ratios: FloatArray
    measured: IntArray


class UnionSizing(Protocol):
    """Measures the unions among which the `k` of lowest ratio are sought."""

    def unions(
        self, grown: SizedSet, rows: IntArray, weights: FloatArray | None, *, k: int
    ) -> Unions:
        """Return the unions of a set with these rows, the `k` of lowest ratio measured."""
        ...


class Exhaustive:
    """Measures every union."""

    def unions(
        self, grown: SizedSet, rows: IntArray, weights: FloatArray | None, *, k: int
    ) -> Unions:
        """Return the unions of a set with these rows, all measured."""
        raw, sizes = grown.union_raw(rows), grown.union_sizes(rows)
        base = 0 if weights is None else grown.size
        return Unions(raw, sizes, union_ratios(raw, sizes, base, weights), np.arange(len(rows)))


class Lazy:
    """Measures the most promising unions first, and stops when no other could be chosen.

    The bytes that a record adds to a set tend to fall as the set grows. So the bytes it added
    when it was last measured, with some slack, give a lower bound on its ratio that holds nearly
    always. Unions are measured in batches in order of these bounds, until the k-th lowest
    measured ratio is below all remaining bounds. Where no record ever adds more than the slack
    allows, the k lowest are those of an exhaustive sizing. Compressors satisfy this only
    approximately (zlib least: its window moves on), so occasionally a record is missed that an
    exhaustive sizing would choose.

    Parameters
    ----------
    own_sizes : int64 array, shape (pool,)
        Compressed bytes of each record alone; they stand in until it is first measured.
    slack : int
        Percent by which a record may come to add more than when it was last measured.
    """

    def __init__(self, own_sizes: IntArray, *, slack: int) -> None:
        self.added = own_sizes.copy()
        self._slack = slack

    def unions(
        self, grown: SizedSet, rows: IntArray, weights: FloatArray | None, *, k: int
    ) -> Unions:
        """Return the unions of a set with these rows, the `k` of lowest ratio measured.

        With the empty set all are: a union with it is the record alone, whose size is known.
        """
        base = grown.size
        if not base:
            alone = Exhaustive().unions(grown, rows, weights, k=k)
            self.added[rows] = alone.sizes
            return alone
        added, raw = self.added[rows], grown.union_raw(rows)
        lower_bounds = union_ratios(raw, base + added + added * self._slack // 100, base, weights)
        order = np.argsort(lower_bounds, kind="stable")
        sizes = base + added
        ratios = union_ratios(raw, sizes, base, weights)
        k, count = min(k, len(rows)), 0
        while count < k or (
            count < len(rows)
            and lower_bounds[order[count]] <= _kth_lowest(ratios[order[:count]], k)
        ):
            batch = order[count : count + max(BATCH, k)]
            sizes[batch] = grown.union_sizes(rows[batch])
            of_batch = None if weights is None else weights[batch]
            ratios[batch] = union_ratios(raw[batch], sizes[batch], base, of_batch)
            count += len(batch)
        self.added[rows] = sizes - base
        return Unions(raw, sizes, ratios, np.sort(order[:count]))


def union_ratios(
    raw: IntArray, sizes: IntArray, base: int, weights: FloatArray | None
) -> FloatArray:
    """Return the compression ratio of each union.

    With weights, the bytes that a record adds to the compressed set of size `base` count
    `weight` times: a record of weight 2 carries twice its information.
    """
    if weights is None:
        return raw / np.maximum(sizes, 1)  # a codec may size nothing as 0
    ratios: FloatArray = raw / np.maximum(base + weights * (sizes - base), 1)
    return ratios


def _kth_lowest(values: FloatArray, k: int) -> float:
    return float(np.partition(values, k - 1)[k - 1])


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
