"""Two disjoint samples of a pool, so that no record is judged by a sample that contains it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.types import IntArray

LARGEST_SHARE = 16
"""A sample holds at most its size divided by this of one record: the beginning of a longer one."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Two samples, and the rows judged by each.

    Attributes
    ----------
    halves : pair of int64 arrays
        Rows of each sample, in random order.
    judged : pair of int64 arrays
        Rows judged by each: all rows once, none by a sample that contains it or its copy.
    """

    halves: tuple[IntArray, IntArray]
    judged: tuple[IntArray, IntArray]

    def __iter__(self) -> Iterator[tuple[IntArray, IntArray]]:
        """Yield each sample, and the rows that are judged by it."""
        return zip(self.halves, self.judged, strict=True)


def draw_samples(corpus: Corpus, firsts: IntArray, *, size: int, seed: int) -> Samples:
    """Draw two samples of `size` bytes, or of half the pool each if that is less.

    Parameters
    ----------
    corpus : Corpus
        The pool.
    firsts : int64 array, shape (n,)
        For each row the lowest row that is a copy of it; copies are drawn once.
    size : int
        Bytes of a sample; the last record may exceed it.
    seed : int
        Seed of the draw.

    Examples
    --------
    >>> pool = Corpus.from_rows([b"ab", b"cd", b"ab", b"ef"])
    >>> samples = draw_samples(pool, np.array([0, 1, 0, 3]), size=3, seed=0)
    >>> [half.tolist() for half in samples.halves]
    [[3, 0], [1]]
    >>> [rows.tolist() for rows in samples.judged]
    [[1], [0, 2, 3]]
    """
    distinct = np.unique(firsts)
    drawn = distinct[np.random.default_rng(seed).permutation(len(distinct))]
    reached = np.cumsum(np.minimum(corpus.lengths[drawn], most_of_one(size)))
    total = int(reached[-1]) if len(reached) else 0
    half = min(size, (total + 1) // 2)
    first, both = np.searchsorted(reached, (half, 2 * half)) + 1
    halves = drawn[:first], drawn[first:both]
    in_first = np.isin(firsts, halves[0])
    return Samples(halves, (np.flatnonzero(~in_first), np.flatnonzero(in_first)))


def beginnings(corpus: Corpus, rows: IntArray, *, size: int) -> Iterator[bytes]:
    """Yield the records of a sample, none longer than its share, until they have `size` bytes."""
    left = size
    for row in rows.tolist():
        if left <= 0:
            return
        record = corpus[row][: most_of_one(size)]
        left -= len(record)
        yield record


def most_of_one(size: int) -> int:
    """Return how many bytes of a sample one record may be."""
    return -(-size // LARGEST_SHARE)
