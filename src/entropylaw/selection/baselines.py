"""What a selection is compared with: random records, and how any order's redundancy grows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from entropylaw.scoring import Scorer
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
    order = np.random.default_rng(seed).permutation(len(lengths))
    reached = np.cumsum(lengths[order])
    count = int(np.searchsorted(reached, total, side="right"))
    before = int(reached[count - 1]) if count else 0
    if count < len(order) and int(reached[count]) - total < total - before:
        count += 1
    return order[:count]


def growth(scorer: Scorer, order: IntArray, *, step: int) -> Iterator[tuple[int, int]]:
    """Yield the raw and the compressed bytes of a set that grows in this order.

    Parameters
    ----------
    scorer : Scorer
        Of the pool.
    order : int64 array
        Rows in the order in which they join the set.
    step : int
        Records that join at a time.
    """
    grown = scorer.empty_set()
    for start in range(0, len(order), step):
        grown.extend(order[start : start + step])
        yield grown.raw, grown.size
