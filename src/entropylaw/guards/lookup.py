"""Lookup: where numbers are among many others, for whole arrays at a time."""

from __future__ import annotations

import numpy as np

from entropylaw.guards.words import HashArray
from entropylaw.types import BoolArray, IntArray

BUCKETS_A_KEY = 4
"""Buckets for each key: the more, the fewer keys share one."""


class Lookup:
    """Keys in ascending order, found by their first bits.

    Hashes are spread evenly, so their first bits say almost where they are: a bucket holds a
    handful of keys at most, and they are gone through side by side for all that is asked.

    Parameters
    ----------
    keys : uint64 array, shape (n,)
        Distinct hashes, ascending.

    Examples
    --------
    >>> keys = np.array([5, 7, 2**63], np.uint64)
    >>> place, found = Lookup(keys).find(np.array([7, 6, 2**63], np.uint64))
    >>> place[found].tolist(), found.tolist()
    ([1, 2], [True, False, True])
    """

    def __init__(self, keys: HashArray) -> None:
        bits = max((BUCKETS_A_KEY * len(keys)).bit_length(), 1)
        self._shift = np.uint64(64 - bits)
        sizes = np.bincount(self._buckets(keys), minlength=1 << bits)
        self._starts = np.append(0, np.cumsum(sizes))
        self._longest = int(sizes.max())
        self._keys = np.append(keys, np.uint64(2**64 - 1))

    def find(self, asked: HashArray) -> tuple[IntArray, BoolArray]:
        """Return a place for each number asked for, and whether the key there is that number."""
        place = self._starts[self._buckets(asked)]
        for _ in range(self._longest):
            place += self._keys[place] < asked
        found: BoolArray = (self._keys[place] == asked) & (place < len(self._keys) - 1)
        return place, found

    def _buckets(self, hashes: HashArray) -> IntArray:
        return (hashes >> self._shift).astype(np.int64)
