"""What every worker does, whatever kind it is: size a share of some rows after a prefix."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from entropylaw.compressors import Primed
from entropylaw.corpus import Corpus, batches
from entropylaw.types import IntArray


class Around(NamedTuple):
    """The bytes that stand before and after a record when it is joined to a set."""

    before: bytes
    after: bytes


def sized(
    primed: Primed,
    corpus: Corpus,
    rows: IntArray,
    around: Around,
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> IntArray:
    """Return the size of a primed prefix followed by each of these records on its own.

    Parameters
    ----------
    primed : Primed
        The prefix.
    corpus : Corpus
        The pool; at most a batch of it is held in memory at a time.
    rows : int64 array
        Records of the pool.
    around : Around
        What stands before and after each record.
    stopped : callable, optional
        Asked before each batch; once it says True the work is given up.

    Raises
    ------
    CancelledError
        If it was given up.

    Examples
    --------
    >>> from entropylaw.compressors import Zlib
    >>> pool = Corpus.from_rows([b"to be", b"or not"])
    >>> sizes = sized(Zlib().prime(b"to be"), pool, np.array([0, 1]), Around(b" ", b"."))
    >>> int(sizes[1]) == Zlib().compressed_size(b"to be or not.")
    True
    """
    before, after = around
    sizes = np.empty(len(rows), np.int64)
    for places in batches(corpus, rows):
        if stopped():
            raise CancelledError
        texts = corpus.records(rows[places])
        sizes[places] = primed.sizes([before + text + after for text in texts])
    return sizes


def equal_shares(corpus: Corpus, rows: IntArray, count: int) -> list[IntArray]:
    """Return `rows` cut into `count` runs of about equal bytes.

    Examples
    --------
    >>> pool = Corpus.from_rows([b"four", b"four", b"eightish"])
    >>> [share.tolist() for share in equal_shares(pool, np.arange(3), 2)]
    [[0, 1], [2]]
    """
    reached = np.cumsum(corpus.lengths[rows])
    goals = reached[-1] * np.arange(1, count) // count
    cuts = [0, *np.searchsorted(reached, goals, side="right").tolist(), len(rows)]
    return [rows[start:end] for start, end in pairwise(cuts)]
