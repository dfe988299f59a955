"""Lookup: where numbers are among many others, for whole arrays at a time."""

from __future__ import annotations

import numpy as np

from entropylaw.guards.words import HashArray
from entropylaw.types import IntArray


class Lookup:
    """Keys in ascending order, found by their first bits.

    Hashes are spread evenly, so their first bits say almost where they are: from the first key
    with the same first bits it is a step or two, taken side by side for all that is asked.

    Parameters
    ----------
    keys : uint64 array, shape (n,)
        Distinct hashes, ascending.

    Examples
    --------
    >>> lookup = Lookup(np.array([5, 7, 2**63], np.uint64))
    >>> lookup.find(np.array([7, 6, 2**63], np.uint64)).tolist(), len(lookup)
    ([1, 3, 2], 3)
    """

    def __init__(self, keys: HashArray) -> None:
        bits = len(keys).bit_length() + 1
        self._shift = np.uint64(64 - bits)
        sizes = np.bincount(self._buckets(keys), minlength=1 << bits)
        self._starts = np.append(0, np.cumsum(sizes))
        self._keys = np.append(keys, np.uint64(2**64 - 1))  # where a search ends

    def __len__(self) -> int:
        return len(self._keys) - 1

    def find(self, asked: HashArray) -> IntArray:
        """Return the place of each number among the keys, or how many keys there are."""
        place = self._starts[self._buckets(asked)]
        late = np.flatnonzero(self._keys[place] < asked)
        while len(late):
            place[late] += 1
            late = late[self._keys[place[late]] < asked[late]]
        place[self._keys[place] != asked] = len(self)
        return place

    def _buckets(self, hashes: HashArray) -> IntArray:
        return (hashes >> self._shift).astype(np.int64)
